import { fileURLToPath } from 'node:url'
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client'
import { beforeEach, describe, expect, test } from 'vitest'
import { requestCancel } from '#db/purchases.ts'
import { purchaseWorkflowId } from '#domain/purchase.ts'
import { type Attempt, failing, onlyRegular } from '#test/support/faults.ts'
import { openSagaWorld } from '#test/support/saga-world.ts'
import { scheduledActivities } from '#test/support/scheduled-activities.ts'
import { shared } from '#test/support/shared-world.ts'

const world = await shared(openSagaWorld())
let run = 0
let product: string
let buyer: string

beforeEach(() => {
  run += 1
  product = `product-${run}`
  buyer = `buyer-${run}`
})

/** A buyer with 10.00 orders one thing at 6.00, of which there are two. */
async function anOrder(options: { quantity?: number; balanceMinor?: number; expectedTotalMinor?: number } = {}) {
  const { quantity = 1, balanceMinor = 1000, ...rest } = options
  await world.shop.addProduct({ id: product, priceMinor: 600, stock: 2 })
  await world.shop.addWallet({ username: buyer, balanceMinor })
  return await world.shop.order({ username: buyer, lines: [{ productId: product, quantity }], ...rest })
}

async function carryOut(purchaseId: string) {
  const handle = await world.start(purchaseId)
  return await handle.result()
}

const untouched = { onHand: 2, reserved: 0 }
const sold = { onHand: 1, reserved: 0 }
const forward = ['reserveStock', 'chargeWallet', 'confirmPurchase'] as const

describe('a purchase', () => {
  test('that nothing stands in the way of sells, charges and completes', async () => {
    const purchaseId = await anOrder()
    expect(await carryOut(purchaseId)).toEqual({ status: 'completed' })
    expect(await world.shop.timeline(purchaseId)).toEqual([
      'purchase running',
      'reserveStock applied',
      'chargeWallet applied',
      'confirmPurchase applied',
      'awardPoints nothing',
      'purchase completed',
    ])
    expect(await world.shop.stock(product)).toEqual(sold)
    expect(await world.shop.balance(buyer)).toBe(400)
  })

  test('of more than there is in stock is refused, with what is available', async () => {
    const purchaseId = await anOrder({ quantity: 3 })
    expect(await carryOut(purchaseId)).toEqual({
      status: 'refused',
      refusal: { code: 'out_of_stock', short: [{ productId: product, requested: 3, available: 2 }] },
    })
    expect(await world.shop.purchase(purchaseId)).toMatchObject({
      code: 'out_of_stock',
      detail: { short: [{ productId: product, requested: 3, available: 2 }] },
    })
    expect(await world.shop.stock(product)).toEqual(untouched)
  })

  test('at another price than the buyer expected is refused', async () => {
    const purchaseId = await anOrder({ expectedTotalMinor: 500 })
    expect(await carryOut(purchaseId)).toEqual({
      status: 'refused',
      refusal: { code: 'price_changed', expectedMinor: 500, totalMinor: 600 },
    })
    expect(await world.shop.purchase(purchaseId)).toMatchObject({
      code: 'price_changed',
      detail: { expectedMinor: 500, totalMinor: 600 },
    })
    expect(await world.shop.stock(product)).toEqual(untouched)
  })

  test('that the wallet cannot pay is refused, and its stock goes back before it is called refused', async () => {
    const purchaseId = await anOrder({ balanceMinor: 100 })
    expect(await carryOut(purchaseId)).toEqual({
      status: 'refused',
      refusal: { code: 'insufficient_funds', missingMinor: 500 },
    })
    expect(await world.shop.purchase(purchaseId)).toMatchObject({
      code: 'insufficient_funds',
      detail: { missingMinor: 500 },
    })
    expect(await world.shop.timeline(purchaseId)).toEqual([
      'purchase running',
      'reserveStock applied',
      'purchase compensating',
      'reserveStock undone',
      'purchase refused',
    ])
    expect(await world.shop.stock(product)).toEqual(untouched)
  })

  test('is carried out once: its workflow id cannot be used again', async () => {
    const purchaseId = await anOrder()
    await carryOut(purchaseId)
    await expect(world.start(purchaseId)).rejects.toThrow(WorkflowExecutionAlreadyStartedError)
  })
})

describe.each(forward)('trouble at %s', (step) => {
  test('before its effect, in the fast lane, moves the purchase to regular activities, which complete it', async () => {
    const purchaseId = await anOrder()
    world.faults.on(purchaseId, step, { before: failing(3) })
    expect(await carryOut(purchaseId)).toEqual({ status: 'completed' })
    expect(world.faults.attempts(purchaseId, step)).toBe(4)
    await expectSoldOnce(purchaseId)
  })

  test('after its effect, when the report is lost, does not make the effect happen again', async () => {
    const purchaseId = await anOrder()
    world.faults.on(purchaseId, step, { after: failing(3) })
    expect(await carryOut(purchaseId)).toEqual({ status: 'completed' })
    expect(world.faults.attempts(purchaseId, step)).toBe(4)
    await expectSoldOnce(purchaseId)
  })
})

