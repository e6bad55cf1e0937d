import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { keyDigest } from '#api/idempotency.ts'
import { openDatabase } from '#db/client.ts'
import { createPointsLedger } from '#ledger/ledger.ts'
import { type Api, openApiWorld } from '#test/support/api-world.ts'
import { commandOf } from '#test/support/points-ledger.ts'
import { shared } from '#test/support/shared-world.ts'

const world = await shared(openApiWorld())
let run = 0
let member: string

beforeEach(() => {
  run += 1
  member = `member-${run}`
})

type Keyed = { key?: string }
const issue = (amount: unknown, keyed: Keyed = {}) =>
  world.api.post('/points', { account_id: member, amount }, { ...keyed })
const redeem = (amount: unknown, keyed: Keyed = {}) =>
  world.api.call('DELETE', '/points', { body: { account_id: member, amount }, ...keyed })
const reverse = (id: string, keyed: Keyed = {}) =>
  world.api.call('POST', `/points/transactions/${id}/reversal`, { ...keyed })
const points = async () => (await world.api.get(`/points?account_id=${member}`)).body
const statement = async () => (await world.api.get(`/points/transactions?account_id=${member}`)).body.items
const lots = async () => (await world.api.get(`/points/lots?account_id=${member}`)).body

/** Books on the same database at another time. */
const ledgerAt = (now: string) => createPointsLedger(world.shop.sql, { clock: async () => now })
const today = () => new Date().toISOString().slice(0, 10)
const inDays = (days: number) => new Date(Date.parse(today()) + days * 86_400_000).toISOString()

describe('issuing points', () => {
  test('answers with the transaction, and the account has them', async () => {
    const { status, body, headers } = await issue(250)
    expect(status).toBe(200)
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      date_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/),
      account_id: member,
      transaction_type: 'issue',
      amount: 250,
      balance: 250,
    })
    expect(headers.has('Idempotency-Replayed')).toBe(false)
    const entry = { issued_date: today(), balance: 250, last_updated: body.date_time, status: 'active' }
    expect(await points()).toEqual({
      account_id: member,
      balance: 250,
      balance_entries: [entry],
      pending_total: 0,
      pending: [],
      expires_next: { on: inDays(365).slice(0, 10), amount: 250 },
    })
  })

  test('says where they come from and when they end: at midnight UTC, 365 days later', async () => {
    const { body } = await issue(250, { key: 'welcome' })
    await issue(50, { key: 'more' })
    const { items, count, next_cursor } = await lots()
    expect(items[1]).toEqual({
      id: body.id,
      transaction_id: body.id,
      campaign: null,
      issued_at: body.date_time,
      available_at: body.date_time,
      expires_at: inDays(365),
      original: 250,
      remaining: 250,
      expired: 0,
      taken_back: 0,
      owed: 0,
      source: { reason: 'manual', reference: keyDigest('welcome') },
    })
    expect([count, next_cursor]).toEqual([2, null])
    expect((await points()).expires_next).toEqual({ on: inDays(365).slice(0, 10), amount: 300 })
  })

  test('takes the lifetime that the server is configured with', async () => {
    const shortLived = await world.serve({ pointsTtlDays: 3 })
    await shortLived.post('/points', { account_id: member, amount: 1 })
    expect((await lots()).items[0].expires_at).toBe(inDays(3))
  })

  test('beyond what can be counted is refused', async () => {
    const limit = Number.MAX_SAFE_INTEGER - 1_000_000_000 + 1
    await world.shop.addUser(member)
    await world.shop.asOwner(
      (sql) => sql`
      insert into points_accounts (account_id, balance, issued, taken_back) values (${member}, 0, ${limit}, ${limit})`,
    )
    expect(await issue(1_000_000_000)).toMatchObject({ status: 409, body: { code: 'balance_limit' } })
    await world.shop.asOwner(
      (sql) => sql`update points_accounts set issued = 0, taken_back = 0 where account_id = ${member}`,
    )
  })
})

