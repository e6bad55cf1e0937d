import { beforeEach, describe, expect, test } from 'vitest'
import { recordOutcome } from '#db/purchases.ts'
import type { Outcome } from '#domain/purchase.ts'
import { openApiWorld } from '#test/support/api-world.ts'
import { onlyRegular } from '#test/support/faults.ts'
import { shared } from '#test/support/shared-world.ts'

const world = await shared(openApiWorld())
let product: string
let buyer: string

beforeEach(async () => {
  product = await world.shop.addProduct({ priceMinor: 100, stock: 5 })
  buyer = await world.shop.addWallet({ balanceMinor: 1000 })
})

const anOrder = () => world.shop.order({ username: buyer, lines: [{ productId: product, quantity: 1 }] })
const cancel = (purchaseId: string) => world.api.call('POST', `/purchases/${purchaseId}/cancel`)

/** Holds an activity of a purchase back, as a regular one, until it is let go. */
function hold(purchaseId: string, activity: string) {
  let reached = () => {}
  let letGo = () => {}
  const arrived = new Promise<void>((resolve) => {
    reached = resolve
  })
  const gate = new Promise<void>((resolve) => {
    letGo = resolve
  })
  world.faults.on(purchaseId, activity, {
    before: async (attempt) => {
      onlyRegular(attempt)
      reached()
      await gate
    },
  })
  return { arrived, letGo }
}

/** Keeps the buyer's wallet from being charged until it is let go. */
async function holdWallet() {
  const { promise: open, resolve: letGo } = Promise.withResolvers<void>()
  const held = Promise.withResolvers<void>()
  const holding = world.shop.asOwner((owner) =>
    owner.begin(async (tx) => {
      await tx`select from wallets where user_id = (select id from users where username = ${buyer}) for update`
      held.resolve()
      await open
    }),
  )
  await held.promise
  return {
    letGo: async () => {
      letGo()
      await holding
    },
  }
}

