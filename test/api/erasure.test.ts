import { beforeEach, describe, expect, test } from 'vitest'
import { awardPoints, parkAward } from '#activities/points.ts'
import { readAwards, recordExternalEvent } from '#db/awards.ts'
import { call } from '#db/functions.ts'
import { recordOutcome } from '#db/purchases.ts'
import { oneLot } from '#domain/points/account.ts'
import { createPointsLedger } from '#ledger/ledger.ts'
import { openApiWorld } from '#test/support/api-world.ts'
import { giving } from '#test/support/campaign-examples.ts'
import { interceptSql } from '#test/support/intercepted-sql.ts'
import { shared } from '#test/support/shared-world.ts'
import { aRequest } from '#test/support/shop.ts'
import { AUTH, bearer } from '#test/support/tokens.ts'

const world = await shared(openApiWorld())
const { api, shop } = world
await shop.addProduct({ id: 'air', priceMinor: 20_000, stock: 1_000 })

let user: string
let id: string

beforeEach(async () => {
  user = `user-${crypto.randomUUID()}`
  id = (await api.post('/users', { username: user, balance: 0 }, { key: `open-${user}` })).body.id
})

const erase = (who = user, body: object = {}, key: string = crypto.randomUUID()) =>
  api.post(`/users/${who}/erasure`, body, { key })
const order = (userId = user) => ({ userId, productId: 'air', quantity: 1 })
const topUp = (amount = 200) => api.post(`/users/${user}/top-ups`, { amount })

/** A purchase that costs all there is in the wallet, and earns 20 points. */
async function bought(key: string = crypto.randomUUID()): Promise<string> {
  await topUp()
  const { status, body } = await api.post('/purchase', order(), { key })
  expect(status).toBe(200)
  return body.purchaseId
}

/** Takes the points that there are. */
async function spend(): Promise<void> {
  const amount = (await api.get(`/points?account_id=${user}`)).body.balance
  if (amount > 0) await api.post('/points/redemptions', { account_id: user, amount })
}

async function taken(): Promise<string> {
  const eventId = crypto.randomUUID()
  const event = { eventId, type: 'Review', client: 'reviewsite', username: user, payload: { stars: 4 }, actor: 'demo' }
  await recordExternalEvent(shop.sql, aRequest(eventId), event)
  return eventId
}