describe('redeeming points', () => {
  test('takes from what was issued, oldest first, and says what is left', async () => {
    for (let n = 0; n < 10; n++) await issue(100)
    const { status, body } = await redeem(250)
    expect(status).toBe(200)
    expect(body).toMatchObject({ transaction_type: 'redeem', account_id: member, amount: 250, balance: 750 })
    expect((await points()).balance).toBe(750)
    const left = (await lots()).items.map(({ remaining }: { remaining: number }) => remaining)
    expect(left).toEqual([100, 100, 100, 100, 100, 100, 100, 50, 0, 0])
  })

  test('by DELETE and by POST /points/redemptions is one request to a key', async () => {
    await issue(100)
    const deleted = await redeem(40, { key: 'once' })
    const again = await world.api.post('/points/redemptions', { account_id: member, amount: 40 }, { key: 'once' })
    expect(again.body).toEqual(deleted.body)
    expect((await points()).balance).toBe(60)
  })

  test('by POST /points/redemptions does the same', async () => {
    await issue(100)
    const answer = await world.api.post('/points/redemptions', { account_id: member, amount: 40 })
    expect(answer).toMatchObject({ status: 200, body: { transaction_type: 'redeem', amount: 40, balance: 60 } })
  })

  test('of more than there are is refused with what there are, and takes none', async () => {
    await issue(100)
    expect(await redeem(101)).toMatchObject({ status: 409, body: { code: 'insufficient_points', available: 100 } })
    expect((await points()).balance).toBe(100)
    expect(await statement()).toHaveLength(1)
  })

  test('of an account that nothing has happened to is refused too', async () => {
    expect(await redeem(1)).toMatchObject({ status: 409, body: { code: 'insufficient_points', available: 0 } })
  })

  test("of a name that is nobody's is refused and remembered, and adds nobody", async () => {
    const key = `${member}/early`
    const first = await redeem(1, { key })
    const again = await world.api.post('/points/redemptions', { account_id: member, amount: 1 }, { key })
    for (const refused of [first, again])
      expect(refused).toMatchObject({ status: 409, body: { code: 'insufficient_points', available: 0 } })
    expect(again.headers.get('Idempotency-Replayed')).toBe('true')
    expect((await redeem(2, { key })).status).toBe(422)
    expect(await world.shop.idOf(member)).toBe('')
  })

  test('never takes lapsed points, whether they are swept or not', async () => {
    await world.shop.addUser(member)
    await ledgerAt('2024-01-01T10:00:00.000Z').execute({
      accountId: member,
      ...commandOf({ type: 'issue', amount: 80, ttlDays: 10 }),
    })
    await issue(20)
    expect(await redeem(21)).toMatchObject({ status: 409, body: { available: 20 } })
    expect((await points()).balance_entries[0]).toMatchObject({ balance: 80, status: 'expired' })
    await world.api.post('/points/redemptions', { account_id: member, amount: 20 })
    expect((await points()).balance).toBe(0)
    expect((await points()).expires_next).toBeNull()
  })
})

const MOVING = [
  ['POST', '/points'],
  ['DELETE', '/points'],
  ['POST', '/points/redemptions'],
] as const