/** Until a call of this function waits for a lock. */
async function untilWaiting(word: string) {
  const waiting = () => world.shop.sql`
    select from pg_stat_activity
    where wait_event_type = 'Lock' and datname = current_database() and query like ${`%${word}(%`}`
  await expect.poll(async () => (await waiting()).length).toBeGreaterThan(0)
}

async function storyOf(purchaseId: string): Promise<string[]> {
  const { steps } = (await world.api.get(`/purchases/${purchaseId}`)).body
  return steps.map(({ step, state }: { step: string; state: string }) => `${step} ${state}`)
}

async function expectNothingMoved() {
  expect(await world.shop.stock(product)).toEqual({ onHand: 5, reserved: 0 })
  expect(await world.shop.balance(buyer)).toBe(1000)
}

describe('cancelling', () => {
  test('a purchase that has reserved its stock gives everything back', async () => {
    const purchaseId = await anOrder()
    const charge = hold(purchaseId, 'chargeWallet')
    await world.start(purchaseId)
    await charge.arrived
    const answer = cancel(purchaseId)
    await requestedInTemporal(purchaseId)
    charge.letGo()
    expect(await answer).toMatchObject({ status: 200, body: { purchaseId, status: 'cancelled' } })
    await expectNothingMoved()
    expect(await storyOf(purchaseId)).toEqual([
      'purchase running',
      'reserveStock applied',
      'chargeWallet retried',
      'purchase cancel_requested',
      'purchase compensating',
      'reserveStock undone',
      'purchase cancelled',
    ])
  })

  test.each(Array.from({ length: 5 }, (_, index) => index + 1))(
    'a purchase whose workflow was never started ends cancelled, not bought (time %i)',
    async () => {
      const purchaseId = await anOrder()
      expect(await cancel(purchaseId)).toMatchObject({ status: 200, body: { status: 'cancelled' } })
      await expectNothingMoved()
    },
  )

  test('that waits for a step counts as soon as it is on record, before the confirmation', async () => {
    const purchaseId = await anOrder()
    const wallet = await holdWallet()
    const confirmation = hold(purchaseId, 'confirmPurchase')
    const handle = await world.start(purchaseId)
    await untilWaiting('charge_wallet')
    const answer = cancel(purchaseId)
    // For the row of the purchase, which the charge has as well.
    await untilWaiting('request_cancel')
    await wallet.letGo()
    // Which of the two gets the row next is up to Postgres.
    await expect.poll(async () => await storyOf(purchaseId)).toContain('purchase cancel_requested')
    confirmation.letGo()
    expect(await answer).toMatchObject({ status: 200, body: { status: 'cancelled' } })
    expect(await handle.result()).toEqual({ status: 'cancelled' })
    await expectNothingMoved()
  })

  test('that comes after the confirmation is too late, which the timeline shows', async () => {
    const purchaseId = await anOrder()
    const award = hold(purchaseId, 'awardPoints')
    await world.start(purchaseId)
    await award.arrived
    const answer = cancel(purchaseId)
    await expect.poll(async () => (await storyOf(purchaseId)).at(-1)).toBe('purchase cancel_requested')
    award.letGo()
    expect(await answer).toMatchObject({ status: 409, body: { purchaseStatus: 'completed' } })
    expect(await world.shop.balance(buyer)).toBe(900)
  })

  test('twice gets the same answer', async () => {
    const purchaseId = await anOrder()
    const first = await cancel(purchaseId)
    const second = await cancel(purchaseId)
    expect(second.status).toBe(200)
    expect(second.body).toEqual(first.body)
    const { steps } = (await world.api.get(`/purchases/${purchaseId}`)).body
    expect(steps.filter((step: { state: string }) => step.state === 'cancel_requested')).toHaveLength(1)
  })

  test('a purchase that is completed changes nothing', async () => {
    const bought = await world.api.post('/purchase', { userId: buyer, productId: product, quantity: 1 })
    const answer = await cancel(bought.body.purchaseId)
    expect(answer).toMatchObject({ status: 409, body: { code: 'already_settled', purchaseStatus: 'completed' } })
    expect(await world.shop.balance(buyer)).toBe(900)
  })

  test('a purchase that was refused says so', async () => {
    const refused = await world.api.post('/purchase', { userId: buyer, productId: product, quantity: 6 })
    const answer = await cancel(refused.body.purchaseId)
    expect(answer).toMatchObject({ status: 409, body: { code: 'already_settled', purchaseStatus: 'refused' } })
  })

  test('a purchase that nobody works on is on record, and answered with 202', async () => {
    const stuck = await world.serve({ taskQueue: `${world.taskQueue}-idle`, purchaseWaitMs: 300 })
    const purchaseId = await anOrder()
    const answer = await stuck.call('POST', `/purchases/${purchaseId}/cancel`)
    expect(answer).toMatchObject({ status: 202, body: { purchaseId, status: 'running' } })
    expect(answer.headers.get('Location')).toBe(`/purchases/${purchaseId}`)
    await requestedInTemporal(purchaseId)
  })

  test('a purchase that does not exist is 404', async () => {
    const answer = await cancel('00000000-0000-7000-8000-000000000000')
    expect(answer).toMatchObject({ status: 404, body: { code: 'unknown_purchase' } })
  })
})

describe('who repeats the request for a purchase', () => {
  /** A purchase that nobody works on, settled as if somebody had. */
  async function buyTwice(outcome: Outcome) {
    const stuck = await world.serve({ taskQueue: `${world.taskQueue}-idle`, purchaseWaitMs: 0 })
    const order = { userId: buyer, productId: product, quantity: 1 }
    const first = await stuck.post('/purchase', order, { key: `repeated by ${buyer}` })
    await recordOutcome(world.shop.sql, first.body.purchaseId, outcome)
    const second = await stuck.post('/purchase', order, { key: `repeated by ${buyer}` })
    expect(second.body.purchaseId).toBe(first.body.purchaseId)
    return second
  }

  test('that was cancelled learns that nothing was bought', async () => {
    const answer = await buyTwice({ status: 'cancelled' })
    expect(answer).toMatchObject({ status: 409, body: { code: 'cancelled', success: false } })
  })

  test.each(['step_unavailable', 'interrupted'] as const)('that failed as %s learns that too', async (code) => {
    const answer = await buyTwice({ status: 'failed', code })
    expect(answer).toMatchObject({ status: 409, body: { code: 'purchase_failed', reason: code, success: false } })
  })
})

/** Until the request to cancel is in the workflow's history. */
async function requestedInTemporal(purchaseId: string) {
  const handle = world.client.workflow.getHandle(`purchase-${purchaseId}`)
  await expect
    .poll(async () =>
      (await handle.fetchHistory()).events?.some((event) => event.workflowExecutionCancelRequestedEventAttributes),
    )
    .toBe(true)
}
