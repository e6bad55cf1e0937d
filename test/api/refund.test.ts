import { beforeEach, describe, expect, test } from 'vitest'
import { openRefund } from '#db/refunds.ts'
import { openApiWorld } from '#test/support/api-world.ts'
import { shared } from '#test/support/shared-world.ts'

const world = await shared(openApiWorld())
let product: string
let buyer: string

beforeEach(async () => {
  product = await world.shop.addProduct({ priceMinor: 170_000, stock: 4 })
  buyer = await world.shop.addWallet({ balanceMinor: 330_000 })
})

const buy = async (more: object = {}) =>
  (await world.api.post('/purchase', { userId: buyer, productId: product, quantity: 1, ...more })).body
const refund = (purchaseId: string) => world.api.call('POST', `/purchases/${purchaseId}/refund`)
const balance = async () => (await world.api.get(`/users/balance/${buyer}`)).body.balance

const quote = (purchaseId: string) => world.api.get(`/purchases/${purchaseId}/refund-quote`)
const points = async () => (await world.api.get(`/points?account_id=${buyer}`)).body.balance
const lots = async () => (await world.api.get(`/points/lots?account_id=${buyer}`)).body.items
const statement = async () => (await world.api.get(`/points/transactions?account_id=${buyer}`)).body.items
const reverse = (id: string) => world.api.call('POST', `/points/transactions/${id}/reversal`)

const NOTHING = {
  amount: 0,
  withheld: 0,
  shortfall: 0,
  pointsReturned: 0,
  pointsWithheld: 0,
  pointsTakenBack: 0,
  pointsSpent: 0,
}

describe('a refund', () => {
  test('answers with what was given back, and the purchase shows it', async () => {
    const { purchaseId } = await buy()
    const given = { ...NOTHING, amount: 1700, pointsTakenBack: 170 }
    expect(await refund(purchaseId)).toMatchObject({ status: 200, body: { status: 'refunded', refund: given } })
    const { body } = await world.api.get(`/purchases/${purchaseId}`)
    expect(body).toMatchObject({ status: 'refunded', refund: given })
    expect(body.steps.at(-1)).toMatchObject({ step: 'purchase', state: 'refunded' })
    expect(await balance()).toBe(3300)
    const entries = await world.api.get(`/users/${buyer}/wallet-entries`)
    expect(entries.body.items[0]).toMatchObject({ amount: 1700, reason: 'refund', reference: purchaseId })
  })

  test('that is asked for 20 times at once, and once more, happens once and is answered alike', async () => {
    const { purchaseId } = await buy()
    const answers = await Promise.all(Array.from({ length: 20 }, () => refund(purchaseId)))
    answers.push(await refund(purchaseId))
    for (const { status, body } of answers) {
      expect(status).toBe(200)
      expect(body).toEqual(answers[0]?.body)
    }
    expect(await balance()).toBe(3300)
    expect(await world.shop.stock(product)).toEqual({ onHand: 4, reserved: 0 })
  })

  test('shows in the answer to a repeat of the purchase', async () => {
    const order = { userId: buyer, productId: product, quantity: 1 }
    const key = crypto.randomUUID()
    const { body } = await world.api.post('/purchase', order, { key })
    await refund(body.purchaseId)
    const repeat = await world.api.post('/purchase', order, { key })
    expect(repeat).toMatchObject({ status: 200, body: { purchaseId: body.purchaseId, status: 'refunded' } })
  })

  test('of what was never bought is refused', async () => {
    const refused = await buy({ quantity: 5 })
    expect(await refund(refused.purchaseId)).toMatchObject({
      status: 409,
      body: { code: 'not_refundable', purchaseStatus: 'refused' },
    })
    expect(await refund(crypto.randomUUID())).toMatchObject({ status: 404, body: { code: 'unknown_purchase' } })
  })

  test('leaves nothing to cancel', async () => {
    const { purchaseId } = await buy()
    await refund(purchaseId)
    expect(await world.api.call('POST', `/purchases/${purchaseId}/cancel`)).toMatchObject({
      status: 409,
      body: { code: 'already_settled', purchaseStatus: 'refunded' },
    })
  })
})