describe('an erased user', () => {
  test("is an id with a history: the name is nobody's, and what was bought stays", async () => {
    const purchaseId = await bought()
    await spend()
    const { status, body } = await erase()
    expect(status).toBe(200)
    expect(body).toEqual({
      id,
      erasedAt: expect.any(String),
      texts: 0,
      forfeited: { balance: 0, points: 0 },
      campaigns: [],
    })
    expect((await api.get(`/users/balance/${user}`)).status).toBe(404)
    expect((await api.get(`/users/${user}/wallet-entries`)).status).toBe(404)
    expect((await api.get(`/users/balance/${id}`)).status).toBe(404)
    expect((await api.get(`/points?account_id=${user}`)).body.balance).toBe(0)
    expect((await api.get(`/purchases?userId=${user}`)).body.items).toEqual([])
    expect(JSON.stringify((await api.get('/users?limit=500')).body)).not.toContain(id)
    const kept = { purchaseId, userId: id, username: null, status: 'completed', total: 200 }
    expect((await api.get(`/purchases/${purchaseId}`)).body).toMatchObject(kept)
    expect((await api.get('/purchases')).body.items).toContainEqual(expect.objectContaining(kept))
  })

  test('buys nothing and gets nothing, not by what was done before either', async () => {
    const purchaseId = await bought()
    const issued = await api.post('/points', { account_id: user, amount: 5 })
    await spend()
    const [redeemed] = (await api.get(`/points/transactions?account_id=${user}`)).body.items
    await erase()
    expect(await api.post('/purchase', order())).toMatchObject({ status: 404, body: { code: 'unknown_user' } })
    expect((await topUp()).status).toBe(404)
    expect(await api.call('POST', `/purchases/${purchaseId}/refund`)).toMatchObject({
      status: 409,
      body: { code: 'user_erased' },
    })
    expect((await api.get(`/purchases/${purchaseId}/refund-quote`)).body.code).toBe('user_erased')
    for (const transaction of [issued.body.id, redeemed.id])
      expect((await api.call('POST', `/points/transactions/${transaction}/reversal`)).status).toBe(404)
  })

  test('has a name that a new user can take, who gets nothing of it', async () => {
    const key = `again-${user}`
    const purchaseId = await bought(key)
    await api.post('/points', { account_id: user, amount: 5 }, { key: `points-${user}` })
    const event = { type: 'Review', client: 'ReviewSite', account_id: user, payload: {} }
    await api.post('/events', event, { key: `event-${user}` })
    await spend()
    await erase()
    // Who repeats what was asked for the old one is answered neither with the old one's, nor done it again.
    expect((await api.post('/users', { username: user, balance: 0 }, { key: `open-${user}` })).status).toBe(422)
    const added = await api.post('/users', { username: user.toUpperCase(), balance: 50 })
    expect(added).toMatchObject({ status: 201, body: { username: user.toUpperCase(), balance: 50 } })
    expect(added.body.id).not.toBe(id)
    expect((await api.post('/purchase', order(), { key })).status).toBe(422)
    expect((await api.post('/points', { account_id: user, amount: 5 }, { key: `points-${user}` })).status).toBe(422)
    expect((await api.post('/events', event, { key: `event-${user}` })).status).toBe(422)
    expect((await api.get(`/users/balance/${user}`)).body.balance).toBe(50)
    expect((await api.get(`/points?account_id=${user}`)).body.balance).toBe(0)
    expect((await api.get(`/purchases?userId=${user}`)).body.items).toEqual([])
    expect((await api.get(`/purchases/${purchaseId}`)).body.username).toBeNull()
  })

  test('cannot sign in any more, not with a token that is still valid', async () => {
    const server = await world.serve({ auth: AUTH })
    const me = async (role: string) => await server.call('GET', '/me', { headers: await bearer(id, { roles: [role] }) })
    expect((await me('customer')).body.user).toEqual({ id, username: user })
    expect((await me('operator')).status).toBe(200)
    await erase()
    for (const role of ['customer', 'operator', 'service'])
      expect(await me(role)).toMatchObject({ status: 401, body: { code: 'unauthenticated' } })
    const [row] = await shop.sql`select count(*) from users where subject = ${id}`
    expect(row).toEqual({ count: 0 })
  })
})