async function expectSoldOnce(purchaseId: string) {
  expect(await world.shop.stock(product)).toEqual(sold)
  expect(await world.shop.balance(buyer)).toBe(400)
  const timeline = await world.shop.timeline(purchaseId)
  for (const step of forward) expect(timeline.filter((line) => line === `${step} applied`)).toHaveLength(1)
}

describe('a request to cancel', () => {
  test.each([
    ['reserveStock', 'before', 'cancelled'],
    ['reserveStock', 'after', 'cancelled'],
    ['chargeWallet', 'before', 'cancelled'],
    ['chargeWallet', 'after', 'cancelled'],
    ['confirmPurchase', 'before', 'completed'],
    ['confirmPurchase', 'after', 'completed'],
    ['recordOutcome', 'before', 'completed'],
  ] as const)('that comes %s %s its effect ends the purchase as one whole: %3$s', async (step, moment, status) => {
    const purchaseId = await anOrder()
    world.faults.on(purchaseId, step, cancelOnce(purchaseId, moment))
    expect(await carryOut(purchaseId)).toEqual({ status })
    await expectWhole(purchaseId, status)
  })

  test('that meets a confirmation which committed and reported failure ends completed', async () => {
    const purchaseId = await anOrder()
    const handle = { cancelled: false }
    world.faults.on(purchaseId, 'confirmPurchase', {
      before: onlyRegular,
      async after() {
        if (handle.cancelled) return
        handle.cancelled = true
        await cancelNow(purchaseId)
        throw new Error('injected fault: committed, but the report says it failed')
      },
    })
    expect(await carryOut(purchaseId)).toEqual({ status: 'completed' })
    await expectWhole(purchaseId, 'completed')
  })

  test('that Temporal never hears of counts all the same: no step is carried out', async () => {
    const purchaseId = await anOrder()
    await requestCancel(world.shop.sql, purchaseId, 'test')
    expect(await carryOut(purchaseId)).toEqual({ status: 'cancelled' })
    await expectWhole(purchaseId, 'cancelled')
    expect(await world.shop.timeline(purchaseId)).toEqual([
      'purchase running',
      'purchase cancel_requested',
      'purchase compensating',
      'purchase cancelled',
    ])
  })

  test.each([
    ['reserveStock', 'before', []],
    ['reserveStock', 'after', ['reserveStock']],
    ['chargeWallet', 'before', ['reserveStock']],
    ['chargeWallet', 'after', ['reserveStock', 'chargeWallet']],
    ['confirmPurchase', 'before', ['reserveStock', 'chargeWallet']],
  ] as const)(
    'that is on record %s %s in the fast lane keeps the next step from happening',
    async (step, moment, applied) => {
      const purchaseId = await anOrder()
      world.faults.on(purchaseId, step, { [moment]: () => requestCancel(world.shop.sql, purchaseId, 'test') })
      expect(await carryOut(purchaseId)).toEqual({ status: 'cancelled' })
      await expectWhole(purchaseId, 'cancelled')
      const timeline = await world.shop.timeline(purchaseId)
      expect(timeline.filter((line) => line.endsWith(' applied'))).toEqual(applied.map((name) => `${name} applied`))
    },
  )

  test('that is on record when the purchase is refused makes it a cancelled one', async () => {
    const purchaseId = await anOrder({ balanceMinor: 100 })
    await requestCancel(world.shop.sql, purchaseId, 'test')
    expect(await carryOut(purchaseId)).toEqual({ status: 'cancelled' })
    expect(await world.shop.purchase(purchaseId)).toMatchObject({ status: 'cancelled', code: null })
  })

  test('that comes while a purchase is being undone changes nothing about how it ends', async () => {
    const purchaseId = await anOrder({ balanceMinor: 100 })
    world.faults.on(purchaseId, 'releaseStock', cancelOnce(purchaseId, 'before'))
    expect(await carryOut(purchaseId)).toEqual({
      status: 'refused',
      refusal: { code: 'insufficient_funds', missingMinor: 500 },
    })
    expect(await world.shop.stock(product)).toEqual(untouched)
  })

  /** Cancels in the middle of a regular attempt, and goes on once the server has it in the history. */
  function cancelOnce(purchaseId: string, moment: 'before' | 'after') {
    let requested = false
    const cancel = async (attempt: Attempt) => {
      if (attempt.local || requested) return
      requested = true
      await cancelNow(purchaseId)
    }
    if (moment === 'after') return { before: onlyRegular, after: cancel }
    const before = async (attempt: Attempt) => {
      onlyRegular(attempt)
      await cancel(attempt)
    }
    return { before }
  }

  async function cancelNow(purchaseId: string) {
    const handle = world.client.workflow.getHandle(purchaseWorkflowId(purchaseId))
    await handle.cancel()
    await expect
      .poll(async () => {
        const { events } = await handle.fetchHistory()
        return events?.some((event) => event.workflowExecutionCancelRequestedEventAttributes)
      })
      .toBe(true)
  }

  async function expectWhole(purchaseId: string, status: 'completed' | 'cancelled') {
    expect((await world.shop.purchase(purchaseId)).status).toBe(status)
    expect(await world.shop.stock(product)).toEqual(status === 'completed' ? sold : untouched)
    expect(await world.shop.balance(buyer)).toBe(status === 'completed' ? 400 : 1000)
  }
})

