import { afterAll, describe, expect, test } from 'vitest'
import { allRows } from '#test/support/all-rows.ts'
import { openApiWorld } from '#test/support/api-world.ts'
import { giving } from '#test/support/campaign-examples.ts'
import { openClient, openIdentityProvider } from '#test/support/identity-provider.ts'
import { rawRequest } from '#test/support/raw-request.ts'
import { shared } from '#test/support/shared-world.ts'
import { AUTH, bearer } from '#test/support/tokens.ts'

const world = await shared(openApiWorld())
const api = await world.serve({ auth: AUTH })
const operator = await bearer('olga', { roles: ['operator'] })

const RULES = [giving('1', { variable: '$.stars', rule: 'numeric_greater_than', value: 0 })]

/** Money that nobody else has, to be looked for in answers that must not have it. */
const RITAS_MONEY = 4_242.42

await world.shop.addProduct({ id: 'unicorn', priceMinor: 1_999, stock: 100 })
const rita = await addUser('rita', RITAS_MONEY)
const wanda = await addUser('wanda', 100)
const ritas = { userId: 'rita', productId: 'unicorn', quantity: 1 }
const bought: string = (await api.post('/purchase', ritas, { headers: operator })).body.purchaseId
const many = { ...ritas, quantity: 10 }
const boughtMany: string = (await api.post('/purchase', many, { headers: operator })).body.purchaseId
const issue = () =>
  api.post('/points', { account_id: 'rita', amount: 500, client: 'ReviewSite' }, { headers: operator })
const [points] = [await issue(), await issue()]
for (const client of ['ReviewSite', 'OtherSite']) {
  const campaign = { client, campaign_name: 'spring', event_types: ['ReviewWritten'], rules: RULES }
  const { status, body } = await api.post('/campaigns', campaign, { headers: operator })
  expect(status, JSON.stringify(body)).toBe(201)
}
const history = await api.call('GET', '/campaigns/spring/history?client=ReviewSite', { headers: operator })
const changeId: string = history.body.items[0].id
const event = { type: 'ReviewWritten', client: 'ReviewSite', account_id: 'rita', payload: { stars: 5 } }

async function addUser(username: string, balance: number): Promise<string> {
  const { status, body } = await api.post('/users', { username, balance }, { headers: operator })
  expect(status, JSON.stringify(body)).toBe(201)
  return body.id
}

/** The same shop with the sign-in of the store; the provider's Rita is ours. */
const provider = await openIdentityProvider({
  rita: { preferred_username: 'rita' },
  olga: { preferred_username: 'olga', roles: ['operator'] },
})
afterAll(() => provider.close())
const store = await world.serve({ auth: provider.auth, port: provider.storePort })
await world.shop.asOwner(
  (sql) => sql`update users set issuer = ${provider.issuer}, subject = 'rita' where id = ${rita}`,
)

/** What the browser of somebody sends who has signed in, from the pages of the store. */
async function session(login: string): Promise<Record<string, string>> {
  const client = openClient()
  await client.signIn(store.url, login)
  return { Cookie: [...client.cookies(store.url)].map((cookie) => cookie.join('=')).join('; '), Origin: store.url }
}

const CALLERS = {
  nobody: {},
  'the customer': await bearer(rita, { roles: ['customer'] }),
  'another customer': await bearer(wanda, { roles: ['customer'] }),
  'a service': await bearer('shop-front', { roles: ['service'], clients: ['ReviewSite'] }),
  'a service of another client': await bearer('other-front', { roles: ['service'], clients: ['OtherSite'] }),
  'an operator of the client': await bearer('otto', { roles: ['operator'], clients: ['ReviewSite'] }),
  'an operator of another client': await bearer('oscar', { roles: ['operator'], clients: ['OtherSite'] }),
  'an operator': operator,
  'the customer, signed in': await session('rita'),
  'an operator, signed in': await session('olga'),
} satisfies Record<string, Record<string, string>>
type CallerName = keyof typeof CALLERS
const serverOf = (caller: CallerName) => (caller.endsWith('signed in') ? store : api)

// Whoever is admitted for the first time is on record from then on; here, what refused requests change is looked for.
for (const caller of Object.keys(CALLERS) as CallerName[])
  await serverOf(caller).call('GET', '/me', { headers: CALLERS[caller] })

