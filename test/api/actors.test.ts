import { describe, expect, test } from 'vitest'
import { parkAward } from '#activities/points.ts'
import { recordDiscrepancy } from '#db/discrepancies.ts'
import { beginCompensation, recordOutcome, reserveStock } from '#db/purchases.ts'
import { openApiWorld } from '#test/support/api-world.ts'
import { giving } from '#test/support/campaign-examples.ts'
import { shared } from '#test/support/shared-world.ts'
import { AUTH, bearer } from '#test/support/tokens.ts'

/** Whoever changes something is on record with it, by role and id, and by the client that they do it for. */

const world = await shared(openApiWorld())
const { sql } = world.shop
const api = await world.serve({ auth: AUTH })

const operator = await bearer('olga', { roles: ['operator'] })
await world.shop.addProduct({ id: 'unicorn', priceMinor: 170_000, stock: 1_000 })
const added = await api.post('/users', { username: 'rita', balance: 1_000_000 }, { headers: operator })
const rita: string = added.body.id

const clients = ['ReviewSite']
const CALLERS = {
  customer: await bearer(rita, { roles: ['customer'] }),
  service: await bearer('front', { roles: ['service'], clients }),
  client_operator: await bearer('otto', { roles: ['operator'], clients }),
  operator,
}
type Role = keyof typeof CALLERS

for (const headers of Object.values(CALLERS)) await api.call('GET', '/me', { headers })
const idOf = async (subject: string) =>
  (await sql<{ id: string }[]>`select id from users where subject = ${subject}`)[0]?.id
const IDS: Record<Role, string | undefined> = {
  customer: rita,
  service: await idOf('front'),
  client_operator: await idOf('otto'),
  operator: await idOf('olga'),
}

const RULES = [giving('1', { variable: '$.stars', rule: 'numeric_greater_than', value: 0 })]
const CLIENT = 'reviewsite'
let made = 0
const aName = () => `made-${++made}`

type Asked = { path?: string; body?: unknown; headers?: Record<string, string> }

const lines = [{ productId: 'unicorn', quantity: 1 }]
const ordered = () => world.shop.order({ username: 'rita', lines })

/** A sale whose points could not be booked. */
async function parked(): Promise<string> {
  const purchaseId = await ordered()
  await world.shop.confirm(purchaseId)
  await parkAward(world.shop.points, { purchaseId }, 'unavailable')
  await recordOutcome(sql, purchaseId, { status: 'completed' })
  return purchaseId
}

async function compensating(): Promise<string> {
  const purchaseId = await ordered()
  await reserveStock(sql, purchaseId)
  await beginCompensation(sql, purchaseId, { status: 'failed', code: 'interrupted' })
  return purchaseId
}

async function campaign(): Promise<string> {
  const body = { client: CLIENT, campaign_name: aName(), event_types: ['ReviewWritten'], rules: RULES }
  await api.post('/campaigns', body, { headers: operator })
  return `/campaigns/${body.campaign_name}?client=${CLIENT}`
}

async function issued(): Promise<string> {
  return (await api.post('/points', { account_id: 'rita', amount: 5 }, { headers: CALLERS.service })).body.id
}

async function discrepancy(): Promise<string> {
  const id = crypto.randomUUID()
  await recordDiscrepancy(sql, { id, saga: 'purchase', problem: 'it does not exist' })
  return id
}

const event = { type: 'ReviewWritten', client: CLIENT, account_id: 'rita', payload: { stars: 5 } }
const order = { userId: 'rita', productId: 'unicorn', quantity: 1 }
const anyVersion = { 'If-Match': '*' }

