import { beforeEach, describe, expect, test } from 'vitest'
import { keyDigest } from '#api/idempotency.ts'
import { openApiWorld } from '#test/support/api-world.ts'
import { shared } from '#test/support/shared-world.ts'

const world = await shared(openApiWorld())
await world.shop.addProduct({ id: 'unicorn', priceMinor: 1_999, stock: 100 })
let run = 0
let name: string

beforeEach(() => {
  run += 1
  name = `user-${String(run).padStart(3, '0')}`
})

const withKey = (key?: string) => (key === undefined ? {} : { key })
const newUser = (balance: unknown) => ({ username: name, balance })
const eventOf = (account: string) => ({ type: 'ReviewWritten', client: 'ReviewSite', account_id: account, payload: {} })
const add = (balance: unknown, key?: string) => world.api.post('/users', newUser(balance), withKey(key))
const topUp = (amount: unknown, key?: string) => world.api.post(`/users/${name}/top-ups`, { amount }, withKey(key))
const balance = async () => (await world.api.get(`/users/balance/${name}`)).body.balance
const entries = async () => (await world.api.get(`/users/${name}/wallet-entries`)).body.items

describe('adding a user', () => {
  test('answers with the balance and its address, and writes the opening down', async () => {
    const { status, headers, body } = await add(3300.5, 'opening')
    expect(status).toBe(201)
    expect(body).toEqual({ id: expect.stringMatching(/^usr_[0-9a-f-]{36}$/), username: name, balance: 3300.5 })
    expect(headers.get('Location')).toBe(`/users/balance/${name}`)
    expect((await world.api.get(`/users/balance/${name}`)).body).toEqual(body)
    expect(await entries()).toMatchObject([
      { amount: 3300.5, reason: 'opening', reference: keyDigest('opening'), actor: { role: 'demo' } },
    ])
  })

  test('takes the name in the case in which it is registered', async () => {
    await world.api.post('/points', { account_id: name.toUpperCase(), amount: 1 })
    const { status, body } = await world.api.post('/users', { ...newUser(1), adopt: true })
    expect([status, body.username]).toEqual([201, name])
    expect((await world.api.get(`/points?account_id=${name.toUpperCase()}`)).body.balance).toBe(1)
  })

  test('without money has no entry to show', async () => {
    expect((await add(0)).status).toBe(201)
    expect(await entries()).toEqual([])
  })

  test('of a name that is taken is refused, and leaves the balance as it is', async () => {
    await add(100)
    expect(await add(999)).toMatchObject({ status: 409, body: { code: 'user_exists' } })
    expect(await balance()).toBe(100)
  })

  test.each([
    ['points', () => world.api.post('/points', { account_id: name, amount: 70 })],
    ['an event', () => world.api.post('/events', eventOf(name), { key: `event of ${name}` })],
  ])('of a name that had %s before is refused, unless they are adopted on purpose', async (_, earlier) => {
    expect((await earlier()).status).toBeLessThan(300)
    const points = async () => (await world.api.get(`/points?account_id=${name}`)).body.balance
    const before = await points()
    for (const refused of [await add(100), await world.api.post('/users', { ...newUser(100), adopt: false })])
      expect(refused).toMatchObject({ status: 409, body: { code: 'account_exists' } })
    expect(await world.api.get(`/users/balance/${name}`)).toMatchObject({ status: 404 })
    expect(await world.api.post('/users', { ...newUser(100), adopt: true })).toMatchObject({ status: 201 })
    expect([await balance(), await points()]).toEqual([100, before])
  })

  test('of a name whose points were asked for, but never had, is nothing to adopt', async () => {
    expect((await world.api.call('DELETE', '/points', { body: { account_id: name, amount: 1 } })).status).toBe(409)
    expect((await add(100)).status).toBe(201)
  })

  test('again under the same key is the same user, with the balance as it is now', async () => {
    await add(100, 'twice')
    await topUp(1)
    const again = await add(100, 'twice')
    expect(again).toMatchObject({ status: 201, body: { balance: 101 } })
    expect(again.headers.get('Idempotency-Replayed')).toBe('true')
    expect((await add(200, 'twice')).status).toBe(422)
  })

  test.each([
    [{ username: 'a b' }, 'username'],
    [{ username: '' }, 'username'],
    [{ username: '-a' }, 'username'],
    [{ username: 7 }, 'username'],
    [{ username: 'balance' }, 'username'],
    [{ username: 'Balance' }, 'username'],
    [{ username: 'usr_0199d6a4-7f1e-7c3a-9b0e-5a1c2d3e4f50' }, 'username'],
    [{ username: 'USR_x' }, 'username'],
    [{ balance: -0.01 }, 'balance'],
    [{ balance: 0.001 }, 'balance'],
    [{ balance: 1_000_000_000.01 }, 'balance'],
    [{ balance: '100' }, 'balance'],
    [{ balance: null }, 'balance'],
    [{ admin: true }, 'admin'],
  ])('as %j is bad input, and says where', async (changes, path) => {
    const { status, body } = await world.api.post('/users', { username: name, balance: 1, ...changes })
    expect(status).toBe(400)
    expect(body.errors.map((error: { path: string }) => error.path)).toEqual([path])
  })
})

