import { beforeEach, describe, expect, test } from 'vitest'
import { openApiWorld } from '#test/support/api-world.ts'
import { shared } from '#test/support/shared-world.ts'

const world = await shared(openApiWorld())
let product: string
let buyer: string

beforeEach(async () => {
  product = await world.shop.addProduct({ priceMinor: 10_000, stock: 100 })
  buyer = await world.shop.addWallet({ balanceMinor: 100_000 })
})

const oneOf = (productId: string) => ({ userId: buyer, productId, quantity: 1 })
const buy = (body: object, key: string) => world.api.post('/purchase', body, { key })

async function chargesOf(username: string): Promise<number> {
  const { items } = (await world.api.get(`/users/${username}/wallet-entries`)).body
  return items.filter((entry: { reason: string }) => entry.reason === 'charge').length
}

describe('one Idempotency-Key', () => {
  test('in 50 requests at once makes one workflow and one charge, and all 50 get the same purchase', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => buy(oneOf(product), 'fifty')))

    expect(answers.map((answer) => answer.status)).toEqual(Array(50).fill(200))
    expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1)
    expect(answers.filter((answer) => answer.headers.get('Idempotency-Replayed') === 'true')).toHaveLength(49)
    expect(await chargesOf(buyer)).toBe(1)
    expect(await world.shop.stock(product)).toEqual({ onHand: 99, reserved: 0 })
    expect(await world.shop.balance(buyer)).toBe(90_000)
    const query = `Customer = '${await world.shop.idOf(buyer)}'`
    await expect.poll(async () => (await world.client.workflow.count(query)).count).toBe(1)
  })

  test('gets the receipt of the first request again, and says so', async () => {
    const first = await buy(oneOf(product), 'again')
    const second = await buy(oneOf(product), 'again')
    expect(first.headers.has('Idempotency-Replayed')).toBe(false)
    expect(second.headers.get('Idempotency-Replayed')).toBe('true')
    expect(second.body).toEqual(first.body)
    expect(await chargesOf(buyer)).toBe(1)
  })

  test('remembers a refusal, even when the purchase would go through by now', async () => {
    const order = { userId: buyer, productId: product, quantity: 11 }
    const refused = await buy(order, 'too-much')
    expect(refused).toMatchObject({ status: 409, body: { code: 'insufficient_funds' } })
    await world.api.post(`/users/${buyer}/top-ups`, { amount: 5000 })
    const again = await buy(order, 'too-much')
    expect(again.status).toBe(409)
    expect(again.headers.get('Idempotency-Replayed')).toBe('true')
    expect(again.body.purchaseId).toBe(refused.body.purchaseId)
    expect(await chargesOf(buyer)).toBe(0)
  })

  test('does not stand for another order', async () => {
    await buy(oneOf(product), 'mine')
    const other = await buy({ ...oneOf(product), quantity: 2 }, 'mine')
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } })
    const expecting = await buy({ ...oneOf(product), expectedTotal: 100 }, 'mine')
    expect(expecting.status).toBe(422)
    expect(await chargesOf(buyer)).toBe(1)
  })

  test('stands for the same order when that is written in another form', async () => {
    const short = await buy(oneOf(product), 'same')
    const long = await buy({ lines: [{ quantity: 1, productId: product }], userId: buyer }, 'same')
    expect(long.status).toBe(200)
    expect(long.body).toEqual(short.body)
  })

  test.each(['', ' ', 'ünicorn', 'tab\there', 'x'.repeat(256)])(
    'that is "%s" is bad input, and buys nothing',
    async (key) => {
      const answer = await buy(oneOf(product), key).catch(() => undefined)
      // Some are refused by the HTTP client already; what reaches the server must be refused by it.
      if (answer) expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: 'Idempotency-Key' }] } })
      expect(await chargesOf(buyer)).toBe(0)
    },
  )

  test('of 255 characters is taken', async () => {
    expect((await buy(oneOf(product), 'x'.repeat(255))).status).toBe(200)
  })

  test('is not used up by bad input', async () => {
    expect((await buy({ ...oneOf(product), quantity: 0 }, 'corrected')).status).toBe(400)
    expect((await buy(oneOf(product), 'corrected')).status).toBe(200)
  })
})

test('without a key, each request is a purchase of its own', async () => {
  const answers = [await world.api.post('/purchase', oneOf(product)), await world.api.post('/purchase', oneOf(product))]
  expect(new Set(answers.map((answer) => answer.body.purchaseId)).size).toBe(2)
  expect(await chargesOf(buyer)).toBe(2)
})

describe('one key of who asks, for another user', () => {
  const issue = { amount: 100 }
  const event = { type: 'ReviewWritten', client: 'ReviewSite', payload: {} }
  const requests: Record<string, (user: string) => [method: string, path: string, body: object]> = {
    purchase: (user) => ['POST', '/purchase', { ...oneOf(product), userId: user }],
    'new user': (user) => ['POST', '/users', { username: `${user}-new`, balance: 1 }],
    'top-up': (user) => ['POST', `/users/${user}/top-ups`, { amount: 1 }],
    'tags of a user': (user) => ['PATCH', `/users/${user}`, { tags: ['vip'] }],
    'issue of points': (user) => ['POST', '/points', { account_id: user, ...issue }],
    'redemption of points': (user) => ['DELETE', '/points', { account_id: user, ...issue }],
    'redemption of points by POST': (user) => ['POST', '/points/redemptions', { account_id: user, ...issue }],
    'event of one client': (user) => ['POST', '/events', { ...event, account_id: user }],
  }

  test.each(Object.entries(requests))('is refused: %s', async (name, request) => {
    const other = await world.shop.addWallet({ balanceMinor: 100_000 })
    for (const user of [buyer, other]) {
      const [method, path, body] = requests['issue of points']?.(user) ?? []
      await world.api.call(method as string, path as string, { body })
    }
    const send = (user: string) => {
      const [method, path, body] = request(user)
      return world.api.call(method, path, { body, key: `shared by users, ${name}` })
    }
    const mine = await send(buyer)
    expect(mine.status).toBeLessThan(300)
    expect(await send(other)).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } })
    expect((await send(buyer)).headers.get('Idempotency-Replayed')).toBe('true')
  })

  test.each(['purchase', 'top-up', 'issue of points'])(
    'takes effect for one of them when both come at once: %s',
    async (name) => {
      for (let round = 0; round < 5; round++) {
        const other = await world.shop.addWallet({ balanceMinor: 100_000 })
        const answers = await Promise.all(
          [buyer, other, buyer, other].map((user) => {
            const [method, path, body] = requests[name]?.(user) ?? []
            return world.api.call(method as string, path as string, { body, key: `at once, ${name} ${round}` })
          }),
        )
        expect(answers.map(({ status }) => (status < 300 ? 'done' : status)).toSorted()).toEqual([
          422,
          422,
          'done',
          'done',
        ])
      }
    },
  )

  test('is another key when another client sends it with an event', async () => {
    const send = (client: string) => world.api.post('/events', { ...event, client, account_id: buyer }, { key: '1001' })
    const [first, second] = [await send('ReviewSite'), await send('NewsSite')]
    expect(second.body.event_id).not.toBe(first.body.event_id)
    expect(second.headers.has('Idempotency-Replayed')).toBe(false)
  })
})
