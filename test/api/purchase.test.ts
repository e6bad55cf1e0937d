import { beforeEach, describe, expect, test } from 'vitest'
import { purchaseWorkflowId } from '#domain/purchase.ts'
import { openApiWorld } from '#test/support/api-world.ts'
import { scheduledActivities } from '#test/support/scheduled-activities.ts'
import { shared } from '#test/support/shared-world.ts'
import { AUTH, bearer } from '#test/support/tokens.ts'

const world = await shared(openApiWorld())
let product: string
let buyer: string

beforeEach(async () => {
  product = await world.shop.addProduct({ priceMinor: 170_000, stock: 4 })
  buyer = await world.shop.addWallet({ balanceMinor: 330_000 })
})

const buy = (order: object) => world.api.post('/purchase', { userId: buyer, ...order })
const stockShown = async () => (await world.api.get(`/products/${product}`)).body.stock
const balanceShown = async () => (await world.api.get(`/users/balance/${buyer}`)).body.balance

describe('a purchase', () => {
  test('that nothing stands in the way of is answered with the receipt, and stock and balance are right after it', async () => {
    const { status, body } = await buy({ productId: product, quantity: 1 })
    expect(status).toBe(200)
    expect(body).toEqual({
      purchaseId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      status: 'completed',
      success: true,
      stock: true,
      balance: true,
      username: buyer,
      productId: product,
      quantity: 1,
      lines: [{ productId: product, name: `Product ${product}`, quantity: 1, unitPrice: 1700 }],
      total: 1700,
      amount: 1700,
      pointsRedeemed: 0,
      pointsIssued: 170,
      campaigns: [{ campaign: '1', points: 170, availableAt: null }],
    })
    expect(await stockShown()).toBe(3)
    expect(await balanceShown()).toBe(1600)
  })

  test('that the balance cannot pay is refused with what is missing, and its stock is given back', async () => {
    await buy({ productId: product, quantity: 1 })
    const { status, body } = await buy({ productId: product, quantity: 1 })
    expect(status).toBe(409)
    expect(body).toMatchObject({
      code: 'insufficient_funds',
      success: false,
      stock: true,
      balance: false,
      restock: true,
      missing: 100,
    })
    expect(await stockShown()).toBe(3)
    expect(await balanceShown()).toBe(1600)
  })

  test('of more than there is is refused with what is available, and nothing moves', async () => {
    await buy({ productId: product, quantity: 1 })
    const { status, body } = await buy({ productId: product, quantity: 5 })
    expect(status).toBe(409)
    expect(body).toMatchObject({ code: 'out_of_stock', success: false, stock: false, available: 3 })
    expect(body.short).toEqual([{ productId: product, requested: 5, available: 3 }])
    expect(await stockShown()).toBe(3)
    expect(await balanceShown()).toBe(1600)
  })

  test('of several products sells all of them, at prices that add up to the cent', async () => {
    await world.shop.addProduct({ id: `${product}-b`, priceMinor: 1_999, stock: 10 })
    const { status, body } = await buy({
      lines: [
        { productId: `${product}-b`, quantity: 3 },
        { productId: product, quantity: 1 },
      ],
    })
    expect(status).toBe(200)
    expect(body).toMatchObject({ productId: `${product}-b`, quantity: 4, total: 1759.97, amount: 1759.97 })
    expect(body.lines).toEqual([
      { productId: `${product}-b`, name: `Product ${product}-b`, quantity: 3, unitPrice: 19.99 },
      { productId: product, name: `Product ${product}`, quantity: 1, unitPrice: 1700 },
    ])
    expect(await balanceShown()).toBe(1540.03)
  })

  test('of which one line is short sells none of them, and names every line that is short', async () => {
    await world.shop.addProduct({ id: `${product}-b`, priceMinor: 100, stock: 1 })
    await world.shop.addProduct({ id: `${product}-c`, priceMinor: 100, stock: 2 })
    const lines = [product, `${product}-b`, `${product}-c`].map((productId) => ({ productId, quantity: 3 }))
    const { status, body } = await buy({ lines })
    expect(status).toBe(409)
    expect(body).toMatchObject({ code: 'out_of_stock', available: 1 })
    expect(body.short).toEqual([
      { productId: `${product}-b`, requested: 3, available: 1 },
      { productId: `${product}-c`, requested: 3, available: 2 },
    ])
    expect(await stockShown()).toBe(4)
  })

  test('at another total than expected is refused, and at the expected one goes through', async () => {
    const refused = await buy({ productId: product, quantity: 1, expectedTotal: 1699.99 })
    expect(refused.status).toBe(409)
    expect(refused.body).toMatchObject({ code: 'price_changed', expectedTotal: 1699.99, total: 1700, success: false })
    const bought = await buy({ productId: product, quantity: 1, expectedTotal: 1700 })
    expect(bought.status).toBe(200)
  })

  test('by or of somebody or something unknown is 404, and leaves no purchase behind', async () => {
    const byNobody = await world.api.post('/purchase', { userId: 'nobody', productId: product, quantity: 1 })
    expect(byNobody).toMatchObject({ status: 404, body: { code: 'unknown_user' } })
    const ofNothing = await buy({ productId: 'nothing', quantity: 1 })
    expect(ofNothing).toMatchObject({ status: 404, body: { code: 'unknown_product' } })
    expect((await world.api.get(`/purchases?userId=${buyer}`)).body.count).toBe(0)
  })
})

