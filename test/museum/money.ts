import { atOnce, type Exhibit, successes } from './exhibit.ts'

export const money: Exhibit[] = [
  {
    name: 'one balance is spent several times at once',
    published: 'Starbucks gift cards, https://sakurity.com/blog/2015/05/21/starbucks.html',
    async attack(shop) {
      const [product, buyer] = [await shop.product(100), await shop.buyer(100)]
      const answers = await atOnce(10, () => shop.buy(buyer, product))
      return { bought: successes(answers), left: await shop.money(buyer) }
    },
    ours: { bought: 1, left: 0 },
    naive: { bought: 10, left: 0 },
  },
  {
    name: 'a line with a negative quantity pulls the total down',
    published: 'Upserve, https://hackerone.com/reports/364843',
    async attack(shop) {
      const [dear, cheap, buyer] = [await shop.product(100), await shop.product(30), await shop.buyer(100)]
      const lines = [
        { productId: dear, quantity: 1 },
        { productId: cheap, quantity: -3 },
      ]
      const { status } = await shop.post('/purchase', { userId: buyer, lines })
      return { status, left: await shop.money(buyer) }
    },
    ours: { status: 400, left: 100 },
    naive: { status: 200, left: 90 },
  },
  {
    name: 'a hundredth of a piece is ordered at a hundredth of its price',
    published: 'Shipt, https://hackerone.com/reports/388564',
    async attack(shop) {
      const [product, buyer] = [await shop.product(100), await shop.buyer(100)]
      const { status } = await shop.buy(buyer, product, { quantity: 0.01 })
      return { status, left: await shop.money(buyer) }
    },
    ours: { status: 400, left: 100 },
    naive: { status: 200, left: 99 },
  },
  {
    name: 'a large total wraps around to a small one',
    published: 'SimplCommerce (CVE-2024-50944), https://github.com/simplcommerce/SimplCommerce/issues/1110',
    async attack(shop) {
      const [product, buyer] = [await shop.product(429_496.73, 1000), await shop.buyer(1)]
      const { status } = await shop.buy(buyer, product, { quantity: 100 })
      return { status, left: await shop.money(buyer) }
    },
    ours: { status: 409, left: 1 },
    naive: { status: 200, left: 0.96 },
  },
  {
    name: 'sums of binary fractions are not what they look like',
    published: 'Reaction Commerce, https://github.com/reactioncommerce/reaction/pull/4701',
    async attack(shop) {
      const [one, two, buyer] = [await shop.product(0.1), await shop.product(0.2), await shop.buyer(0.3)]
      const lines = [one, two].map((productId) => ({ productId, quantity: 1 }))
      const { status } = await shop.post('/purchase', { userId: buyer, lines })
      return { status, left: await shop.money(buyer) }
    },
    ours: { status: 200, left: 0 },
    naive: { status: 409, left: 0.3 },
  },
  {
    name: 'an amount finer than a cent is taken, and rounded somewhere else',
    published: 'Medusa, https://github.com/medusajs/medusa/pull/15303',
    async attack(shop) {
      const buyer = await shop.buyer(100)
      const listed = await shop.post('/products', { name: 'Grain', description: '', price: 0.004, stock: 1000 })
      if (listed.status < 300) await shop.done(shop.buy(buyer, listed.body.id, { quantity: 1000 }))
      return { status: listed.status, left: await shop.money(buyer) }
    },
    ours: { status: 400, left: 100 },
    naive: { status: 201, left: 100 },
  },
  {
    name: 'the buyer sends the price along',
    published: 'Cezerin, https://github.com/cezerin/cezerin/issues/486',
    async attack(shop) {
      const [product, buyer] = [await shop.product(100), await shop.buyer(100)]
      const { status } = await shop.buy(buyer, product, { price: 1 })
      return { status, left: await shop.money(buyer) }
    },
    ours: { status: 400, left: 100 },
    naive: { status: 200, left: 99 },
  },
  {
    name: 'a price that rose after it was shown is charged without asking',
    published: 'Shopware, https://github.com/shopware/shopware/issues/1741',
    async attack(shop) {
      const [product, buyer] = [await shop.product(100), await shop.buyer(500)]
      const order = { userId: buyer, productId: product, quantity: 1 }
      const { total } = await shop.done(shop.post('/purchase/quote', order))
      await shop.done(shop.call('PATCH', `/products/${product}`, { price: 150 }))
      const { status } = await shop.post('/purchase', { ...order, expectedTotal: total })
      return { status, left: await shop.money(buyer) }
    },
    ours: { status: 409, left: 500 },
    naive: { status: 200, left: 350 },
  },
  {
    name: 'a discount of more than the total pays money out',
    published: 'Origin Dshop, https://github.com/OriginProtocol/dshop/issues/723',
    async attack(shop) {
      const [product, buyer] = [await shop.product(50), await shop.buyer(100)]
      await shop.issue(buyer, 2000)
      const { status } = await shop.buy(buyer, product, { redeemPoints: 2000 })
      return { status, left: await shop.money(buyer) }
    },
    ours: { status: 409, left: 100 },
    naive: { status: 200, left: 250 },
  },
  {
    name: 'more is refunded than was paid',
    published: 'Craft Commerce, https://github.com/craftcms/commerce/issues/1098',
    async attack(shop) {
      const [product, buyer] = [await shop.product(100), await shop.buyer(100)]
      const { purchaseId } = await shop.done(shop.buy(buyer, product))
      const { status } = await shop.refund(purchaseId, { amount: 500 })
      return { status, left: await shop.money(buyer) }
    },
    ours: { status: 400, left: 0 },
    naive: { status: 200, left: 500 },
  },
  {
    name: 'a refund that is clicked twice is paid twice',
    published: 'Open Food Network, https://github.com/openfoodfoundation/openfoodnetwork/issues/6330',
    async attack(shop) {
      const [product, buyer] = [await shop.product(100), await shop.buyer(100)]
      const { purchaseId } = await shop.done(shop.buy(buyer, product))
      await atOnce(5, () => shop.refund(purchaseId))
      return { left: await shop.money(buyer) }
    },
    ours: { left: 100 },
    naive: { left: 500 },
  },
  {
    name: 'an order that was cancelled while its payment was under way is charged all the same',
    published: 'WooCommerce Stripe, https://github.com/woocommerce/woocommerce-gateway-stripe/pull/5703',
    async attack(shop) {
      const [product, buyer] = [await shop.product(100, 100), await shop.buyer(1000)]
      const orders = await atOnce(5, async () => {
        const headers = [['Prefer', 'respond-async']] as const
        const { purchaseId } = await shop.done(shop.buy(buyer, product, {}, { headers }))
        await shop.cancel(purchaseId)
        for (;;) {
          const { status } = await shop.done(shop.get(`/purchases/${purchaseId}`))
          if (status !== 'running' && status !== 'compensating') return status
        }
      })
      const bought = orders.filter((status) => status === 'completed').length
      return { overcharged: 1000 - (await shop.money(buyer)) - 100 * bought }
    },
    ours: { overcharged: 0 },
    naive: { overcharged: 500 },
  },
  {
    name: 'top-ups at the same time overwrite each other',
    published: 'Shadow, https://github.com/buggyblues/shadow/pull/157',
    async attack(shop) {
      const buyer = await shop.buyer(0)
      await atOnce(10, () => shop.done(shop.post(`/users/${buyer}/top-ups`, { amount: 10 })))
      return { balance: await shop.money(buyer) }
    },
    ours: { balance: 100 },
    naive: { balance: 10 },
  },
  {
    name: 'an amount in quotes is appended to the balance',
    published: 'Kaya (Zilliqa), https://github.com/Zilliqa/kaya/issues/54',
    async attack(shop) {
      const buyer = await shop.buyer(100)
      const { status } = await shop.post(`/users/${buyer}/top-ups`, { amount: '50' })
      return { status, balance: await shop.money(buyer) }
    },
    ours: { status: 400, balance: 100 },
    naive: { status: 200, balance: '10050' },
  },
  {
    name: 'a receipt shows another product when that is renamed',
    published: 'Sylius, https://github.com/Sylius/Sylius/issues/8628',
    async attack(shop) {
      const [product, buyer] = [await shop.product(100), await shop.buyer(100)]
      await shop.done(shop.call('PATCH', `/products/${product}`, { name: 'Gold' }))
      const { purchaseId } = await shop.done(shop.buy(buyer, product))
      await shop.done(shop.call('PATCH', `/products/${product}`, { name: 'Brass' }))
      const { lines } = await shop.done(shop.get(`/purchases/${purchaseId}`))
      return { bought: lines[0].name }
    },
    ours: { bought: 'Gold' },
    naive: { bought: 'Brass' },
  },
]