test('the list of users is read page by page in the order of names', async () => {
  for (const suffix of ['a', 'b', 'c']) await world.shop.addWallet({ username: `${name}-${suffix}`, balanceMinor: 150 })
  const first = await world.api.get('/users?limit=1')
  expect(first.body).toMatchObject({ count: 1, nextCursor: expect.any(String) })
  const { body } = await world.api.get(`/users?cursor=${first.body.nextCursor}`)
  expect(body.items).not.toContainEqual(first.body.items[0])
  expect(body.items.filter(({ username }: { username: string }) => username.startsWith(`${name}-`))).toEqual([
    { id: await world.shop.idOf(`${name}-a`), username: `${name}-a`, balance: 1.5, tags: [] },
    { id: await world.shop.idOf(`${name}-b`), username: `${name}-b`, balance: 1.5, tags: [] },
    { id: await world.shop.idOf(`${name}-c`), username: `${name}-c`, balance: 1.5, tags: [] },
  ])
})

describe('topping up', () => {
  test('adds to the balance, to the cent', async () => {
    await add(0.1)
    expect(await topUp(0.2, 'cents')).toMatchObject({ status: 200, body: { username: name, balance: 0.3 } })
    expect((await entries())[0]).toMatchObject({
      amount: 0.2,
      reason: 'top_up',
      reference: keyDigest('cents'),
      actor: { role: 'demo' },
    })
  })

  test('by one key at once from 20 sides adds once', async () => {
    await add(0)
    const answers = await Promise.all(Array.from({ length: 20 }, () => topUp(5, 'once')))
    expect(answers.map(({ status, body }) => [status, body.balance])).toEqual(Array(20).fill([200, 5]))
    expect(answers.filter(({ headers }) => headers.get('Idempotency-Replayed') === 'true')).toHaveLength(19)
  })

  test('from 20 sides at once loses none of them', async () => {
    await add(0)
    await Promise.all(Array.from({ length: 20 }, () => topUp(0.01)))
    expect(await balance()).toBe(0.2)
  })

  test('beyond the largest balance is refused, and remembered as refused', async () => {
    await world.shop.addWallet({ username: name, balanceMinor: 4_503_599_627_370_495 - 100 })
    expect(await topUp(1.01, 'rich')).toMatchObject({ status: 409, body: { code: 'balance_too_large' } })
    const again = await topUp(1.01, 'rich')
    expect(again.status).toBe(409)
    expect(again.headers.get('Idempotency-Replayed')).toBe('true')
    expect((await topUp(1)).status).toBe(200)
  })

  test('under a key that stood for another amount or another user is distinguished', async () => {
    await add(0)
    await topUp(5, 'five')
    expect(await topUp(6, 'five')).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } })
    const other = await world.api.post('/users', { username: `${name}-b`, balance: 0 })
    expect(other.status).toBe(201)
    expect((await world.api.post(`/users/${name}-b/top-ups`, { amount: 5 }, { key: 'five' })).status).toBe(422)
    expect(await balance()).toBe(5)
  })

  test('nobody is 404, and nothing or less is bad input', async () => {
    expect(await topUp(5)).toMatchObject({ status: 404, body: { code: 'unknown_user' } })
    await add(0)
    for (const amount of [0, -5, 0.001, '5']) expect((await topUp(amount)).status).toBe(400)
    expect(await entries()).toEqual([])
  })
})