describe('a quote of a refund', () => {
  test.each([
    ['nothing of what was earned is spent', 0, { amount: 1700, pointsTakenBack: 170 }],
    ['some of it is spent', 50, { amount: 1695, withheld: 5, pointsTakenBack: 120, pointsSpent: 50 }],
  ])('says what the refund returns when %s, before and after it', async (_, spent, sums) => {
    const { purchaseId } = await buy()
    if (spent > 0) await world.api.post('/points/redemptions', { account_id: buyer, amount: spent })
    expect(await quote(purchaseId)).toMatchObject({ status: 200, body: { ...NOTHING, ...sums } })
    expect(await points()).toBe(170 - spent)
    expect((await refund(purchaseId)).body.refund).toEqual({ ...NOTHING, ...sums })
    expect((await quote(purchaseId)).body).toEqual({ ...NOTHING, ...sums })
  })

  test('goes by what a point was worth when it was ordered', async () => {
    await world.api.post('/points', { account_id: buyer, amount: 500 })
    const { purchaseId } = await buy({ redeemPoints: 500 })
    await world.shop.asOwner((sql) => sql`update purchases set point_value_minor = 20 where id = ${purchaseId}`)
    await world.api.post('/points/redemptions', { account_id: buyer, amount: 10 })
    expect((await quote(purchaseId)).body).toMatchObject({ withheld: 2, pointsReturned: 500, pointsSpent: 10 })
    await world.shop.asOwner((sql) => sql`update purchases set point_value_minor = 10 where id = ${purchaseId}`)
  })

  test('of what was never bought is refused', async () => {
    const refused = await buy({ quantity: 5 })
    expect(await quote(refused.purchaseId)).toMatchObject({ status: 409, body: { code: 'not_refundable' } })
    expect(await quote(crypto.randomUUID())).toMatchObject({ status: 404, body: { code: 'unknown_purchase' } })
  })
})

describe('points that earned more than their purchase cost, spent on another one', () => {
  let earner: string
  let spender: string

  /** A wallet of 1000.00: 5.00 for A, which earns 1000 points, and all of these for B, which costs 100.00. */
  beforeEach(async () => {
    const [a, b] = [`${product}-a`, `${product}-b`]
    await world.shop.addProduct({ id: a, priceMinor: 500, stock: 1 })
    await world.shop.addProduct({ id: b, priceMinor: 10_000, stock: 1 })
    await world.api.post('/campaigns', {
      client: 'UnicornStore',
      campaign_name: a,
      rules: [
        {
          variable: '$.productId',
          condition: { rule: 'string_equals', value: a },
          action: { command: 'issue', formula: '1000' },
        },
      ],
    })
    buyer = await world.shop.addWallet({ balanceMinor: 100_000 })
    earner = (await buy({ productId: a })).purchaseId
    spender = (await buy({ productId: b, redeemPoints: 1_000 })).purchaseId
    expect([await balance(), await points()]).toEqual([995, 0])
  })

  test('are owed when A is refunded first, as far as its money does not make them good, and come back no further', async () => {
    const ofEarner = { ...NOTHING, withheld: 5, shortfall: 95, pointsSpent: 1_000 }
    expect((await quote(earner)).body).toEqual(ofEarner)
    expect((await refund(earner)).body.refund).toEqual(ofEarner)
    expect([await balance(), await points()]).toEqual([995, 0])
    expect(await lots()).toMatchObject([{ original: 1_000, remaining: 0, owed: 950 }])

    const ofSpender = { ...NOTHING, pointsReturned: 50, pointsWithheld: 950 }
    expect((await quote(spender)).body).toEqual(ofSpender)
    expect((await refund(spender)).body.refund).toEqual(ofSpender)
    expect([await balance(), await points()]).toEqual([995, 50])
    expect(await lots()).toMatchObject([{ original: 1_000, remaining: 50, owed: 0 }])
    expect((await statement())[0]).toMatchObject({ reverses_type: 'redeem', amount: 50, withheld: 950, balance: 50 })
    const { body } = await world.api.get(`/purchases/${spender}`)
    const detail = { points: 50, pointsWithheld: 950, refundNumber: 1, transactionId: expect.any(String) }
    expect(body.steps).toContainEqual(expect.objectContaining({ step: 'redeemPoints', state: 'undone', detail }))
    expect(await world.shop.brokenInvariants()).toEqual([])
  })

  test('are taken back as they are when B is refunded first, and the money comes back whole', async () => {
    expect((await refund(spender)).body.refund).toEqual({ ...NOTHING, pointsReturned: 1_000 })
    expect((await refund(earner)).body.refund).toEqual({ ...NOTHING, amount: 5, pointsTakenBack: 1_000 })
    expect([await balance(), await points()]).toEqual([1_000, 0])
    expect(await world.shop.brokenInvariants()).toEqual([])
  })
})