const CALLER_ROLES: Record<CallerName, string[]> = {
  nobody: [],
  'the customer': ['customer'],
  'another customer': ['customer'],
  'a service': ['service'],
  'a service of another client': ['service'],
  'an operator of the client': ['client_operator'],
  'an operator of another client': ['client_operator'],
  'an operator': ['operator'],
  'the customer, signed in': ['customer'],
  'an operator, signed in': ['operator'],
}

const NIL = '00000000-0000-4000-8000-000000000000'
const CAMPAIGN = '/campaigns/spring?client=ReviewSite'

/** A request for each operation that is about something of Rita's, or of the client ReviewSite. */
const REQUESTS: Record<string, { path?: string; body?: unknown; headers?: Record<string, string> }> = {
  listProducts: {},
  getProduct: { path: '/products/unicorn' },
  createProduct: { body: { name: 'Foal', description: '', price: 1, stock: 1 } },
  updateProduct: { path: '/products/unicorn', body: { name: 'Unicorn' } },
  listProductHistory: { path: '/products/unicorn/history' },
  adjustStock: { path: '/products/unicorn/stock-adjustments', body: { quantity: 1, reason: 'found' } },
  getImage: { path: '/images/unicorn-air.svg' },
  listUsers: {},
  createUser: { body: { username: 'rosa', balance: 0 } },
  getBalance: { path: '/users/balance/rita' },
  topUp: { path: '/users/rita/top-ups', body: { amount: 1 } },
  tagUser: { path: '/users/rita', body: { tags: ['vip'] } },
  listWalletEntries: { path: '/users/rita/wallet-entries' },
  eraseUser: { path: '/users/rita/erasure', body: {} },
  createPurchase: { body: ritas },
  quotePurchase: { body: ritas },
  listPurchases: { path: '/purchases?userId=rita' },
  getPurchase: { path: `/purchases/${bought}` },
  getPurchaseEvaluation: { path: `/purchases/${bought}/evaluation` },
  watchPurchase: { path: `/purchases/${bought}/events` },
  cancelPurchase: { path: `/purchases/${bought}/cancel` },
  getRefundQuote: { path: `/purchases/${bought}/refund-quote` },
  refundPurchase: { path: `/purchases/${bought}/refund` },
  createRefund: { path: `/purchases/${boughtMany}/refunds`, body: { lines: [{ productId: 'unicorn', quantity: 1 }] } },
  getPoints: { path: '/points?account_id=rita' },
  listPointsTransactions: { path: '/points/transactions?account_id=rita' },
  listPointsLots: { path: '/points/lots?account_id=rita' },
  issuePoints: { body: { account_id: 'rita', amount: 1 } },
  redeemPoints: { body: { account_id: 'rita', amount: 1 } },
  createRedemption: { body: { account_id: 'rita', amount: 1 } },
  reversePointsTransaction: { path: `/points/transactions/${points.body.id}/reversal` },
  listCampaigns: { path: '/campaigns?client=ReviewSite' },
  createCampaign: {
    body: { client: 'ReviewSite', campaign_name: 'summer', rules: RULES },
  },
  getCampaign: { path: CAMPAIGN },
  listCampaignHistory: { path: '/campaigns/spring/history?client=ReviewSite' },
  getCampaignChange: { path: `/campaigns/spring/history/${changeId}?client=ReviewSite` },
  updateCampaign: { path: CAMPAIGN, body: { status: 'inactive' }, headers: { 'If-Match': '*' } },
  deleteCampaign: { path: '/campaigns/none?client=ReviewSite', headers: { 'If-Match': '*' } },
  simulateCampaigns: { body: { client: 'ReviewSite', event } },
  backtestCampaigns: { body: { client: 'ReviewSite', from: '2026-01-01T00:00:00Z' } },
  createEvent: { body: event },
  getEventEvaluation: { path: `/events/${NIL}/evaluation` },
  listParkedAwards: {},
  retryParkedAward: { path: `/operations/parked/${NIL}/retry` },
  dismissParkedAward: { path: `/operations/parked/${NIL}/dismissal`, body: { reason: 'none' } },
  listDiscrepancies: {},
  getPointsLiability: {},
  resolveDiscrepancy: { path: `/operations/discrepancies/${NIL}/resolution`, body: { reason: 'none' } },
  repairPurchase: { path: `/operations/purchases/${bought}/repair` },
  getSettings: {},
  getMe: {},
  healthz: {},
  readyz: {},
}