/** A request for each operation that changes something, about something that is made for it, so that it does. */
const CHANGES: Record<string, () => Promise<Asked> | Asked> = {
  createProduct: () => ({ body: { name: aName(), description: '', price: 1, stock: 0 } }),
  updateProduct: () => ({ path: '/products/unicorn', body: { name: aName() } }),
  adjustStock: () => ({ path: '/products/unicorn/stock-adjustments', body: { quantity: 1, reason: 'found' } }),
  createUser: () => ({ body: { username: aName(), balance: 0 } }),
  eraseUser: async () => {
    const username = aName()
    await api.post('/users', { username, balance: 0 }, { headers: operator })
    return { path: `/users/${username}/erasure`, body: {} }
  },
  topUp: () => ({ path: '/users/rita/top-ups', body: { amount: 1 } }),
  tagUser: () => ({ path: '/users/rita', body: { tags: [aName()] } }),
  createPurchase: () => ({ body: order }),
  cancelPurchase: async () => ({ path: `/purchases/${await ordered()}/cancel` }),
  refundPurchase: async () => {
    const { body } = await api.post('/purchase', order, { headers: operator })
    return { path: `/purchases/${body.purchaseId}/refund` }
  },
  createRefund: async () => {
    const { body } = await api.post('/purchase', { ...order, quantity: 2 }, { headers: operator })
    return { path: `/purchases/${body.purchaseId}/refunds`, body: { lines: [{ productId: 'unicorn', quantity: 1 }] } }
  },
  issuePoints: () => ({ body: { account_id: 'rita', amount: 5 } }),
  redeemPoints: async () => ({ body: { account_id: 'rita', amount: (await issued()) ? 1 : 0 } }),
  createRedemption: async () => ({ body: { account_id: 'rita', amount: (await issued()) ? 1 : 0 } }),
  reversePointsTransaction: async () => ({ path: `/points/transactions/${await issued()}/reversal` }),
  createCampaign: () => ({ body: { client: CLIENT, campaign_name: aName(), rules: RULES } }),
  updateCampaign: async () => ({ path: await campaign(), body: { status: 'inactive' }, headers: anyVersion }),
  deleteCampaign: async () => ({ path: await campaign(), headers: anyVersion }),
  createEvent: () => ({ body: event }),
  retryParkedAward: async () => ({ path: `/operations/parked/${await parked()}/retry` }),
  dismissParkedAward: async () => ({
    path: `/operations/parked/${await parked()}/dismissal`,
    body: { reason: 'settled by letter' },
  }),
  resolveDiscrepancy: async () => ({
    path: `/operations/discrepancies/${await discrepancy()}/resolution`,
    body: { reason: 'restored by hand' },
  }),
  repairPurchase: async () => ({ path: `/operations/purchases/${await compensating()}/repair` }),
}

/** What has a body only because it asks for much. */
const READS: Record<string, Asked> = {
  quotePurchase: { body: order },
  simulateCampaigns: { body: { client: CLIENT, event } },
  backtestCampaigns: { body: { client: CLIENT, from: '2026-01-01T00:00:00Z' } },
}

/** Those that are about a client: who acts for some only, does it for that one. */
const OF_CLIENTS = [
  'createEvent',
  'createCampaign',
  'updateCampaign',
  'deleteCampaign',
  'issuePoints',
  'redeemPoints',
  'createRedemption',
  'reversePointsTransaction',
]

type Operation = { operationId: string; 'x-roles': Role[]; parameters?: { name: string }[] }
const document = api.contract.document as unknown as { paths: Record<string, Record<string, Operation>> }
const OPERATIONS = Object.entries(document.paths).flatMap(([template, methods]) =>
  Object.entries(methods).flatMap(([method, operation]) =>
    method === 'get' ? [] : [{ ...operation, method: method.toUpperCase(), template }],
  ),
)

async function ask(role: Role, operation: (typeof OPERATIONS)[number], { path, body, headers }: Asked) {
  const isKeyed = operation.parameters?.some(({ name }) => name === 'Idempotency-Key') === true
  return await api.call(operation.method, path ?? operation.template, {
    ...(body !== undefined && { body }),
    ...(isKeyed && { key: crypto.randomUUID() }),
    headers: { ...headers, ...CALLERS[role] },
  })
}

/** All columns that say who, and how many rows say it of whom. */
async function onRecord(): Promise<Map<string, number>> {
  const columns = await sql<{ table: string; column: string }[]>`
    select quote_ident(table_name) as table, quote_ident(column_name) as column from information_schema.columns
    where table_schema = 'public' and domain_name = 'actor'`
  const counts = new Map<string, number>()
  for (const { table, column } of columns) {
    const rows = await sql.unsafe<{ actor: string; count: number }[]>(
      `select ${column} as actor, count(*)::int as count from ${table} where ${column} is not null group by 1`,
    )
    for (const { actor, count } of rows) counts.set(actor, (counts.get(actor) ?? 0) + count)
  }
  return counts
}

