import { atOnce, type Exhibit, successes } from './exhibit.ts'

export const keysAndHeaders: Exhibit[] = [
  {
    name: 'two requests with one key are carried out when neither has ended',
    published: 'grape-idempotency, https://github.com/jcagarcia/grape-idempotency/issues/10',
    async attack(shop) {
      const [product, buyer] = [await shop.product(100), await shop.buyer(1000)]
      await atOnce(10, () => shop.done(shop.buy(buyer, product, {}, { key: buyer })))
      return { left: await shop.stock(product) }
    },
    ours: { left: 9 },
    naive: { left: 0 },
  },
  {
    name: 'another order under a used key is answered with the first one',
    published: 'idempotency4j, https://github.com/josipmusa/idempotency4j/issues/12',
    async attack(shop) {
      const [product, buyer] = [await shop.product(100), await shop.buyer(1000)]
      await shop.done(shop.buy(buyer, product, {}, { key: buyer }))
      const { status } = await shop.buy(buyer, product, { quantity: 5 }, { key: buyer })
      return { status, left: await shop.stock(product) }
    },
    ours: { status: 422, left: 9 },
    naive: { status: 200, left: 9 },
  },
  {
    name: 'another route under a used key is answered with the first one',
    published: 'eventyay, https://github.com/fossasia/eventyay/issues/602',
    async attack(shop) {
      const member = await shop.buyer(0)
      const body = { account_id: member, amount: 100 }
      await shop.done(shop.post('/points', body, { key: member }))
      const { status } = await shop.post('/points/redemptions', body, { key: member })
      return { status, points: await shop.points(member) }
    },
    ours: { status: 422, points: 100 },
    naive: { status: 200, points: 100 },
  },
  {
    name: "the key of somebody else's order shows that order",
    published: 'idempotent, https://github.com/arun0009/idempotent/pull/217',
    async attack(shop) {
      const [product, victim, other] = [await shop.product(100), await shop.buyer(100), await shop.buyer(0)]
      await shop.done(shop.buy(victim, product, {}, { key: victim }))
      const { status, body } = await shop.buy(other, product, {}, { key: victim })
      return { status, seesTheVictim: body.username === victim }
    },
    ours: { status: 422, seesTheVictim: false },
    naive: { status: 200, seesTheVictim: true },
  },
  {
    name: 'a mistake stays the answer to its key when it is corrected',
    published: 'Truxify, https://github.com/KanishJebaMathewM/Truxify/issues/2869',
    async attack(shop) {
      const [product, buyer] = [await shop.product(100), await shop.buyer(100)]
      const wrong = await shop.post('/purchase', { userId: buyer, quantity: 1 }, { key: buyer })
      const corrected = await shop.buy(buyer, product, {}, { key: buyer })
      return [wrong.status, corrected.status]
    },
    ours: [400, 200],
    naive: [400, 400],
  },
  {
    name: 'a key that a proxy sends on two lines is another key',
    published: 'a payment service, https://github.com/grimurrash/test-task2/issues/73',
    async attack(shop) {
      const [product, buyer] = [await shop.product(100), await shop.buyer(1000)]
      const key = ['Idempotency-Key', buyer] as const
      const twice = await shop.buy(buyer, product, {}, { headers: [key, key] })
      const once = await shop.buy(buyer, product, {}, { headers: [key] })
      return { bought: successes([twice, once]), left: await shop.stock(product) }
    },
    ours: { bought: 1, left: 9 },
    naive: { bought: 2, left: 8 },
  },
  {
    name: 'a form of another site buys, as JSON in plain text',
    published: 'extdirectspring, https://github.com/ralscha/extdirectspring/issues/150',
    async attack(shop) {
      const [product, buyer] = [await shop.product(100), await shop.buyer(1000)]
      const order = JSON.stringify({ userId: buyer, productId: product, quantity: 1 })
      const plain = [['Content-Type', 'text/plain']] as const
      const foreign = [...plain, ['Origin', 'https://evil.example'], ['Sec-Fetch-Site', 'cross-site']] as const
      const fromElsewhere = await shop.post('/purchase', order, { headers: foreign })
      const fromAnOldBrowser = await shop.post('/purchase', order, { headers: plain })
      return { bought: successes([fromElsewhere, fromAnOldBrowser]), left: await shop.stock(product) }
    },
    ours: { bought: 0, left: 10 },
    naive: { bought: 2, left: 8 },
  },
  {
    name: 'a page whose name was made to resolve to this machine reads everything',
    published: 'webpack-dev-server, https://github.com/webpack/webpack-dev-server/issues/887',
    async attack(shop) {
      const buyer = await shop.buyer(100)
      const headers = [['Host', 'evil.example']] as const
      const { status, body } = await shop.call('GET', '/users', undefined, { headers })
      return { status, read: JSON.stringify(body).includes(buyer) }
    },
    ours: { status: 421, read: false },
    naive: { status: 200, read: true },
  },
  {
    name: 'the address of an order is one of the host that the request claims to be forwarded for',
    published: 'Rails, https://github.com/rails/rails/issues/29893',
    async attack(shop) {
      const [product, buyer] = [await shop.product(100), await shop.buyer(100)]
      const headers = [['Prefer', 'respond-async'] as const, ['X-Forwarded-Host', 'evil.example'] as const]
      const { status, headers: answered } = await shop.buy(buyer, product, {}, { headers })
      return { status, leadsAway: answered.get('Location')?.includes('evil.example') }
    },
    ours: { status: 202, leadsAway: false },
    naive: { status: 202, leadsAway: true },
  },
  {
    name: 'a list shows an order twice when another one is placed between its pages',
    published: 'Taskcluster, https://github.com/taskcluster/taskcluster/issues/3278',
    async attack(shop) {
      const [product, buyer] = [await shop.product(10), await shop.buyer(100)]
      const ids: string[] = []
      for (let n = 0; n < 2; n++) ids.push((await shop.done(shop.buy(buyer, product))).purchaseId)
      const at = `/purchases?userId=${buyer}&limit=1`
      const first = await shop.done(shop.get(at))
      await shop.done(shop.buy(buyer, product))
      const second = await shop.done(shop.get(`${at}&cursor=${first.nextCursor}`))
      return [first, second].map(({ items }) => ids.indexOf(items[0].purchaseId))
    },
    ours: [1, 0],
    naive: [1, 1],
  },
  {
    name: 'a member that is given twice is one number to the checker and another to the cashier',
    published: 'Bishop Fox, https://bishopfox.com/blog/json-interoperability-vulnerabilities',
    async attack(shop) {
      const [product, buyer] = [await shop.product(100, 3), await shop.buyer(1000)]
      const order = JSON.stringify({ userId: buyer, productId: product, quantity: 1 })
      const answer = await shop.post('/purchase', order.replace('"quantity":1', '"quantity":1,"quantity":9'))
      return { bought: successes([answer]), left: await shop.stock(product) }
    },
    ours: { bought: 0, left: 3 },
    naive: { bought: 1, left: -6 },
  },
  {
    name: 'a number beyond all numbers is infinitely many points',
    published: 'Bishop Fox, https://github.com/BishopFox/json-interop-vuln-labs',
    async attack(shop) {
      const [member, client] = [await shop.buyer(0), shop.newName()]
      const rules = [
        {
          condition: { variable: '$.amount', rule: 'numeric_greater_than', value: 0 },
          action: { command: 'issue', formula: '$.amount' },
        },
      ]
      await shop.done(shop.post('/campaigns', { client, campaign_name: 'spent', event_types: ['Spent'], rules }))
      const event = `{"type":"Spent","client":"${client}","account_id":"${member}","payload":{"amount":1e400}}`
      const { status } = await shop.post('/events', event, { key: member })
      const redeemed = await shop.post('/points/redemptions', { account_id: member, amount: 1_000_000_000 })
      return [status, redeemed.status]
    },
    ours: [400, 409],
    naive: [200, 200],
  },
  {
    name: 'two who have read the same version both write',
    published: 'Source Cooperative, https://github.com/source-cooperative/source.coop/issues/367',
    async attack(shop) {
      const campaign = await shop.campaign(await shop.product(100), '1')
      const at = `/campaigns/${campaign}?client=UnicornStore`
      const headers = [['If-Match', (await shop.get(at)).headers.get('ETag') ?? '']] as const
      const changes = [{ cap_total_points: 5 }, { status: 'inactive' }]
      const answers = await Promise.all(changes.map((change) => shop.call('PATCH', at, change, { headers })))
      return answers.map(({ status }) => status).toSorted()
    },
    ours: [200, 412],
    naive: [200, 200],
  },
  {
    name: 'the version of what was deleted fits what was made anew',
    published: 'Flyology, https://github.com/flyology-ada/flyology-object-storage/issues/33',
    async attack(shop) {
      const campaign = { client: shop.newName(), campaign_name: 'again', rules: [] }
      const at = `/campaigns/again?client=${campaign.client}`
      await shop.done(shop.post('/campaigns', campaign))
      const headers = [['If-Match', (await shop.get(at)).headers.get('ETag') ?? '']] as const
      await shop.done(shop.call('DELETE', at, undefined, { headers }))
      await shop.done(shop.post('/campaigns', campaign))
      return (await shop.call('PATCH', at, { status: 'inactive' }, { headers })).status
    },
    ours: 412,
    naive: 200,
  },
  {
    name: 'a limit on how many there may be is passed by many at once',
    published: 'Shopify locations, https://hackerone.com/reports/413759',
    async attack(shop) {
      const client = shop.newName()
      const answers = await atOnce(60, (index) =>
        shop.post('/campaigns', { client, campaign_name: `campaign-${index}`, rules: [] }),
      )
      return { added: successes(answers), are: (await shop.done(shop.get(`/campaigns?client=${client}`))).count }
    },
    ours: { added: 50, are: 50 },
    naive: { added: 60, are: 60 },
  },
]