describe.each(MOVING)('%s %s', (method, path) => {
  test.each([
    [{ amount: 0 }, 'amount'],
    [{ amount: -1 }, 'amount'],
    [{ amount: 1.5 }, 'amount'],
    [{ amount: 1_000_000_001 }, 'amount'],
    [{ amount: 1e300 }, 'amount'],
    [{ amount: '10' }, 'amount'],
    [{ amount: null }, 'amount'],
    [{ account_id: '' }, 'account_id'],
    [{ account_id: 'a b' }, 'account_id'],
    [{ account_id: 7 }, 'account_id'],
    [{ accountId: 'ann' }, 'accountId'],
  ])('with %j is bad input, says where, and moves nothing', async (changes, where) => {
    await issue(100)
    const { status, body } = await world.api.call(method, path, { body: { account_id: member, amount: 1, ...changes } })
    expect(status).toBe(400)
    expect(new Set(body.errors.map((error: { path: string }) => error.path))).toEqual(new Set([where]))
    expect(await statement()).toHaveLength(1)
  })

  test('takes up to 1,000,000,000 at once', async () => {
    await issue(1_000_000_000)
    const { status } = await world.api.call(method, path, { body: { account_id: member, amount: 1_000_000_000 } })
    expect(status).toBe(200)
  })

  test('without a body, or with one that is not JSON, is bad input', async () => {
    expect((await world.api.call(method, path)).status).toBeOneOf([400, 415])
    expect((await world.api.call(method, path, { body: '{' })).body.code).toBe('malformed_json')
    const text = { body: 'x', headers: { 'Content-Type': 'text/plain' } }
    expect((await world.api.call(method, path, text)).status).toBe(415)
  })
})

describe('an Idempotency-Key', () => {
  test('makes one transaction of requests that come 50 times at once, and all get its answer', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => issue(70, { key: 'fifty' })))
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200))
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1)
    expect(answers.filter(({ headers }) => headers.get('Idempotency-Replayed') === 'true')).toHaveLength(49)
    expect(await statement()).toHaveLength(1)
  })

  test('gets the first answer again, whatever happened since', async () => {
    const first = await issue(100, { key: 'again' })
    await redeem(30)
    const again = await issue(100, { key: 'again' })
    expect(again.body).toEqual(first.body)
    expect(again.headers.get('Idempotency-Replayed')).toBe('true')
    expect((await points()).balance).toBe(70)
  })

  test('remembers a refusal, even when there would be enough by now', async () => {
    const { body } = await redeem(10, { key: 'early' })
    await issue(100)
    const again = await redeem(10, { key: 'early' })
    expect(again).toMatchObject({ status: 409, body: { code: 'insufficient_points', available: 0 } })
    expect(again.headers.get('Idempotency-Replayed')).toBe('true')
    expect(again.body.detail).toBe(body.detail)
    expect((await points()).balance).toBe(100)
  })

  test('does not stand for another amount, nor for another route', async () => {
    await issue(100, { key: 'mine' })
    for (const other of [await issue(101, { key: 'mine' }), await redeem(100, { key: 'mine' })]) {
      expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } })
      expect(other.headers.has('Idempotency-Replayed')).toBe(false)
    }
    expect((await points()).balance).toBe(100)
  })

  test('that stood for somebody else adds nobody', async () => {
    await issue(100, { key: `${member}/theirs` })
    for (const [method, path] of MOVING) {
      const body = { account_id: `${member}-new`, amount: 100 }
      const { status } = await world.api.call(method, path, { body, key: `${member}/theirs` })
      expect(status).toBe(422)
    }
    expect(await world.shop.idOf(`${member}-new`)).toBe('')
  })

  test('stands for the same request when that is written in another form', async () => {
    const first = await issue(100, { key: 'same' })
    const again = await world.api.post('/points', `{ "amount": 1e2, "account_id": "${member}" }`, { key: 'same' })
    expect(again.body).toEqual(first.body)
  })

  test('is not a key of the sagas, nor one of theirs a key of requests', async () => {
    await world.shop.addUser(member)
    const theirs = { accountId: member, ...commandOf({ type: 'issue', amount: 5, ttlDays: 1 }, `${member}/taken`) }
    await createPointsLedger(world.shop.sql).execute(theirs)
    expect(await issue(7, { key: 'taken' })).toMatchObject({ status: 200, body: { balance: 12 } })
    expect(await issue(7, { key: `${member}/taken` })).toMatchObject({ status: 200, body: { balance: 19 } })
  })

  test('is kept in the statement', async () => {
    await issue(7, { key: 'kept' })
    expect(await statement()).toMatchObject([
      { reason: 'manual', reference: keyDigest('kept'), actor: { role: 'demo' }, reverses: null },
    ])
  })

  test('is not used up by bad input', async () => {
    expect((await issue(0, { key: 'corrected' })).status).toBe(400)
    expect((await issue(1, { key: 'corrected' })).status).toBe(200)
  })

  test('is not needed: without one each request counts', async () => {
    await issue(1)
    expect((await issue(1)).body.balance).toBe(2)
  })
})