test('each operation that is not for reading changes something here, or is known to read', () => {
  const known = [...Object.keys(CHANGES), ...Object.keys(READS)]
  expect(OPERATIONS.map(({ operationId }) => operationId).toSorted()).toEqual(known.toSorted())
})

const changing = OPERATIONS.filter(({ operationId }) => operationId in CHANGES)
const cases = changing.flatMap((operation) =>
  operation['x-roles'].map((role) => ({ operationId: operation.operationId, role, operation })),
)

describe('who asks is on record', () => {
  test.each(cases)('with $operationId, as $role', async ({ operationId, role, operation }) => {
    const asked = (await CHANGES[operationId]?.()) ?? {}
    const isForClient = OF_CLIENTS.includes(operationId) && role !== 'operator'
    const actor = `${role}:${IDS[role]}${isForClient ? `:${CLIENT}` : ''}`
    const before = (await onRecord()).get(actor) ?? 0
    const { status, body } = await ask(role, operation, asked)
    expect(status, JSON.stringify(body)).toBeLessThan(300)
    expect((await onRecord()).get(actor) ?? 0).toBeGreaterThan(before)
  })

  test.each(Object.entries(READS))('and nobody is, of %s, which changes nothing', async (operationId, asked) => {
    const operation = OPERATIONS.find((one) => one.operationId === operationId) as (typeof OPERATIONS)[number]
    const before = await onRecord()
    for (const role of operation['x-roles']) expect((await ask(role, operation, asked)).status).toBe(200)
    expect(await onRecord()).toEqual(before)
  })

  test('as nobody else, and never as in demo mode', async () => {
    const roles = Object.keys(IDS) as Role[]
    const people = roles.flatMap((role) => [`${role}:${IDS[role]}`, `${role}:${IDS[role]}:${CLIENT}`])
    const parts = ['seed', 'test', 'purchase', 'refund']
    for (const actor of (await onRecord()).keys()) expect([...people, ...parts]).toContain(actor)
  })

  /** Rows that belong to a row that says who, by the table of that. */
  const BELONGS_TO: Record<string, string> = {
    purchase_lines: 'purchase_events',
    refund_lines: 'refunds',
    points_allocations: 'points_events',
    points_commands: 'points_events',
    campaign_grants: 'points_events',
    event_facts: 'purchase_events',
  }

  test('in every table that is only added to', async () => {
    const tables = await sql<{ name: string; says_who: boolean }[]>`
      select c.relname as name, exists (
        select from pg_attribute a join pg_type t on t.oid = a.atttypid where a.attrelid = c.oid and t.typname = 'actor'
      ) as says_who
      from pg_class c join pg_trigger g on g.tgrelid = c.oid where g.tgname = 'append_only'`
    const saying = tables.filter(({ says_who }) => says_who).map(({ name }) => name)
    const silent = tables.filter(({ says_who }) => !says_who).map(({ name }) => name)
    expect(silent.toSorted()).toEqual(Object.keys(BELONGS_TO).toSorted())
    for (const table of Object.values(BELONGS_TO)) expect(saying).toContain(table)
  })

  test('in a form that holds no name: it is a role and ids, or a part of the system', async () => {
    for (const who of ['olga@shop.example', 'operator:', 'operator:a:b:c', 'Olga', 'owner:usr_1', ''])
      await expect(sql`select ${who}::actor`).rejects.toThrow('violates check constraint')
    for (const who of ['seed', 'operator:usr_1', 'service:usr_1:reviewsite']) await sql`select ${who}::actor`
  })
})