describe('the undo', () => {
  test('runs last in first out, and only then is the purchase called done', async () => {
    const purchaseId = await anOrder()
    world.faults.on(purchaseId, 'chargeWallet', {
      before: onlyRegular,
      after: () => world.client.workflow.getHandle(purchaseWorkflowId(purchaseId)).cancel(),
    })
    expect(await carryOut(purchaseId)).toEqual({ status: 'cancelled' })
    expect((await world.shop.timeline(purchaseId)).slice(-5)).toEqual([
      'chargeWallet applied',
      'purchase compensating',
      'chargeWallet undone',
      'reserveStock undone',
      'purchase cancelled',
    ])
  })

  test.each(['before', 'after'] as const)(
    'that fails several times %s its effect works in the end, once',
    async (moment) => {
      const purchaseId = await anOrder({ balanceMinor: 100 })
      let seenWhileFailing: string | undefined
      world.faults.on(purchaseId, 'releaseStock', {
        [moment]: async (attempt: Attempt) => {
          seenWhileFailing ??= (await world.shop.purchase(purchaseId)).status
          failing(3)(attempt)
        },
      })
      expect(await carryOut(purchaseId)).toEqual({
        status: 'refused',
        refusal: { code: 'insufficient_funds', missingMinor: 500 },
      })
      expect(seenWhileFailing).toBe('compensating')
      expect(world.faults.attempts(purchaseId, 'releaseStock')).toBe(4)
      expect(await world.shop.stock(product)).toEqual(untouched)
    },
  )
})

describe('the ten-minute limit', () => {
  test.each(['reserveStock', 'chargeWallet'] as const)('is asked of the regular lane of %s', async (step) => {
    const purchaseId = await anOrder()
    world.faults.on(purchaseId, step, { before: onlyRegular })
    await carryOut(purchaseId)
    const scheduled = await scheduledActivities(world.client, purchaseWorkflowId(purchaseId))
    expect(scheduled).toContainEqual({ type: step, scheduleToCloseSeconds: 600 })
  })

  test.each(['confirmPurchase', 'recordOutcome'] as const)(
    'is not asked of %s, for it must not be given up',
    async (step) => {
      const purchaseId = await anOrder()
      world.faults.on(purchaseId, step, { before: onlyRegular })
      await carryOut(purchaseId)
      const scheduled = await scheduledActivities(world.client, purchaseWorkflowId(purchaseId))
      expect(scheduled).toContainEqual({ type: step, scheduleToCloseSeconds: 0 })
    },
  )

  test.each(['reserveStock', 'chargeWallet'] as const)(
    'ends a purchase whose %s stays unavailable: everything is undone and it is called failed',
    async (step) => {
      const patience = await openSagaWorld({
        workflowInterceptors: [fileURLToPath(new URL('./short-patience.ts', import.meta.url))],
      })
      try {
        await patience.shop.addProduct({ id: product, priceMinor: 600, stock: 2 })
        await patience.shop.addWallet({ username: buyer, balanceMinor: 1000 })
        const lines = [{ productId: product, quantity: 1 }]
        const purchaseId = await patience.shop.order({ username: buyer, lines })
        // After the effect: what is reported as failed has happened, and must be undone all the same.
        patience.faults.on(purchaseId, step, { after: failing(1000) })
        const handle = await patience.start(purchaseId)
        expect(await handle.result()).toEqual({ status: 'failed', code: 'step_unavailable', step })
        expect(await patience.shop.purchase(purchaseId)).toMatchObject({ code: 'step_unavailable', detail: { step } })
        expect(await patience.shop.stock(product)).toEqual(untouched)
        expect(await patience.shop.balance(buyer)).toBe(1000)
        expect(await patience.shop.brokenInvariants()).toEqual([])
      } finally {
        await patience.close()
      }
    },
  )
})