describe('the lane of a purchase', () => {
  async function activitiesOf(purchaseId: string) {
    const handle = world.client.workflow.getHandle(purchaseWorkflowId(purchaseId))
    await handle.result()
    return (await scheduledActivities(world.client, handle.workflowId)).map(({ type }) => type)
  }
  const visible = ['reserveStock', 'chargeWallet', 'confirmPurchase', 'awardPoints', 'recordOutcome']

  test('is the fast one unless the order says otherwise: no activity goes through the server', async () => {
    const { body } = await buy({ productId: product, quantity: 1 })
    expect(await activitiesOf(body.purchaseId)).toEqual([])
  })

  test('can be the visible one, in which each step is an activity of its own', async () => {
    const { status, body } = await buy({ productId: product, quantity: 1, lane: 'visible' })
    expect(status).toBe(200)
    expect(await activitiesOf(body.purchaseId)).toEqual(visible)
  })

  test('is the visible one where the fast one is switched off, unless the order asks for that', async () => {
    const api = await world.serve({ defaultLane: 'visible' })
    const order = { userId: await world.shop.addWallet({ balanceMinor: 400_000 }), productId: product, quantity: 1 }
    const slow = await api.post('/purchase', order)
    expect(await activitiesOf(slow.body.purchaseId)).toEqual(visible)
    const fast = await api.post('/purchase', { ...order, lane: 'fast' })
    expect(await activitiesOf(fast.body.purchaseId)).toEqual([])
  })

  test('in slow motion is the visible one, with a second before each step', async () => {
    const { status, body } = await buy({ productId: product, quantity: 1, slowMotion: true })
    expect(status).toBe(200)
    expect(await activitiesOf(body.purchaseId)).toEqual(visible)
    const { events } = await world.client.workflow.getHandle(purchaseWorkflowId(body.purchaseId)).fetchHistory()
    const timers = events?.flatMap(({ timerStartedEventAttributes: timer }) =>
      timer ? [timer.startToFireTimeout] : [],
    )
    expect(timers?.map((timeout) => Number(timeout?.seconds))).toEqual([1, 1, 1, 1])
  })

  test.each([
    ['lane', { lane: 'slow' }],
    ['lane', { lane: 'fast', slowMotion: true }],
    ['slowMotion', { slowMotion: 'yes' }],
  ])('that cannot be is refused with the place: %s', async (path, how) => {
    const { status, body } = await buy({ productId: product, quantity: 1, ...how })
    expect(status).toBe(400)
    expect(body.errors).toMatchObject([{ path }])
  })

  test('is not slow outside of demo mode', async () => {
    const api = await world.serve({ auth: AUTH })
    const order = { userId: buyer, productId: product, quantity: 1, slowMotion: true }
    const headers = await bearer('olga', { roles: ['operator'] })
    const { status, body } = await api.post('/purchase', order, { headers })
    expect(status).toBe(400)
    expect(body.errors).toEqual([{ path: 'slowMotion', message: 'is for demo mode only' }])
  })

  test('belongs to the order: the same key with another lane is another request', async () => {
    const order = { userId: buyer, productId: product, quantity: 1 }
    await world.api.post('/purchase', order, { key: 'lanes' })
    const again = await world.api.post('/purchase', { ...order, lane: 'visible' }, { key: 'lanes' })
    expect(again).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } })
  })
})