describe('points that were given by hand, spent, and reversed by hand', () => {
  test('do not come back with the refund of what they were spent on', async () => {
    const given = await world.api.post('/points', { account_id: buyer, amount: 1_000 })
    const { purchaseId } = await buy({ redeemPoints: 1_000 })
    await world.api.post('/points', { account_id: buyer, amount: 7 })
    expect((await reverse(given.body.id)).body).toMatchObject({
      amount: 0,
      withheld: 0,
      not_taken_back: { spent: 1_000, expired: 0 },
    })
    expect((await refund(purchaseId)).body.refund).toEqual({
      ...NOTHING,
      amount: 1_600,
      pointsWithheld: 1_000,
      pointsTakenBack: 160,
    })
    expect([await balance(), await points()]).toEqual([3_300, 7])
    expect(await world.shop.brokenInvariants()).toEqual([])
  })

  test('do not come back with the reversal of their redemption, which says so', async () => {
    const given = await world.api.post('/points', { account_id: buyer, amount: 100 })
    const redeemed = await world.api.post('/points/redemptions', { account_id: buyer, amount: 60 })
    await reverse(given.body.id)
    expect((await reverse(redeemed.body.id)).body).toMatchObject({ amount: 0, withheld: 60, balance: 0 })
  })
})

describe('a refund of a part', () => {
  let other: string

  beforeEach(async () => {
    other = `${product}-other`
    await world.shop.addProduct({ id: other, priceMinor: 1_000, stock: 10 })
    await world.api.post('/points', { account_id: buyer, amount: 100 })
  })

  /** Three of 10.00 and one of 1700.00, of which 100 points pay 10.00; a tenth of the money comes back in points. */
  const buyMany = () =>
    buy({
      productId: undefined,
      quantity: undefined,
      lines: [
        { productId: product, quantity: 1 },
        { productId: other, quantity: 3 },
      ],
      redeemPoints: 100,
    })
  const giveBack = (purchaseId: string, body: object, key: string = crypto.randomUUID()) =>
    world.api.post(`/purchases/${purchaseId}/refunds`, body, { key })
  const quoteOf = (purchaseId: string, lines: string) =>
    world.api.get(`/purchases/${purchaseId}/refund-quote?lines=${lines}`)

  test('gives back what was paid for it, as its quote said, and the purchase and its timeline show it', async () => {
    const { purchaseId, pointsIssued } = await buyMany()
    expect(pointsIssued).toBe(172)
    // Of 100 points, the one of 1700.00 is paid with 98, and two of the others with one each.
    const quoted = await quoteOf(purchaseId, `${other}:2`)
    expect(quoted).toMatchObject({
      status: 200,
      body: { ...NOTHING, amount: 19.9, pointsReturned: 1, pointsTakenBack: 2 },
    })
    const lines = [{ productId: other, quantity: 2 }]
    const answer = await giveBack(purchaseId, { lines })
    expect(answer).toMatchObject({ status: 200, body: { purchaseId, status: 'completed', number: 1, lines } })
    expect(answer.body.refund).toEqual(quoted.body)
    expect([await balance(), await points()]).toEqual([3300 - 1720 + 19.9, 172 + 1 - 2])
    expect(await world.shop.stock(other)).toEqual({ onHand: 9, reserved: 0 })

    const { body } = await world.api.get(`/purchases/${purchaseId}`)
    expect(body).toMatchObject({
      status: 'completed',
      lines: [{ refunded: 0 }, { refunded: 2 }],
      pointsIssued: 172,
      pointsKept: 170,
      refund: quoted.body,
      refunds: [{ number: 1, lines, refund: quoted.body }],
    })
    expect(body.steps.slice(-6).map(({ step, state, detail }: Step) => [step, state, detail?.refundNumber])).toEqual([
      ['purchase', 'refunding', 1],
      ['awardPoints', 'undone', 1],
      ['redeemPoints', 'undone', 1],
      ['returnStock', 'applied', 1],
      ['returnMoney', 'applied', 1],
      ['purchase', 'partially_refunded', 1],
    ])
  })

  test('can follow another, until nothing is left: together they give back what one would have', async () => {
    const { purchaseId } = await buyMany()
    const parts = [{ lines: [{ productId: other, quantity: 1 }] }, { lines: [{ productId: product, quantity: 1 }] }, {}]
    const answers = []
    for (const part of parts) answers.push((await giveBack(purchaseId, part)).body)
    expect(answers.map(({ status, number }) => [status, number])).toEqual([
      ['completed', 1],
      ['completed', 2],
      ['refunded', 3],
    ])
    expect(answers[2].lines).toEqual([{ productId: other, quantity: 2 }])
    const { body } = await world.api.get(`/purchases/${purchaseId}`)
    expect(body.refund).toEqual({ ...NOTHING, amount: 1720, pointsReturned: 100, pointsTakenBack: 172 })
    expect([await balance(), await points()]).toEqual([3300, 100])
    expect(await giveBack(purchaseId, {})).toMatchObject({ status: 409, body: { code: 'exceeds_purchase', left: [] } })
    // As a whole it is refunded, whoever asks for it once more.
    expect(await refund(purchaseId)).toMatchObject({
      status: 200,
      body: { status: 'refunded', refund: answers[2].refund },
    })
    expect(await world.shop.brokenInvariants()).toEqual([])
  })

  test('of more than is left is refused, and says what that is; so is its quote', async () => {
    const { purchaseId } = await buyMany()
    await giveBack(purchaseId, { lines: [{ productId: other, quantity: 2 }] })
    const left = [
      { productId: product, quantity: 1 },
      { productId: other, quantity: 1 },
    ]
    for (const [productId, quantity] of [
      [other, 2],
      [product, 2],
      ['never-bought', 1],
    ] as const) {
      const refused = { status: 409, body: { code: 'exceeds_purchase', purchaseId, left } }
      const key = crypto.randomUUID()
      for (const replayed of [null, 'true']) {
        const answer = await giveBack(purchaseId, { lines: [{ productId, quantity }] }, key)
        expect(answer).toMatchObject(refused)
        expect(answer.headers.get('Idempotency-Replayed')).toBe(replayed)
      }
      expect(await quoteOf(purchaseId, `${productId}:${quantity}`)).toMatchObject(refused)
    }
  })

  test('is quoted once those that are in progress have ended, or not at all', async () => {
    const { purchaseId } = await buyMany()
    const left = await points()
    await world.api.post('/points/redemptions', { account_id: buyer, amount: left })
    // On record, and nobody has begun with it. Of the points that are not there any more it leaves some owed.
    const lines = [{ productId: other, quantity: 1 }]
    await openRefund(world.shop.sql, { purchaseId, lines, actor: 'test' })
    const impatient = await world.serve({ purchaseWaitMs: 0 })
    expect(await impatient.get(`/purchases/${purchaseId}/refund-quote?lines=${other}:1`)).toMatchObject({
      status: 409,
      body: { code: 'refund_in_progress' },
    })
    const quoted = quoteOf(purchaseId, `${other}:1`)
    // It is carried out after the first.
    expect(await giveBack(purchaseId, { lines: [{ productId: product, quantity: 1 }] })).toMatchObject({ status: 200 })
    const { status, body } = await quoted
    expect(status).toBe(200)
    expect((await giveBack(purchaseId, { lines })).body.refund).toEqual(body)
    expect(await world.shop.brokenInvariants()).toEqual([])
  })

  test('is refused after 200 of them, and so is its quote: what is left is refunded as a whole', async () => {
    const { purchaseId } = await buyMany()
    const refunded = (times: number) =>
      world.shop.asOwner(
        (sql) => sql`update purchases set refunds_asked = ${times}, refunds_done = ${times} where id = ${purchaseId}`,
      )
    await refunded(200)
    const refused = { status: 409, body: { code: 'too_many_refunds' } }
    expect(await quoteOf(purchaseId, `${other}:1`)).toMatchObject(refused)
    expect(await giveBack(purchaseId, { lines: [{ productId: other, quantity: 1 }] })).toMatchObject(refused)
    const whole = await quote(purchaseId)
    expect(whole).toMatchObject({ status: 200, body: { amount: 1720 } })
    await refunded(0)
    expect(await giveBack(purchaseId, {})).toMatchObject({ status: 200, body: { refund: whole.body } })
  })

  test('takes effect once for each key, and the key is for nothing else', async () => {
    const { purchaseId } = await buyMany()
    const lines = [{ productId: other, quantity: 1 }]
    const keys = [crypto.randomUUID(), crypto.randomUUID()]
    const answers = await Promise.all([...keys, ...keys, ...keys].map((key) => giveBack(purchaseId, { lines }, key)))
    for (const [index, { status, body }] of answers.entries()) {
      expect(status, JSON.stringify(body)).toBe(200)
      expect([body.number, body.refund]).toEqual([answers[index % 2]?.body.number, answers[index % 2]?.body.refund])
    }
    expect(new Set(answers.map(({ body }) => body.number))).toEqual(new Set([1, 2]))
    expect((await world.api.get(`/purchases/${purchaseId}`)).body.lines[1].refunded).toBe(2)
    expect(await giveBack(purchaseId, {}, keys[0])).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    })
    const { purchaseId: another } = await buyMany()
    expect(await giveBack(another, { lines }, keys[0])).toMatchObject({ status: 422 })
  })

  test.each([
    ['no lines', { lines: [] }, 'lines'],
    [
      'a line twice',
      {
        lines: [
          { productId: '1', quantity: 1 },
          { productId: '1', quantity: 1 },
        ],
      },
      'lines.1.productId',
    ],
    ['nothing of a line', { lines: [{ productId: '1', quantity: 0 }] }, 'lines.0.quantity'],
    ['half a piece', { lines: [{ productId: '1', quantity: 0.5 }] }, 'lines.0.quantity'],
    ['something else', { line: [] }, 'line'],
  ])('of %s is no request', async (_, body, path) => {
    const { purchaseId } = await buyMany()
    const answer = await giveBack(purchaseId, body)
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request', errors: [{ path }] } })
  })

  test.each(['', 'x', '1:', '1:0', '1:1001', ':1', '1:1,', '1:1,1:2', '1:1;2:1', '1:-1', '1: 1'])(
    'is not quoted for lines that are none: "%s"',
    async (lines) => {
      const { purchaseId } = await buyMany()
      const answer = await quoteOf(purchaseId, encodeURIComponent(lines))
      expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
    },
  )

  test('and others, and one of all that is left, asked for at once, give everything back once', async () => {
    const { purchaseId } = await buyMany()
    const one = { lines: [{ productId: other, quantity: 1 }] }
    const answers = await Promise.all([
      ...Array.from({ length: 5 }, () => giveBack(purchaseId, one)),
      refund(purchaseId),
      giveBack(purchaseId, {}),
    ])
    for (const { status } of answers) expect([200, 202, 409]).toContain(status)
    await expect.poll(async () => (await world.shop.purchase(purchaseId)).status).toBe('refunded')
    expect([await balance(), await points()]).toEqual([3300, 100])
    expect(await world.shop.stock(other)).toEqual({ onHand: 10, reserved: 0 })
    expect(await world.shop.brokenInvariants()).toEqual([])
  })
})

type Step = { step: string; state: string; detail?: { refundNumber?: number } }

describe('points at the checkout', () => {
  test('pay a part, and the receipt says so', async () => {
    await world.api.post('/points', { account_id: buyer, amount: 500 })
    expect(await buy({ redeemPoints: 500 })).toMatchObject({
      total: 1700,
      amount: 1650,
      pointsRedeemed: 500,
      pointsIssued: 165,
    })
  })

  test('that are not there, or are worth more than the total, are refused with what there is', async () => {
    await world.api.post('/points', { account_id: buyer, amount: 20_000 })
    expect(await buy({ redeemPoints: 20_001 })).toMatchObject({ code: 'redeem_exceeds_total', mostPoints: 17_000 })
    await world.shop.addProduct({ id: `${product}-dear`, priceMinor: 1_000_000, stock: 1 })
    const dear = await buy({ productId: `${product}-dear`, redeemPoints: 20_001 })
    expect(dear).toMatchObject({ code: 'insufficient_points', available: 20_000, success: false })
  })
})
