import { exploitsOfPaths, RUN } from '#test/support/published-exploits.ts'
import type { Exhibit, Visitor } from './exhibit.ts'

const ALWAYS = { variable: '$.amount', rule: 'numeric_greater_than_equals', value: 0 }

/** Adds a campaign with a rule, and has it evaluated for a purchase. */
async function tryRule(shop: Visitor, rule: { condition: object; action: object }) {
  const [product, buyer] = [await shop.product(100), await shop.buyer(100)]
  const campaign = { client: 'UnicornStore', campaign_name: shop.newName(), rules: [rule] }
  const { status } = await shop.post('/campaigns', campaign)
  const { pointsIssued } = await shop.done(shop.buy(buyer, product))
  const at = `/campaigns/${campaign.campaign_name}?client=UnicornStore`
  // Of the next exhibits it is none.
  await shop.call('DELETE', at, undefined, { headers: [['If-Match', '*']] })
  return { status, pointsIssued }
}

/** Whether what was tried has run, in this process or in none. */
function hasRun(): boolean {
  const { exploited } = globalThis as { exploited?: unknown }
  Reflect.deleteProperty(globalThis, 'exploited')
  return exploited !== undefined
}

export const rules: Exhibit[] = [
  {
    name: 'the path of a rule runs code',
    published: 'jsonpath-plus (CVE-2024-21534), https://github.com/advisories/GHSA-pppg-cpfq-h7wr',
    async attack(shop) {
      const [, path] = exploitsOfPaths.find(([source]) => source === 'CVE-2024-21534, script') ?? []
      const { status } = await tryRule(shop, {
        condition: { ...ALWAYS, variable: path },
        action: { command: 'issue', formula: '1' },
      })
      return { status, ran: hasRun() }
    },
    ours: { status: 400, ran: false },
    naive: { status: 201, ran: true },
  },
  {
    name: 'the formula of a rule runs code',
    published: 'expression-eval, https://github.com/donmccurdy/expression-eval/pull/53',
    async attack(shop) {
      const formula = `(1).constructor.constructor("${RUN}")()`
      const { status } = await tryRule(shop, { condition: ALWAYS, action: { command: 'issue', formula } })
      return { status, ran: hasRun() }
    },
    ours: { status: 400, ran: false },
    naive: { status: 201, ran: true },
  },
  {
    name: 'a formula calls what it finds among its data',
    published: 'expr-eval (CVE-2025-12735), https://github.com/silentmatt/expr-eval/issues/289',
    async attack(shop) {
      const formula = `$.lines.map.constructor("${RUN}")()`
      const { status } = await tryRule(shop, { condition: ALWAYS, action: { command: 'issue', formula } })
      return { status, ran: hasRun() }
    },
    ours: { status: 400, ran: false },
    naive: { status: 201, ran: true },
  },
  {
    name: 'a rule sees what every object inherits',
    published: 'jsonpath (CVE-2025-61140), https://github.com/dchester/jsonpath/pull/195',
    attack: (shop) =>
      tryRule(shop, {
        condition: { variable: '$.constructor.name', rule: 'string_equals', value: 'Object' },
        action: { command: 'issue', formula: '1000' },
      }),
    ours: { status: 400, pointsIssued: 0 },
    naive: { status: 201, pointsIssued: 1000 },
  },
  {
    name: 'a payload brings members along that nobody has checked',
    published: 'hapi, https://github.com/hapijs/hapi/issues/3916',
    async attack(shop) {
      const [member, client] = [await shop.buyer(0), shop.newName()]
      const rule = {
        condition: { variable: '$.stars', rule: 'numeric_greater_than', value: 0 },
        action: { command: 'issue', formula: '$.stars' },
      }
      await shop.done(
        shop.post('/campaigns', { client, campaign_name: 'stars', event_types: ['Review'], rules: [rule] }),
      )
      const event = `{"type":"Review","client":"${client}","account_id":"${member}","payload":{"__proto__":{"stars":5}}}`
      const { status } = await shop.post('/events', event, { key: member })
      return { status, points: await shop.points(member) }
    },
    ours: { status: 400, points: 0 },
    naive: { status: 200, points: 5 },
  },
  {
    name: 'large numbers that differ are the same to a rule',
    published: 'jq, https://github.com/jqlang/jq/issues/2509',
    async attack(shop) {
      const [member, client] = [await shop.buyer(0), shop.newName()]
      const campaign = `{"client":"${client}","campaign_name":"one","event_types":["Sold"],"rules":[{"condition":
        {"variable":"$.id","rule":"numeric_equals","value":50000000014435121},
        "action":{"command":"issue","formula":"100"}}]}`
      const { status } = await shop.post('/campaigns', campaign)
      const event = `{"type":"Sold","client":"${client}","account_id":"${member}","payload":{"id":50000000014435122}}`
      const sent = await shop.post('/events', event, { key: member })
      return { status, sent: sent.status, points: await shop.points(member) }
    },
    ours: { status: 400, sent: 400, points: 0 },
    naive: { status: 201, sent: 200, points: 100 },
  },
  {
    name: 'a campaign until 30 February runs until March',
    published: 'Node.js, https://github.com/nodejs/node/issues/47253',
    async attack(shop) {
      const ends_at = '2027-02-30T00:00:00Z'
      const campaign = { client: shop.newName(), campaign_name: 'winter', rules: [], ends_at }
      const { status, body } = await shop.post('/campaigns', campaign)
      return { status, ends_at: body.ends_at }
    },
    ours: { status: 400, ends_at: undefined },
    naive: { status: 201, ends_at: '2027-03-02T00:00:00.000Z' },
  },
]