describe('reversing', () => {
  test('a redemption gives its points back to the lots they came from', async () => {
    await issue(100)
    await issue(100)
    const redeemed = await redeem(150)
    const { status, body } = await reverse(redeemed.body.id)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      account_id: member,
      transaction_type: 'reverse',
      amount: 150,
      balance: 200,
      reverses: redeemed.body.id,
      not_taken_back: { spent: 0, expired: 0 },
    })
    expect((await lots()).items.map(({ remaining }: { remaining: number }) => remaining)).toEqual([100, 100])
  })

  test('an issue takes back what is there, and says what is not', async () => {
    const issued = await issue(100)
    await redeem(30)
    expect(await reverse(issued.body.id)).toMatchObject({
      status: 200,
      body: { amount: 70, balance: 0, not_taken_back: { spent: 30, expired: 0 } },
    })
  })

  test('twice is refused with the first reversal; with its key it is answered as before', async () => {
    const issued = await issue(100)
    const first = await reverse(issued.body.id, { key: 'back' })
    const again = await reverse(issued.body.id, { key: 'back' })
    expect(again.body).toEqual(first.body)
    expect(again.headers.get('Idempotency-Replayed')).toBe('true')
    const other = await reverse(issued.body.id, { key: 'other' })
    expect(other).toMatchObject({ status: 409, body: { code: 'already_reversed', reversed_by: first.body.id } })
  })

  test('from 20 sides at once happens once', async () => {
    await issue(100)
    const redeemed = await redeem(60)
    const answers = await Promise.all(Array.from({ length: 20 }, () => reverse(redeemed.body.id)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ body }) => body.code === 'already_reversed')).toHaveLength(19)
    expect((await points()).balance).toBe(100)
  })

  test('what a purchase earned or was paid with is refused: its refund settles that', async () => {
    const product = `product-${run}`
    await world.shop.addProduct({ id: product, priceMinor: 170_000, stock: 1 })
    await world.shop.addWallet({ username: member, balanceMinor: 170_000 })
    const bought = await world.api.post('/purchase', { userId: member, productId: product, quantity: 1 })
    await redeem(170)
    const [, award] = await statement()
    expect(await reverse(award.id)).toMatchObject({
      status: 409,
      body: { code: 'belongs_to_purchase', purchase_id: bought.body.purchaseId },
    })
    const refunded = await world.api.call('POST', `/purchases/${bought.body.purchaseId}/refund`, {})
    expect(refunded).toMatchObject({ status: 200, body: { refund: { amount: 1683, withheld: 17, pointsSpent: 170 } } })
  })

  test('a reversal is refused', async () => {
    const issued = await issue(100)
    const reversed = await reverse(issued.body.id)
    const answer = await reverse(reversed.body.id)
    expect(answer).toMatchObject({ status: 409, body: { code: 'not_reversible', transaction_type: 'reverse' } })
  })

  test.each(['00000000-0000-7000-8000-000000000000', '7', "x' or true"])(
    '"%s", which is nothing, is 404',
    async (id) => {
      const answer = await reverse(encodeURIComponent(id), { key: `nothing-${id.length}` })
      expect(answer).toMatchObject({ status: 404, body: { code: 'unknown_transaction' } })
    },
  )

  test('finds its transaction in whichever case the id is written', async () => {
    const issued = await issue(100)
    expect((await reverse(issued.body.id.toUpperCase())).status).toBe(200)
  })
})