describe('tagging', () => {
  const tag = (tags: unknown, key?: string) =>
    world.api.call('PATCH', `/users/${name}`, { body: { tags }, ...withKey(key) })
  const changes = async () =>
    await world.shop.sql`
      select c.before, c.after, c.actor from user_tag_changes c join users u on u.id = c.user_id
      where u.username = ${name} order by c.id`

  test('puts tags in place of those that there were, for operators to see, and writes down who did', async () => {
    await add(1.5)
    const tagged = { id: await world.shop.idOf(name), username: name, balance: 1.5, tags: ['vip', 'rider'] }
    expect(await tag(['vip', 'rider'])).toMatchObject({ status: 200, body: tagged })
    const { body } = await world.api.get('/users?limit=500')
    expect(body.items).toContainEqual(tagged)
    expect((await tag([])).body).toEqual({ ...tagged, tags: [] })
    expect(await changes()).toEqual([
      { before: [], after: ['vip', 'rider'], actor: 'demo' },
      { before: ['vip', 'rider'], after: [], actor: 'demo' },
    ])
  })

  test('with the same tags is no change', async () => {
    await add(0)
    for (const key of ['first', 'second']) expect((await tag(['vip'], `${name}-${key}`)).status).toBe(200)
    expect(await changes()).toHaveLength(1)
  })

  test('happens once per key: the answer to a repeat shows what there is since', async () => {
    await add(0)
    await tag(['vip'], `${name}-tag`)
    await tag(['rider'])
    const again = await tag(['vip'], `${name}-tag`)
    expect([again.headers.get('Idempotency-Replayed'), again.body.tags]).toEqual(['true', ['rider']])
    expect((await tag(['other'], `${name}-tag`)).status).toBe(422)
  })

  test('is not for the user to see', async () => {
    await add(0)
    await tag(['watch-out'])
    expect((await world.api.get(`/users/balance/${name}`)).body).not.toHaveProperty('tags')
  })

  test('nobody is 404 and is not remembered, nor is somebody without a wallet, and what is no label is bad input', async () => {
    expect(await tag(['vip'], `${name}-early`)).toMatchObject({ status: 404, body: { code: 'unknown_user' } })
    await world.api.post('/points', { account_id: name, amount: 1 })
    expect((await tag(['vip'], `${name}-early`)).status).toBe(404)
    await world.api.post('/users', { ...newUser(0), adopt: true })
    for (const tags of [undefined, null, 'vip', ['Vip'], ['vip', 'vip'], Array.from({ length: 21 }, (_, n) => `t${n}`)])
      expect((await tag(tags)).status).toBe(400)
    expect((await tag(['vip'], `${name}-early`)).status).toBe(200)
  })
})

describe('the entries of a wallet', () => {
  test('add up to its balance, and name the purchase of each charge', async () => {
    await add(100)
    const { purchaseId } = (await world.api.post('/purchase', { userId: name, productId: 'unicorn', quantity: 1 })).body
    const listed = await entries()
    expect(listed.map((entry: { reason: string }) => entry.reason)).toEqual(['charge', 'opening'])
    expect(listed[0]).toMatchObject({
      amount: -19.99,
      reference: purchaseId,
      actor: { role: 'system', id: 'purchase' },
    })
    expect(await balance()).toBe(80.01)
  })

  test('are read page by page, newest first, without one twice or left out', async () => {
    await add(1)
    for (const amount of [2, 3, 4]) await topUp(amount)
    const first = (await world.api.get(`/users/${name}/wallet-entries?limit=3`)).body
    const second = (await world.api.get(`/users/${name}/wallet-entries?limit=3&cursor=${first.nextCursor}`)).body
    const amounts = [...first.items, ...second.items].map((entry: { amount: number }) => entry.amount)
    expect(amounts).toEqual([4, 3, 2, 1])
    expect(second.nextCursor).toBeNull()
  })

  test.each(['cursor=0', 'cursor=-1', 'cursor=abc', 'cursor=99999999999999999999'])(
    'with %s is bad input',
    async (query) => {
      await add(1)
      expect((await world.api.get(`/users/${name}/wallet-entries?${query}`)).status).toBe(400)
    },
  )

  test('of nobody are 404, and so is the balance', async () => {
    for (const path of ['/users/nobody/wallet-entries', '/users/balance/nobody', '/users/balance/%00']) {
      expect(await world.api.get(path)).toMatchObject({ status: 404, body: { code: 'unknown_user' } })
    }
  })
})