/** What those are told for whom it is, where the request is about what is not there, or not so any more. */
const OF_NO_USE: Record<string, string> = {
  eraseUser: 'balance_left',
  cancelPurchase: 'already_settled',
  repairPurchase: 'already_settled',
  deleteCampaign: 'unknown_campaign',
  getEventEvaluation: 'unknown_event',
  retryParkedAward: 'unknown_parked_award',
  dismissParkedAward: 'unknown_parked_award',
  resolveDiscrepancy: 'unknown_discrepancy',
}
/** What they are told once somebody has done it; all others can be done again. */
const ONLY_ONCE: Record<string, string> = {
  createUser: 'user_exists',
  reversePointsTransaction: 'already_reversed',
  createCampaign: 'campaign_exists',
}
const done = new Set<string>()

type Operation = { operationId: string; 'x-roles'?: string[]; security?: unknown[]; parameters?: { name: string }[] }
const document = api.contract.document as unknown as { paths: Record<string, Record<string, Operation>> }
const OPERATIONS = Object.entries(document.paths).flatMap(([template, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), template })),
)

/** What is expected of a caller whose role a route does not have, or to whom what it is about does not belong. */
function refusal(caller: CallerName, { operationId, 'x-roles': roles = [] }: Operation): 401 | 403 | 404 | undefined {
  if (roles.length === 0) return undefined
  if (caller === 'nobody') return 401
  if (!roles.some((role) => CALLER_ROLES[caller].includes(role))) return 403
  if (operationId === 'getMe') return undefined
  if (caller === 'another customer') return 404
  if (caller === 'an operator of another client') return 403
  if (caller !== 'a service of another client') return undefined
  if (operationId === 'reversePointsTransaction') return 404
  return operationId === 'createEvent' ? 403 : undefined
}

async function ask(caller: CallerName, operation: (typeof OPERATIONS)[number], wrong?: { body: string }) {
  const { path = operation.template, body, headers } = REQUESTS[operation.operationId] ?? {}
  const isKeyed = operation.parameters?.some(({ name }) => name === 'Idempotency-Key') === true
  return await serverOf(caller).call(operation.method, path, {
    ...(body !== undefined && { body: wrong?.body ?? body }),
    ...(isKeyed && { key: crypto.randomUUID() }),
    headers: { ...headers, ...CALLERS[caller] },
  })
}

test('each operation says who may use it, and has a request here', () => {
  for (const { operationId, 'x-roles': roles, security } of OPERATIONS) {
    expect(roles, operationId).toBeDefined()
    expect(security?.length, operationId).toBe(roles?.length === 0 ? 0 : 1)
  }
  expect(OPERATIONS.map(({ operationId }) => operationId).sort()).toEqual(Object.keys(REQUESTS).sort())
})

describe.each(Object.keys(CALLERS) as CallerName[])('%s', (caller) => {
  const refused = OPERATIONS.filter((operation) => refusal(caller, operation) !== undefined)
  const allowed = OPERATIONS.filter((operation) => refusal(caller, operation) === undefined)

  if (refused.length > 0)
    test('is refused the rest: nothing is changed, and nothing told', async () => {
      const before = await allRows(world.shop.sql)
      for (const operation of refused) {
        const { status, headers, body } = await ask(caller, operation)
        expect(status, `${operation.operationId}: ${JSON.stringify(body)}`).toBe(refusal(caller, operation))
        expect(headers.has('WWW-Authenticate')).toBe(status === 401)
        const told = JSON.stringify(body)
        for (const secret of [rita, String(RITAS_MONEY), 'Unicorn']) expect(told).not.toContain(secret)
      }
      expect(await allRows(world.shop.sql)).toBe(before)
    })

  // Which client or user it is about is in the request.
  const byRole = refused.filter(
    (one) => refusal(caller, one) === 401 || !one['x-roles']?.some((role) => CALLER_ROLES[caller].includes(role)),
  )
  if (byRole.length > 0)
    test('is refused before anything of the request is looked at', async () => {
      for (const operation of byRole) {
        const { status } = await ask(caller, operation, { body: '{"half' })
        expect(status, operation.operationId).toBe(refusal(caller, operation))
      }
    })

  test('gets what is for them', async () => {
    for (const operation of allowed) {
      const { operationId } = operation
      const { status, body } = await ask(caller, operation)
      const told = `${operationId}: ${status} ${JSON.stringify(body).slice(0, 300)}`
      const expected = OF_NO_USE[operationId] ?? (done.has(operationId) ? ONLY_ONCE[operationId] : undefined)
      expect(status < 400 ? undefined : body.code, told).toBe(expected)
      if (expected === undefined) done.add(operationId)
    }
  })
})