describe('an erasure', () => {
  test('is done once: by its key, and by the id', async () => {
    const key = crypto.randomUUID()
    const first = await erase(user, {}, key)
    const repeated = await erase(user, {}, key)
    expect(repeated.body).toEqual(first.body)
    expect([first, repeated].map(({ headers }) => headers.get('Idempotency-Replayed'))).toEqual([null, 'true'])
    expect((await erase(id)).body).toEqual(first.body)
    expect((await erase(user, { forfeit: true }, key)).status).toBe(422)
    expect((await erase()).status).toBe(404)
    // Whoever has the name by then is somebody else.
    await api.post('/users', { username: user, balance: 0 })
    expect((await erase(user, {}, key)).body).toEqual(first.body)
    expect((await api.get(`/users/balance/${user}`)).status).toBe(200)
  })

  test('of an id is of nobody whose name it is, and of a name, of nobody whose id it was', async () => {
    const named = await call<string>(shop.sql, 'open_user', { new_id: `usr_${crypto.randomUUID()}`, name: id })
    expect((await erase(id)).body.id).toBe(id)
    expect(await shop.sql`select from users where id = ${named} and erased_at is null`).toHaveLength(1)
    const sample = `sample-${id}`
    await shop.addUser(sample)
    expect((await erase(sample)).body.id).toBe(sample)
    const added = await api.post('/users', { username: sample, balance: 0 })
    expect((await erase(sample)).body.id).toBe(added.body.id)
  })

  test('of many at once is one', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => erase()))
    const done = answers.filter(({ status }) => status !== 404)
    expect(new Set(done.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1)
    expect(done[0]?.status).toBe(200)
    expect(await shop.sql`select user_id from erasures where user_id = ${id}`).toHaveLength(1)
  })

  test('waits for what is under way, and for what waits for an operator', async () => {
    await topUp()
    const purchaseId = await shop.order({ username: user, lines: [{ productId: 'air', quantity: 1 }] })
    const key = crypto.randomUUID()
    const refused = (purchases: string[], awards: string[]) => ({
      status: 409,
      body: { code: 'under_way', purchases, awards },
    })
    expect(await erase(user, { forfeit: true }, key)).toMatchObject(refused([purchaseId], []))
    await shop.confirm(purchaseId)
    expect(await erase(user, { forfeit: true }, key)).toMatchObject(refused([purchaseId], [purchaseId]))
    await parkAward(shop.points, { purchaseId }, 'unavailable')
    await recordOutcome(shop.sql, purchaseId, { status: 'completed' })
    expect(await erase(user, { forfeit: true }, key)).toMatchObject(refused([], [purchaseId]))
    const reason = 'the customer left'
    await api.post(`/operations/parked/${purchaseId}/dismissal`, { reason })
    const eventId = await taken()
    expect(await erase(user, { forfeit: true }, key)).toMatchObject(refused([], [eventId]))
    await awardPoints(shop.points, { eventId })
    await shop.askForRefund(purchaseId)
    expect(await erase(user, { forfeit: true }, key)).toMatchObject(refused([purchaseId], []))
    expect((await api.get(`/users/balance/${user}`)).status).toBe(200)
    await api.call('POST', `/purchases/${purchaseId}/refund`)
    // The reason, and the payload of the event.
    expect((await erase(user, { forfeit: true }, key)).body).toMatchObject({ texts: 2, forfeited: { balance: 200 } })
    const dismissed = await api.call('POST', `/operations/parked/${purchaseId}/retry`)
    expect(dismissed.body).toMatchObject({
      status: 'dismissed',
      userId: id,
      username: null,
      dismissed: { reason: null },
    })
  })

  test('of somebody with money or points has to say that they are given up', async () => {
    await topUp(12.5)
    await api.post('/points', { account_id: user, amount: 7 })
    const key = crypto.randomUUID()
    expect(await erase(user, {}, key)).toMatchObject({
      status: 409,
      body: { code: 'balance_left', balance: 12.5, points: 7 },
    })
    expect((await api.get(`/users/balance/${user}`)).body.balance).toBe(12.5)
    const erased = await erase(user, { forfeit: true }, key)
    expect(erased).toMatchObject({ status: 200, body: { forfeited: { balance: 12.5, points: 7 } } })
    const entries = await shop.sql`
      select amount_minor as amount, reason, actor from wallet_entries where user_id = ${id} order by id`
    expect(entries.at(-1)).toEqual({ amount: -1_250, reason: 'forfeited', actor: 'demo' })
  })

  test('leaves points to expire, and nothing else can happen to them', async () => {
    await api.post('/points', { account_id: user, amount: 7 })
    await erase(user, { forfeit: true })
    const request = { accountId: id, key: crypto.randomUUID(), requestHash: '' }
    const why = { reason: 'test', reference: 'test', actor: 'test' }
    const refused = { ok: false, refusal: { code: 'account_erased' } }
    const issue = { ...request, command: { type: 'issue' as const, ...oneLot(1, 365), ...why } }
    expect(await shop.ledger.execute(issue)).toMatchObject(refused)
    expect(await shop.ledger.execute({ ...request, command: { type: 'redeem', amount: 1, ...why } })).toMatchObject(
      refused,
    )
    const inTwoYears = new Date(Date.now() + 730 * 86_400_000).toISOString()
    const later = createPointsLedger(shop.sql, { clock: async () => inTwoYears })
    expect(await later.execute({ ...request, command: { type: 'expire', ...why } })).toMatchObject({ ok: true })
    const [account] = await shop.sql`select balance, expired from points_accounts where account_id = ${id}`
    expect(account).toEqual({ balance: 0, expired: 7 })
  })

  test('tells which campaigns have, or had, the name in their rules, and leaves those', async () => {
    const named = (rules: object[], campaign_name: string) => api.post('/campaigns', { campaign_name, rules })
    const rule = giving('1', { variable: '$.username', rule: 'string_equals', value: user.toUpperCase() })
    await named([rule], `for ${id}`)
    await named([rule], `no more for ${id}`)
    await named([giving('1')], `for all, not ${id}`)
    const changed = await api.call('PATCH', `/campaigns/no%20more%20for%20${id}`, {
      body: { rules: [giving('1')] },
      headers: { 'If-Match': '*' },
    })
    expect(changed.status).toBe(200)
    const { body } = await erase()
    expect(body.campaigns).toEqual(
      [`for ${id}`, `no more for ${id}`].map((campaignName) => ({ client: 'UnicornStore', campaignName })),
    )
    expect((await api.get(`/campaigns/for%20${id}`)).body.rules).toEqual([rule])
  })

  test('is of nobody, or of nothing, where there is no such user', async () => {
    for (const nobody of ['nobody', 'usr_none', `${id}x`]) expect((await erase(nobody)).status).toBe(404)
  })
})