describe('the list of purchases', () => {
  test('shows what was bought and refused, newest first; each tells its steps', async () => {
    const bought = (await buy({ productId: product, quantity: 1 })).body.purchaseId
    const refused = (await buy({ productId: product, quantity: 1 })).body.purchaseId
    const { body } = await world.api.get(`/purchases?userId=${buyer}`)
    expect(body.items.map((item: { purchaseId: string }) => item.purchaseId)).toEqual([refused, bought])
    const shown = async (id: string) => (await world.api.get(`/purchases/${id}`)).body
    expect(stepsOf(await shown(bought))).toEqual([
      '1 purchase running',
      '2 reserveStock applied',
      '3 chargeWallet applied',
      '4 confirmPurchase applied',
      '5 awardPoints applied',
      '6 purchase completed',
    ])
    const { steps, campaigns, refunds, requests, ...summary } = await shown(refused)
    expect(body.items[0]).toEqual(summary)
    expect([campaigns, refunds, requests]).toEqual([[], [], []])
    expect(stepsOf({ steps })).toEqual([
      '1 purchase running',
      '2 reserveStock applied',
      '3 purchase compensating',
      '4 reserveStock undone',
      '5 purchase refused',
    ])
    expect(body.items[0]).toMatchObject({
      status: 'refused',
      code: 'insufficient_funds',
      refusal: { code: 'insufficient_funds', missing: 100 },
      total: 1700,
      lines: [{ productId: product, name: `Product ${product}`, quantity: 1, unitPrice: 1700 }],
    })
  })

  test('can be narrowed by status and read page by page, without a purchase twice or left out', async () => {
    const ids = []
    for (let i = 0; i < 5; i++) ids.push((await buy({ productId: product, quantity: 1000 })).body.purchaseId)
    const seen: string[] = []
    let cursor = ''
    do {
      const { body } = await world.api.get(`/purchases?userId=${buyer}&status=refused&limit=2${cursor}`)
      seen.push(...body.items.map((item: { purchaseId: string }) => item.purchaseId))
      cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`
    } while (cursor !== '')
    expect(seen).toEqual(ids.toReversed())
    expect((await world.api.get(`/purchases?userId=${buyer}&status=completed`)).body.items).toEqual([])
  })

  test('of one purchase has what was reserved and charged at each step', async () => {
    const { purchaseId } = (await buy({ productId: product, quantity: 1 })).body
    const { status, body } = await world.api.get(`/purchases/${purchaseId}`)
    expect(status).toBe(200)
    expect(body).toMatchObject({ purchaseId, status: 'completed', username: buyer, total: 1700, code: null })
    expect(body.settledAt).not.toBeNull()
    expect(body.steps[1].detail).toEqual({
      total: 1700,
      lines: [{ productId: product, quantity: 1, unitPrice: 1700 }],
    })
    expect(body.steps[2].detail).toEqual({ amount: 1700 })
  })

  test('knows nothing of a purchase that does not exist, or of an id that cannot', async () => {
    for (const id of ['00000000-0000-7000-8000-000000000000', 'not-an-id', '%00']) {
      const answer = await world.api.get(`/purchases/${id}`)
      expect(answer).toMatchObject({ status: 404, body: { code: 'unknown_purchase' } })
    }
  })
})

test('operators find a purchase in Temporal by its customer and by how it ended', async () => {
  const { purchaseId } = (await buy({ productId: product, quantity: 1 })).body
  const query = `Customer = '${await world.shop.idOf(buyer)}' AND PurchaseStatus = 'completed'`
  await expect
    .poll(async () => {
      const found: string[] = []
      for await (const { workflowId } of world.client.workflow.list({ query })) found.push(workflowId)
      return found
    })
    .toEqual([`purchase-${purchaseId}`])
  const description = await world.client.workflow.getHandle(`purchase-${purchaseId}`).describe()
  expect(await description.staticSummary()).toBe(`Purchase of 1 × Product ${product}`)
})

function stepsOf(purchase: { steps: { seq: number; step: string; state: string }[] }): string[] {
  return purchase.steps.map(({ seq, step, state }) => `${seq} ${step} ${state}`)
}

test('a receipt and a purchase name products as they were called when they were ordered', async () => {
  const { shop, api } = world
  await api.post('/products', { id: 'renamed', name: 'Unicorn One', description: '', price: 5, stock: 5 })
  const username = await shop.addWallet({ balanceMinor: 10_000 })
  const order = { userId: username, productId: 'renamed', quantity: 1 }
  const bought = await api.post('/purchase', order, { key: 'before the new name' })
  await api.call('PATCH', '/products/renamed', { body: { name: 'Unicorn Two' } })
  const again = await api.post('/purchase', order, { key: 'before the new name' })
  for (const { body } of [bought, again, await api.get(`/purchases/${bought.body.purchaseId}`)])
    expect(body.lines).toMatchObject([{ productId: 'renamed', name: 'Unicorn One', unitPrice: 5 }])
  expect((await api.get(`/purchases?userId=${username}`)).body.items[0].lines[0].name).toBe('Unicorn One')
  expect((await api.post('/purchase', order)).body.lines[0].name).toBe('Unicorn Two')
})