test('a customer sees their own purchases when they do not say whose', async () => {
  for (const [caller, count] of [
    ['the customer', true],
    ['another customer', false],
  ] as const) {
    const { body } = await api.call('GET', '/purchases', { headers: CALLERS[caller] })
    expect(body.items.map(({ purchaseId }: { purchaseId: string }) => purchaseId).includes(bought)).toBe(count)
  }
})

test('an operator of some clients sees the campaigns of those', async () => {
  const { body } = await api.call('GET', '/campaigns', { headers: CALLERS['an operator of another client'] })
  expect(body.items.map(({ client }: { client: string }) => client)).toEqual(['othersite'])
})

test('an operator of some clients is told by no rule what is known of a customer', async () => {
  const tagged = await api.call('PATCH', '/users/rita', { body: { tags: ['vip'] }, headers: operator })
  expect(tagged.status).toBe(200)
  const told = giving('$.customer.purchases + 1', { variable: '$.customer.tags', rule: 'contains', value: 'vip' })
  const simulated = async (headers: Record<string, string>) => {
    const body = { client: 'ReviewSite', event: { accountId: 'rita' }, rules: [told] }
    return (await api.post('/campaigns/simulate', body, { headers })).body.points
  }
  expect(await simulated(operator)).toBeGreaterThan(1)
  expect(await simulated(CALLERS['an operator of the client'])).toBe(0)
})

test('who did it is on record, without their name', async () => {
  const { body } = await api.call('GET', '/users/rita/wallet-entries', { headers: operator })
  expect(body.items.at(-1)).toMatchObject({
    reason: 'opening',
    actor: { role: 'operator', id: expect.stringMatching(/^usr_[\da-f-]{36}$/), name: null },
  })
})

test('who was refused, and why, is in the log, and no token is', async () => {
  const logged = async (path: string, headers: Record<string, string>) => {
    const answer = await api.call('GET', path, { headers })
    return api.log.find(({ requestId }) => requestId === answer.headers.get('X-Request-Id'))
  }
  const forged = await logged('/users', { Authorization: 'Bearer forged.token.here' })
  expect(forged).toMatchObject({ status: 401, code: 'unauthenticated', path: '/users' })
  expect(forged).not.toHaveProperty('caller')
  const customer = CALLERS['another customer']
  expect(await logged('/users', customer)).toMatchObject({ status: 403, code: 'not_permitted', caller: wanda })
  expect(await logged(`/purchases/${bought}`, customer)).toMatchObject({
    status: 404,
    code: 'unknown_purchase',
    caller: wanda,
  })
  const letIn = await logged('/users', operator)
  expect(letIn).toMatchObject({ status: 200, caller: expect.stringMatching(/^usr_[\da-f-]{36}$/) })
  expect(letIn).not.toHaveProperty('code')
  const log = JSON.stringify(api.log)
  for (const secret of ['token.here', (operator.Authorization ?? '').slice(-40)]) expect(log).not.toContain(secret)
})

test('a service adds users, but no money', async () => {
  const add = (balance: number) => api.post('/users', { username: 'sonia', balance }, { headers: CALLERS['a service'] })
  expect(await add(1)).toMatchObject({ status: 403, body: { code: 'not_permitted' } })
  expect((await add(0)).status).toBe(201)
})

test('the same key of two callers is two keys', async () => {
  const order = (userId: string) => ({ userId, productId: 'unicorn', quantity: 1 })
  const [one, two] = [
    await api.post('/purchase', order('rita'), { key: 'mine', headers: CALLERS['the customer'] }),
    await api.post('/purchase', order('wanda'), { key: 'mine', headers: CALLERS['another customer'] }),
  ]
  expect([one.status, two.status]).toEqual([200, 200])
  expect(one.body.purchaseId).not.toBe(two.body.purchaseId)
})

test('points and events are for users that were added', async () => {
  const headers = CALLERS['a service']
  for (const answer of [
    await api.post('/points', { account_id: 'nobody', amount: 1 }, { headers }),
    await api.post('/events', { ...event, account_id: 'nobody' }, { key: 'of nobody', headers }),
  ])
    expect(answer).toMatchObject({ status: 404, body: { code: 'unknown_account' } })
})