test('a backtest sees what an erased user bought by the id, and what was sent about them as empty', async () => {
  const from = new Date().toISOString()
  const purchaseId = await bought()
  const event = { type: 'Review', client: 'ReviewSite', account_id: user, payload: { stars: 5 } }
  expect((await api.post('/events', event, { key: crypto.randomUUID() })).status).toBe(200)
  await erase(user, { forfeit: true })
  const backtest = async (client: string, event_types: string[], variable: string) => {
    const rules = [giving('1', { variable, rule: 'string_equals', value: id })]
    const { body } = await api.post('/campaigns/backtest', { client, from, rules, event_types })
    return body.flatMap(({ awards = [] }: { awards?: object[] }) => awards)
  }
  const store = await backtest('UnicornStore', ['PurchaseCompleted'], '$.username')
  expect(store).toMatchObject([{ id: purchaseId, user_id: id, account_id: null, points: 1 }])
  const reviews = await backtest('reviewsite', ['Review'], '$.accountId')
  expect(reviews).toMatchObject([{ user_id: id, account_id: null, points: 1 }])
  expect((await readAwards(shop.sql, [purchaseId])).get(purchaseId)).toMatchObject({ accountId: id, username: null })
})

test('tags of an erased user are gone from the user, and stay with what was bought by them', async () => {
  const from = new Date().toISOString()
  const tag = (tags: string[]) => api.call('PATCH', `/users/${user}`, { body: { tags } })
  await tag(['vip'])
  const purchaseId = await bought()
  expect((await erase(user, { forfeit: true })).status).toBe(200)
  expect(await shop.sql`select tags from users where id = ${id}`).toEqual([{ tags: [] }])
  const changes = await shop.sql`select after, actor from user_tag_changes where user_id = ${id} order by id`
  expect(changes).toEqual([
    { after: ['vip'], actor: 'demo' },
    { after: [], actor: 'demo' },
  ])
  expect((await tag(['new'])).status).toBe(404)
  const rules = [giving('1', { variable: '$.customer.tags', rule: 'contains', value: 'vip' })]
  const { body } = await api.post('/campaigns/backtest', { from, rules })
  const awards = body.flatMap((line: { awards?: { id: string; points: number }[] }) => line.awards ?? [])
  expect(awards).toMatchObject([{ id: purchaseId, points: 1 }])
})

test('whoever begins something for a user while that is erased comes before it, or finds nobody', async () => {
  const users = await Promise.all(
    Array.from({ length: 12 }, async (_, index) => {
      const name = `hasty-${index}-${crypto.randomUUID()}`
      const { body } = await api.post('/users', { username: name, balance: 500 })
      return { name, id: body.id as string }
    }),
  )
  await Promise.all(
    users.flatMap(({ name }) => [
      api.post('/purchase', order(name)),
      api.post(`/users/${name}/top-ups`, { amount: 1 }),
      api.post('/purchase', order(name)),
      erase(name, { forfeit: true }),
    ]),
  )
  // What came before has kept the erasure from happening.
  for (const { name } of users) expect([200, 404]).toContain((await erase(name, { forfeit: true })).status)
  const left = await shop.sql`
    select user_id from wallets where user_id = any(${users.map(({ id }) => id)}) and balance_minor <> 0`
  expect(left).toEqual([])
  const [erased] = await shop.sql`
    select count(*) from erasures where user_id = any(${users.map(({ id }) => id)})`
  expect(erased).toEqual({ count: users.length })
})