describe('reading', () => {
  test('an account that nothing has happened to has nothing', async () => {
    const nothing = { balance: 0, balance_entries: [], pending_total: 0, pending: [], expires_next: null }
    expect(await points()).toEqual({ account_id: member, ...nothing })
    expect(await statement()).toEqual([])
    expect(await lots()).toEqual({ items: [], count: 0, next_cursor: null })
  })

  test.each(['/points', '/points/transactions', '/points/lots'])('%s wants to know of which account', async (path) => {
    expect(await world.api.get(path)).toMatchObject({ status: 400, body: { errors: [{ path: 'account_id' }] } })
    expect((await world.api.get(`${path}?account_id=a%20b`)).status).toBe(400)
    expect((await world.api.get(`${path}?account_id=a&user=b`)).status).toBe(400)
  })

  test('the statement is newest first, page by page, with the answers that were given', async () => {
    const given = [await issue(100), await issue(50), await redeem(120), await issue(1)].map(({ body }) => body)
    given.push((await reverse(given[2].id)).body)
    const read = await pages('/points/transactions', 2)
    expect(read.sizes).toEqual([2, 2, 1])
    for (const [at, { reverses: _, not_taken_back: __, ...answer }] of given.toReversed().entries()) {
      expect(read.items[at]).toMatchObject(answer)
    }
    expect(read.items[0]).toMatchObject({ transaction_type: 'reverse', reverses: given[2].id })
  })

  test('the statement says of a transaction how much of it was reversed, and by which transaction last', async () => {
    await issue(100)
    const redeemed = (await redeem(60)).body.id
    const accountId = await world.shop.idOf(member)
    const giveBack = (amount: number) =>
      createPointsLedger(world.shop.sql).execute({
        accountId,
        ...commandOf({ type: 'reverse', reverses: redeemed, amount }),
      })
    const said = async () => (await statement()).find(({ id }: { id: string }) => id === redeemed)
    expect(await said()).toMatchObject({ reversed: 0, reversed_by: null })
    await giveBack(25)
    expect(await said()).toMatchObject({ reversed: 25, reversed_by: (await statement())[0].id })
    const rest = await reverse(redeemed)
    expect(rest.body).toMatchObject({ amount: 35, balance: 100 })
    expect(await said()).toMatchObject({ reversed: 60, reversed_by: rest.body.id })
  })

  test('what does not count yet is pending, by day, until it does; it is in the lots from the beginning', async () => {
    await issue(5)
    const ends = { days: 30 }
    const waiting = [0, 2, 1].map((availableAfterDays) => ({ amount: 10, terms: { availableAfterDays, ends } }))
    const accountId = await world.shop.idOf(member)
    const command = commandOf({ type: 'issue', amount: 30, lots: waiting })
    await createPointsLedger(world.shop.sql).execute({ accountId, ...command })
    const day = (days: number) => inDays(days).slice(0, 10)
    expect(await points()).toMatchObject({
      balance: 15,
      balance_entries: [{ balance: 10 }, { balance: 5 }],
      pending_total: 20,
      pending: [
        { available_on: day(1), amount: 10 },
        { available_on: day(2), amount: 10 },
      ],
      expires_next: { on: day(30), amount: 10 },
    })
    expect(await redeem(16)).toMatchObject({ status: 409, body: { available: 15 } })
    const { items } = await lots()
    expect(items.map((one: Record<string, unknown>) => [one.available_at, one.expires_at])).toEqual([
      [inDays(1), inDays(31)],
      [inDays(2), inDays(32)],
      [items[2].issued_at, inDays(30)],
      [items[3].issued_at, inDays(365)],
    ])
    expect(new Set(items.slice(0, 3).map((one: { transaction_id: string }) => one.transaction_id)).size).toBe(1)
    expect(items[2].id).toBe(items[2].transaction_id)
  })

  test('the statement distinguishes points that were given back from those that were taken back', async () => {
    await reverse((await issue(50)).body.id)
    await issue(50)
    await reverse((await redeem(20)).body.id)
    const types = (await statement()).map((line: Record<string, unknown>) => line.reverses_type)
    expect(types).toEqual(['redeem', null, null, 'issue', null])
  })

  test('lots are newest first, page by page, and can be only those with points left', async () => {
    const ids: string[] = []
    for (const amount of [1, 2, 3, 4, 5]) ids.push((await issue(amount)).body.id)
    await redeem(3)
    const all = await pages('/points/lots', 2)
    expect([all.sizes, all.items.map(({ id }) => id)]).toEqual([[2, 2, 1], ids.toReversed()])
    const open = await pages('/points/lots', 2, '&open_only=true')
    expect([open.sizes, open.items.map(({ original }) => original)]).toEqual([
      [2, 1],
      [5, 4, 3],
    ])
  })

  test.each([
    '/points/transactions?cursor=x',
    '/points/lots?cursor=7',
    '/points/lots?open_only=yes',
    '/points/lots?limit=0',
  ])('%s is bad input', async (path) => {
    expect((await world.api.get(`${path}&account_id=${member}`)).status).toBe(400)
  })

  test('the days of issue are oldest first: what is left of each, or what was lost', async () => {
    await book('2024-05-01T23:59:59.999Z', 30, 1)
    await book('2024-05-02T00:00:00.000Z', 40, 1000)
    await ledgerAt('2024-05-02T00:00:00.000Z').execute({ accountId: member, ...commandOf({ type: 'expire' }) })
    await book('2025-01-01T12:00:00.000Z', 50, 30_000)
    await redeem(20)
    const { balance, balance_entries } = await points()
    const shown = balance_entries.map(({ last_updated: _, ...entry }: Record<string, unknown>) => entry)
    expect(shown[0]).toEqual({ issued_date: '2024-05-01', balance: 30, status: 'expired' })
    expect(shown.map(({ issued_date }: { issued_date: string }) => issued_date)).toEqual([
      '2024-05-01',
      '2024-05-02',
      '2025-01-01',
    ])
    const active = shown.filter(({ status }: { status: string }) => status === 'active')
    expect(active.reduce((sum: number, entry: { balance: number }) => sum + entry.balance, 0)).toBe(balance)
  })

  const book = (now: string, amount: number, ttlDays: number) =>
    world.shop
      .addUser(member)
      .then(() => ledgerAt(now).execute({ accountId: member, ...commandOf({ type: 'issue', amount, ttlDays }) }))
})