describe('what others did', async () => {
  const NAME = 'Olga Testova'
  await campaign()
  await world.shop.asOwner((owner) => owner`update users set display_name = ${NAME} where subject = 'olga'`)
  await api.post('/users/rita/top-ups', { amount: 1 }, { headers: operator })
  await api.post('/points', { account_id: 'rita', amount: 5 }, { headers: CALLERS.service })
  await api.post('/events', event, { key: aName(), headers: CALLERS.service })
  const placed = await api.post('/purchase', order, { headers: CALLERS.service })
  const purchaseId: string = placed.body.purchaseId
  await api.call('POST', `/purchases/${purchaseId}/refund`, { headers: operator })
  const dismissed = await parked()
  const dismissal = `/operations/parked/${dismissed}/dismissal`
  await api.call('POST', `/operations/parked/${dismissed}/retry`, { headers: operator }).catch(() => {})

  const nobody = { id: null, client: null, name: null }
  const seenBy = (role: Role, path: string) => api.call('GET', path, { headers: CALLERS[role] })
  const actorsOf = async (role: Role) => {
    const { body } = await seenBy(role, `/purchases/${purchaseId}`)
    return body.steps.flatMap(({ state, actor }: { state: string; actor?: object }) => (actor ? [[state, actor]] : []))
  }

  test('operators see by name, services by id, and customers by role', async () => {
    const steps = (service: object, operator: object) => [
      ['running', { role: 'service', ...service }],
      ['refunding', { role: 'operator', ...operator }],
    ]
    const [front, olga] = [
      { ...nobody, id: IDS.service },
      { ...nobody, id: IDS.operator },
    ]
    expect(await actorsOf('operator')).toEqual(steps(front, { ...olga, name: NAME }))
    expect(await actorsOf('service')).toEqual(steps(front, olga))
    expect(await actorsOf('customer')).toEqual(steps(nobody, nobody))
  })

  test('customers see nowhere by whom: neither the id of anybody else, nor a name', async () => {
    const paths = [
      ...['', '/events'].map((of) => `/purchases/${purchaseId}${of}`),
      `/purchases/${dismissed}`,
      ...['/users/rita/wallet-entries', '/points/transactions?account_id=rita', '/points/lots?account_id=rita'],
    ]
    for (const path of paths) {
      const [asOperator, asCustomer] = [await seenBy('operator', path), await seenBy('customer', path)]
      expect([path, asOperator.status, asCustomer.status]).toEqual([path, 200, 200])
      for (const secret of [NAME, IDS.operator, IDS.service, IDS.client_operator, CLIENT])
        expect(JSON.stringify(asCustomer.body), path).not.toContain(secret)
    }
    const { body } = await seenBy('customer', '/points/transactions?account_id=rita')
    expect(body.items).toContainEqual(expect.objectContaining({ reason: 'event', event: 'ReviewWritten' }))
  })

  test('what they did themselves, customers see as that', async () => {
    const { body } = await api.post('/purchase', order, { headers: CALLERS.customer })
    const { steps } = (await seenBy('customer', `/purchases/${body.purchaseId}`)).body
    expect(steps[0].actor).toEqual({ ...nobody, role: 'customer', id: rita })
  })

  test('the client that a service or operator acts for is told to operators', async () => {
    const { body } = await seenBy('operator', '/points/transactions?account_id=rita')
    const actor = { role: 'service', id: IDS.service, client: CLIENT, name: null }
    expect(body.items).toContainEqual(expect.objectContaining({ reason: 'event', actor }))
  })

  test('a repair, a retry and a dismissal say who asked for them', async () => {
    const who = { role: 'operator', id: IDS.operator, name: NAME }
    const repaired = await compensating()
    await api.call('POST', `/operations/purchases/${repaired}/repair`, { headers: operator })
    const { requests } = (await seenBy('operator', `/purchases/${repaired}`)).body
    expect(requests).toMatchObject([{ kind: 'repair', actor: who }])

    expect((await seenBy('operator', `/purchases/${dismissed}`)).body.requests).toMatchObject([
      { kind: 'retry', actor: who },
    ])
    const waiting = await parked()
    const answer = await api.post(
      dismissal.replace(dismissed, waiting),
      { reason: 'settled by letter' },
      { headers: operator },
    )
    expect(answer.body).toMatchObject({ status: 'dismissed', dismissed: { actor: who }, sentBy: null, retried: null })
    const { steps } = (await seenBy('operator', `/purchases/${waiting}`)).body
    expect(steps).toContainEqual(expect.objectContaining({ state: 'dismissed', actor: expect.objectContaining(who) }))
  })

  test('an actor whose name is gone is still the same one', async () => {
    await world.shop.asOwner((owner) => owner`update users set display_name = null where subject = 'olga'`)
    expect((await actorsOf('operator')).at(-1)).toEqual([
      'refunding',
      { ...nobody, role: 'operator', id: IDS.operator },
    ])
  })
})
