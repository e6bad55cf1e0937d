import { atOnce, type Exhibit, successes } from './exhibit.ts'

export const points: Exhibit[] = [
  {
    name: 'points are redeemed several times at once',
    published: 'fuint, https://github.com/fushengqian/fuint/issues/71',
    async attack(shop) {
      const member = await shop.buyer(0)
      await shop.issue(member, 100)
      const redemption = { account_id: member, amount: 100 }
      const answers = await atOnce(10, () => shop.post('/points/redemptions', redemption))
      return { redeemed: 100 * successes(answers), left: await shop.points(member) }
    },
    ours: { redeemed: 100, left: 0 },
    naive: { redeemed: 1000, left: 0 },
  },
  {
    name: 'a negative redemption adds points',
    published: 'RPKit, https://github.com/RP-Kit/RPKit/issues/247',
    async attack(shop) {
      const member = await shop.buyer(0)
      const { status } = await shop.post('/points/redemptions', { account_id: member, amount: -100 })
      return { status, points: await shop.points(member) }
    },
    ours: { status: 400, points: 0 },
    naive: { status: 200, points: 100 },
  },
  {
    name: 'what is given back once is given back as often as it is asked for at once',
    published: 'Reverb gift cards, https://hackerone.com/reports/759247',
    async attack(shop) {
      const member = await shop.buyer(0)
      await shop.issue(member, 100)
      const { id } = await shop.done(shop.post('/points/redemptions', { account_id: member, amount: 100 }))
      const answers = await atOnce(10, () => shop.post(`/points/transactions/${id}/reversal`))
      return { reversed: successes(answers), points: await shop.points(member) }
    },
    ours: { reversed: 1, points: 100 },
    naive: { reversed: 10, points: 1000 },
  },
  {
    name: 'points that have expired are spent',
    published: 'Medusa, https://github.com/medusajs/medusa/issues/6653',
    async attack(shop) {
      const [product, buyer] = [await shop.product(10), await shop.buyer(100)]
      await shop.issueLongAgo(buyer, 100)
      const { status } = await shop.buy(buyer, product, { redeemPoints: 100 })
      return { status, left: await shop.stock(product) }
    },
    ours: { status: 409, left: 10 },
    naive: { status: 200, left: 9 },
  },
  {
    name: 'points that a purchase earned stay when it is refunded',
    published: 'Odoo, https://github.com/odoo/odoo/pull/257854',
    async attack(shop) {
      const [product, buyer] = [await shop.product(100), await shop.buyer(100)]
      await shop.campaign(product, '100')
      const { purchaseId, pointsIssued } = await shop.done(shop.buy(buyer, product))
      await shop.done(shop.refund(purchaseId))
      return { pointsIssued, points: await shop.points(buyer), left: await shop.money(buyer) }
    },
    ours: { pointsIssued: 100, points: 0, left: 100 },
    naive: { pointsIssued: 100, points: 100, left: 100 },
  },
  {
    name: 'what a purchase gave is spent, and then the purchase is refunded in full',
    published: 'nopCommerce, https://github.com/nopSolutions/nopCommerce/issues/506',
    async attack(shop) {
      const [earner, gift, buyer] = [await shop.product(100), await shop.product(10), await shop.buyer(100)]
      await shop.campaign(earner, '100')
      const { purchaseId } = await shop.done(shop.buy(buyer, earner))
      await shop.done(shop.buy(buyer, gift, { redeemPoints: 100 }))
      await shop.done(shop.refund(purchaseId))
      return { points: await shop.points(buyer), moneyBesideTheGift: await shop.money(buyer) }
    },
    ours: { points: 0, moneyBesideTheGift: 90 },
    naive: { points: 0, moneyBesideTheGift: 100 },
  },
  {
    name: 'what is being taken back is spent while it is on its way',
    published: 'elizaOS, https://github.com/elizaOS/eliza/pull/10938',
    async attack(shop) {
      const member = await shop.buyer(0)
      const { id } = await shop.issue(member, 100)
      const [redeemed, reversed] = await Promise.all([
        shop.post('/points/redemptions', { account_id: member, amount: 100 }),
        shop.done(shop.post(`/points/transactions/${id}/reversal`)),
      ])
      return { spentAndTakenBack: 100 * successes([redeemed]) + reversed.amount }
    },
    ours: { spentAndTakenBack: 100 },
    naive: { spentAndTakenBack: 200 },
  },
  {
    name: 'a coupon for the first ones is had by all who come at once',
    published: 'WooCommerce, https://github.com/woocommerce/woocommerce/issues/13505',
    async attack(shop) {
      const product = await shop.product(10, 100)
      await shop.campaign(product, '100', { cap_total_points: 250 })
      const buyers = await atOnce(8, () => shop.buyer(10))
      const receipts = await Promise.all(buyers.map((buyer) => shop.done(shop.buy(buyer, product))))
      return { given: receipts.reduce((sum, { pointsIssued }) => sum + pointsIssued, 0) }
    },
    ours: { given: 250 },
    naive: { given: 800 },
  },
  {
    name: 'a coupon for once per customer is redeemed several times at once',
    published: 'Instacart, https://hackerone.com/reports/157996',
    async attack(shop) {
      const [product, buyer] = [await shop.product(10, 100), await shop.buyer(1000)]
      await shop.campaign(product, '100', { cap_points_per_customer: 100 })
      const receipts = await atOnce(8, () => shop.done(shop.buy(buyer, product)))
      return { given: receipts.reduce((sum, { pointsIssued }) => sum + pointsIssued, 0) }
    },
    ours: { given: 100 },
    naive: { given: 800 },
  },
  {
    name: 'a coupon is used up by an order that was given back',
    published: 'Magento, https://github.com/magento/magento2/issues/19545',
    async attack(shop) {
      const [product, buyer] = [await shop.product(10), await shop.buyer(10)]
      await shop.campaign(product, '100', { cap_points_per_customer: 100 })
      const first = await shop.done(shop.buy(buyer, product))
      await shop.done(shop.refund(first.purchaseId))
      const second = await shop.done(shop.buy(buyer, product))
      return [first.pointsIssued, second.pointsIssued]
    },
    ours: [100, 100],
    naive: [100, 0],
  },
  {
    name: 'a limit per customer does not see through capitals',
    published: 'Easy Digital Downloads, https://github.com/awesomemotive/easy-digital-downloads/issues/5642',
    async attack(shop) {
      const [product, buyer] = [await shop.product(10, 100), await shop.buyer(100)]
      await shop.campaign(product, '100', { cap_points_per_customer: 100 })
      const twin = buyer.toUpperCase()
      const { status } = await shop.post('/users', { username: twin, balance: 100 })
      const receipts = [await shop.done(shop.buy(buyer, product)), await shop.done(shop.buy(twin, product))]
      return { status, given: receipts.reduce((sum, { pointsIssued }) => sum + pointsIssued, 0) }
    },
    ours: { status: 409, given: 100 },
    naive: { status: 201, given: 200 },
  },
  {
    name: 'an event that is delivered twice counts twice',
    published: 'Open SaaS, https://github.com/wasp-lang/open-saas/issues/688',
    async attack(shop) {
      const [member, client] = [await shop.buyer(0), shop.newName()]
      const rules = [
        {
          condition: { variable: '$.stars', rule: 'numeric_greater_than_equals', value: 1 },
          action: { command: 'issue', formula: '$.stars' },
        },
      ]
      await shop.done(
        shop.post('/campaigns', { client, campaign_name: 'reviews', event_types: ['ReviewWritten'], rules }),
      )
      const event = { type: 'ReviewWritten', client, account_id: member, payload: { stars: 5 } }
      for (let delivery = 0; delivery < 3; delivery++) await shop.done(shop.post('/events', event, { key: member }))
      return { points: await shop.points(member) }
    },
    ours: { points: 5 },
    naive: { points: 15 },
  },
  {
    name: 'whoever registers the name of a guest gets what the guest had',
    published: 'Sylius, https://github.com/Sylius/Sylius/issues/11720',
    async attack(shop) {
      const [product, guest] = [await shop.product(10), shop.newName()]
      await shop.issue(guest, 100)
      const registered = await shop.post('/users', { username: guest, balance: 0 })
      const bought = await shop.buy(guest, product, { redeemPoints: 100 })
      return { registered: registered.status, bought: bought.status }
    },
    ours: { registered: 409, bought: 404 },
    naive: { registered: 201, bought: 200 },
  },
]