describe('while Postgres is away', () => {
  const nowhere = openDatabase({ databaseUrl: 'postgres://app@127.0.0.1:1/store', applicationName: 'test' })
  let cutOff: Api
  beforeAll(async () => {
    cutOff = await world.serve({ sql: nowhere })
  })
  afterAll(async () => {
    await nowhere.end({ timeout: 1 })
  })

  test.each([
    ['GET', '/points?account_id=ann', undefined],
    ['GET', '/points/transactions?account_id=ann', undefined],
    ['GET', '/points/lots?account_id=ann', undefined],
    ['POST', '/points', { account_id: 'ann', amount: 1 }],
    ['DELETE', '/points', { account_id: 'ann', amount: 1 }],
    ['POST', '/points/redemptions', { account_id: 'ann', amount: 1 }],
    ['POST', '/points/transactions/00000000-0000-7000-8000-000000000000/reversal', undefined],
  ])('%s %s is 503 and says when to try again', async (method, path, body) => {
    const answer = await cutOff.call(method, path, { body })
    expect(answer).toMatchObject({ status: 503, body: { code: 'database_unavailable' } })
    expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(0)
  })
})

/** All pages of a list of the account. */
async function pages(path: string, limit: number, more = '') {
  const items: Record<string, unknown>[] = []
  const sizes: number[] = []
  let cursor: string | null = null
  do {
    const next: string = cursor === null ? '' : `&cursor=${cursor}`
    const { body } = await world.api.get(`${path}?account_id=${member}&limit=${limit}${more}${next}`)
    items.push(...body.items)
    sizes.push(body.count)
    cursor = body.next_cursor
  } while (cursor !== null)
  return { items, sizes }
}