describe('points of a client', () => {
  const move = (headers: Record<string, string>, body: object) =>
    api.post('/points', { account_id: 'rita', amount: 1, ...body }, { headers })
  const reverse = (id: string, headers: Record<string, string>) =>
    api.call('POST', `/points/transactions/${id}/reversal`, { headers })

  test('are moved by its services, and by no others', async () => {
    const [own, other] = [CALLERS['a service'], CALLERS['a service of another client']]
    const issued = await move(own, {})
    expect(issued.status).toBe(200)
    const [line] = (await api.call('GET', '/points/transactions?account_id=rita', { headers: operator })).body.items
    expect(line).toMatchObject({ id: issued.body.id, actor: { role: 'service', client: 'reviewsite' } })
    expect((await move(own, { client: 'ReviewSite' })).status).toBe(200)
    expect(await move(other, { client: 'reviewsite' })).toMatchObject({ status: 403, body: { code: 'not_permitted' } })
    expect(await reverse(issued.body.id, other)).toMatchObject({ status: 404, body: { code: 'unknown_transaction' } })
    expect((await reverse(issued.body.id, own)).status).toBe(200)
  })

  test('of an operator are taken back by an operator, who may say for whom they are', async () => {
    const issued = await move(operator, {})
    expect((await reverse(issued.body.id, CALLERS['a service'])).status).toBe(404)
    expect((await reverse(issued.body.id, operator)).status).toBe(200)
    const forClient = await move(operator, { client: 'reviewsite' })
    expect((await reverse(forClient.body.id, CALLERS['a service'])).status).toBe(200)
  })

  test('have one: a service of none moves none, and one of several says which', async () => {
    const none = await bearer('clientless', { roles: ['service'] })
    const two = await bearer('two-fronts', { roles: ['service'], clients: ['one', 'two'] })
    expect(await move(none, {})).toMatchObject({ status: 403, body: { code: 'not_permitted' } })
    expect(await move(two, {})).toMatchObject({ status: 400, body: { errors: [{ path: 'client' }] } })
    expect((await move(two, { client: 'two' })).status).toBe(200)
  })
})

test('whose token names nobody who was added has no data', async () => {
  const stranger = { headers: await bearer('usr_stranger', { roles: ['customer'] }) }
  expect(await api.call('GET', '/purchases', stranger)).toMatchObject({ status: 403, body: { code: 'not_permitted' } })
})

test('where the tokens are ours, nobody can be called like the id of another user', async () => {
  const user = { username: 'impostor', balance: 0, subject: rita }
  const { status, body } = await api.post('/users', user, { headers: CALLERS['a service'] })
  expect([status, body.errors]).toEqual([400, [{ path: 'subject', message: 'is not known here' }]])
})

test('an address that is none is 404 for everybody, and a header that comes twice 400', async () => {
  for (const headers of Object.values(CALLERS))
    expect(await api.call('GET', '/nowhere', { headers })).toMatchObject({
      status: 404,
      body: { code: 'unknown_route' },
    })
  expect(await api.call('PUT', '/users')).toMatchObject({ status: 405 })
  const twice = { Authorization: ['Bearer x', operator.Authorization ?? ''] }
  expect(await rawRequest(api.url, '/users', { headers: twice })).toMatchObject({ status: 400 })
})

test('a customer can refund for thirty days, an operator always', async () => {
  const { body } = await api.post('/purchase', ritas, { headers: CALLERS['the customer'] })
  const refund = (headers: Record<string, string>) =>
    api.call('POST', `/purchases/${body.purchaseId}/refund`, { headers })
  await world.shop.asOwner(
    (sql) => sql`update purchases set settled_at = now() - interval '31 days' where id = ${body.purchaseId}`,
  )
  const quote = (headers: Record<string, string>) =>
    api.call('GET', `/purchases/${body.purchaseId}/refund-quote`, { headers })
  for (const caller of ['the customer', 'a service'] as const)
    for (const asked of [quote, refund])
      expect(await asked(CALLERS[caller])).toMatchObject({ status: 409, body: { code: 'refund_period_over' } })
  expect(await quote(operator)).toMatchObject({ status: 200 })
  expect(await refund(operator)).toMatchObject({ status: 200 })
})