test('an event for somebody who is erased meanwhile is for nobody, where people sign in', async () => {
  const sql = interceptSql(shop.sql, async (text, send) => {
    if (text.includes('record_external_event')) expect((await erase()).status).toBe(200)
    return await send()
  })
  const server = await world.serve({ auth: AUTH, sql })
  const headers = await bearer('front', { roles: ['service'], clients: ['ReviewSite'] })
  const body = { type: 'ReviewWritten', client: 'ReviewSite', account_id: user, payload: { stars: 5 } }
  const answer = await server.call('POST', '/events', { headers, body, key: crypto.randomUUID() })
  expect(answer).toMatchObject({ status: 404, body: { code: 'unknown_account' } })
  expect(await shop.sql`select from users where lower(username) = lower(${user})`).toHaveLength(0)
})

test('the first points for somebody who is erased meanwhile are refused', async () => {
  const sql = interceptSql(shop.sql, async (text, send) => {
    if (text.includes('append_points')) expect((await erase()).status).toBe(200)
    return await send()
  })
  const server = await world.serve({ sql })
  const answer = await server.post('/points', { account_id: user, amount: 5 }, { key: crypto.randomUUID() })
  expect(answer).toMatchObject({ status: 404, body: { code: 'unknown_account' } })
})

describe('whose name somebody else has taken since they were let in', () => {
  const BY_NAME: Record<string, (name: string) => [method: string, path: string, body?: object]> = {
    getBalance: (name) => ['GET', `/users/balance/${name}`],
    listWalletEntries: (name) => ['GET', `/users/${name}/wallet-entries`],
    createPurchase: (name) => ['POST', '/purchase', order(name)],
    quotePurchase: (name) => ['POST', '/purchase/quote', order(name)],
    listPurchases: (name) => ['GET', `/purchases?userId=${name}`],
    getPoints: (name) => ['GET', `/points?account_id=${name}`],
    listPointsTransactions: (name) => ['GET', `/points/transactions?account_id=${name}`],
    listPointsLots: (name) => ['GET', `/points/lots?account_id=${name}`],
  }

  test.each(Object.entries(BY_NAME))('has and spends nothing of theirs: %s', async (_, request) => {
    let taker: string | undefined
    const sql = interceptSql(shop.sql, async (text, send) => {
      const rows = await send()
      if (taker === undefined && text.includes('as "isErased"')) {
        taker = ''
        expect((await erase()).status).toBe(200)
        const added = await api.post('/users', { username: user, balance: 4_242.42 })
        taker = added.body.id as string
        expect((await api.post('/points', { account_id: user, amount: 7_531 })).status).toBe(200)
        expect((await api.post('/purchase', order())).status).toBe(200)
      }
      return rows
    })
    const server = await world.serve({ auth: AUTH, sql })
    const [method, path, body] = request(user)
    const headers = await bearer(id, { roles: ['customer'] })
    const answer = await server.call(method, path, { headers, ...(body && { body, key: crypto.randomUUID() }) })
    expect(taker).toMatch(/^usr_/)
    // Lists are empty, as of nobody; everything else is of a user who is not there any more.
    expect(answer.status).toBe(/^\/(points|purchases)\b/.test(path) ? 200 : 404)
    // A random name may well have such digits in it.
    const told = JSON.stringify(answer.body).replaceAll(user, '')
    for (const theirs of [taker ?? '', '4242.42', '4042.42', '7531', '7551', '"completed"'])
      expect(told).not.toContain(theirs)
    const [kept] = await shop.sql`
      select balance_minor as money, (select count(*) from purchases where user_id = ${taker ?? ''}) as purchases
      from wallets where user_id = ${taker ?? ''}`
    expect(kept).toEqual({ money: 404_242, purchases: 1 })
  })

  test('(those are all requests of customers that name somebody)', () => {
    type Operation = { operationId: string; 'x-roles': string[]; parameters?: { name: string }[]; requestBody?: object }
    const { paths } = api.contract.document as unknown as { paths: Record<string, Record<string, Operation>> }
    const names = ['username', 'userId', 'account_id']
    const ofCustomers = Object.values(paths)
      .flatMap((methods) => Object.values(methods))
      .filter((operation) => operation['x-roles'].includes('customer'))
    // What is refunded is found by its id.
    const byName = ofCustomers.filter(
      ({ operationId, parameters, requestBody }) =>
        (requestBody !== undefined && operationId !== 'createRefund') ||
        parameters?.some(({ name }) => names.includes(name)),
    )
    expect(byName.map(({ operationId }) => operationId).toSorted()).toEqual(Object.keys(BY_NAME).toSorted())
  })
})
