import { WorkflowIdReusePolicy } from '@temporalio/client'
import { beforeEach, describe, expect, test } from 'vitest'
import { redeemPoints } from '#activities/points.ts'
import { chargeWallet, noteRetry, readPurchase, recordOutcome, reserveStock } from '#db/purchases.ts'
import { purchaseWorkflowId, refundWorkflowId } from '#domain/purchase.ts'
import { failing, onlyRegular } from '#test/support/faults.ts'
import { commandOf } from '#test/support/points-ledger.ts'
import { openSagaWorld } from '#test/support/saga-world.ts'
import { shared } from '#test/support/shared-world.ts'

/** What the timeline of a purchase has steps that had to be tried again. */

const world = await shared(openSagaWorld())
let buyer: string
let product: string

beforeEach(async () => {
  product = await world.shop.addProduct({ priceMinor: 100_000, stock: 2 })
  buyer = await world.shop.addWallet({ balanceMinor: 150_000 })
  await world.shop.ledger.execute({ accountId: buyer, ...commandOf({ type: 'issue', amount: 100, ttlDays: 365 }) })
})

const order = () =>
  world.shop.order({ username: buyer, lines: [{ productId: product, quantity: 1 }], redeemPoints: 50 })

async function carryOut(purchaseId: string): Promise<string> {
  return (await (await world.start(purchaseId)).result()).status
}

/** As `chargeWallet 2`, or `undo of chargeWallet 2`, with the attempt; and what became of it, as `chargeWallet applied`. */
async function timeline(purchaseId: string, step: string): Promise<string[]> {
  const { events } = (await readPurchase(world.shop.sql, purchaseId)) ?? { events: [] }
  return events
    .filter((event) => event.step === step)
    .map(({ state, detail }) =>
      detail && 'attempt' in detail
        ? `${detail.undo ? 'undo of ' : ''}${step} ${state}: attempt ${detail.attempt}`
        : `${step} ${state}`,
    )
}

const FORWARD = ['reserveStock', 'redeemPoints', 'chargeWallet', 'confirmPurchase', 'awardPoints'] as const

describe.each(FORWARD)('%s', (step) => {
  test('that fails first is recorded to be tried again, before it is recorded to be done', async () => {
    const purchaseId = await order()
    world.faults.on(purchaseId, step, { before: failing(1) })
    expect(await carryOut(purchaseId)).toBe('completed')
    expect(await timeline(purchaseId, step)).toEqual([`${step} retried: attempt 2`, `${step} applied`])
  })

  test('whose report alone was lost is not', async () => {
    const purchaseId = await order()
    world.faults.on(purchaseId, step, { after: failing(3) })
    expect(await carryOut(purchaseId)).toBe('completed')
    expect(await timeline(purchaseId, step)).toEqual([`${step} applied`])
  })
})

test('a step that fails at once is recorded while it fails, and the attempts of both lanes count', async () => {
  const purchaseId = await order()
  world.faults.on(purchaseId, 'chargeWallet', { before: failing(5) })
  expect(await carryOut(purchaseId)).toBe('completed')
  expect(await timeline(purchaseId, 'chargeWallet')).toEqual([
    'chargeWallet retried: attempt 2',
    'chargeWallet retried: attempt 4',
    'chargeWallet applied',
  ])
})

test('a purchase that goes smoothly has no attempts', async () => {
  const purchaseId = await order()
  expect(await carryOut(purchaseId)).toBe('completed')
  expect(await world.shop.timeline(purchaseId)).toHaveLength(7)
})

test.each([
  ['undoCharge', 'chargeWallet'],
  ['undoRedemption', 'redeemPoints'],
  ['releaseStock', 'reserveStock'],
])('%s that fails first is recorded as the undo of %s', async (activity, step) => {
  const purchaseId = await order()
  world.faults.on(purchaseId, activity, { before: failing(1) })
  world.faults.on(purchaseId, 'chargeWallet', {
    before: onlyRegular,
    after: () => world.client.workflow.getHandle(purchaseWorkflowId(purchaseId)).cancel(),
  })
  expect(await carryOut(purchaseId)).toBe('cancelled')
  expect((await timeline(purchaseId, step)).slice(-3)).toEqual([
    `${step} applied`,
    `undo of ${step} retried: attempt 2`,
    `${step} undone`,
  ])
})

test.each([
  ['takeBackAward', 'awardPoints', true],
  ['returnPoints', 'redeemPoints', true],
  ['returnStock', 'returnStock', false],
  ['returnMoney', 'returnMoney', false],
])('%s of a refund that fails first is recorded', async (activity, step, undo) => {
  const purchaseId = await order()
  expect(await carryOut(purchaseId)).toBe('completed')
  world.faults.on(purchaseId, activity, { before: failing(1) })
  await world.shop.askForRefund(purchaseId)
  const refund = await world.client.workflow.start('refund', {
    workflowId: refundWorkflowId(purchaseId),
    workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
    taskQueue: world.taskQueue,
    args: [{ purchaseId }],
  })
  expect(await refund.result()).toEqual({ status: 'refunded' })
  expect(await timeline(purchaseId, step)).toEqual(
    undo
      ? [`${step} applied`, `undo of ${step} retried: attempt 2`, `${step} undone`]
      : [`${step} retried: attempt 2`, `${step} applied`],
  )
})

describe('the timeline', () => {
  const retry = (purchaseId: string, attempt: number, undo = false) =>
    noteRetry(world.shop.sql, purchaseId, { step: 'chargeWallet', undo, attempt })

  test('of a long outage has a line for each doubling of the attempts, whichever of them got through', async () => {
    const purchaseId = await order()
    for (let attempt = 2; attempt <= 3_000; attempt = attempt < 40 ? attempt + 1 : attempt * 2) {
      await retry(purchaseId, attempt)
    }
    const noted = (await timeline(purchaseId, 'chargeWallet')).map((line) => Number(line.split(' ').at(-1)))
    expect(noted).toEqual([2, 4, 8, 16, 32, 80, 160, 320, 640, 1_280, 2_560])
  })

  test('is no progress: a purchase of which only retries are recorded stays as quiet as it was', async () => {
    const purchaseId = await order()
    const lastMoved = async () =>
      (await world.shop.sql<{ at: Date }[]>`select updated_at as at from purchases where id = ${purchaseId}`)[0]?.at
    await world.shop.asOwner(
      (sql) => sql`update purchases set updated_at = now() - interval '2 minutes' where id = ${purchaseId}`,
    )
    const before = await lastMoved()
    await retry(purchaseId, 2)
    expect(await timeline(purchaseId, 'chargeWallet')).toEqual(['chargeWallet retried: attempt 2'])
    expect(await lastMoved()).toEqual(before)
  })

  test('does not record a retry after the step, when that was being written just then', async () => {
    const purchaseId = await order()
    await reserveStock(world.shop.sql, purchaseId)
    await redeemPoints(world.shop.points, purchaseId)
    let retried: Promise<void> | undefined
    await world.shop.sql.begin(async (tx) => {
      await chargeWallet(tx, purchaseId)
      retried = retry(purchaseId, 2)
      await expect.poll(waitingForTheStory).toBe(1)
    })
    await retried
    expect(await timeline(purchaseId, 'chargeWallet')).toEqual(['chargeWallet applied'])
  })

  async function waitingForTheStory(): Promise<number> {
    const waiting = await world.shop.sql`
      select from pg_stat_activity
      where wait_event_type = 'Lock' and datname = current_database() and query like '%note_retry(%'`
    return waiting.length
  }

  test('ends with the outcome: an attempt that comes later is not recorded', async () => {
    const purchaseId = await order()
    await recordOutcome(world.shop.sql, purchaseId, { status: 'cancelled' })
    await retry(purchaseId, 2)
    expect(await world.shop.timeline(purchaseId)).toEqual(['purchase running', 'purchase cancelled'])
  })

  test('does not record an undo of what has not happened', async () => {
    const purchaseId = await order()
    await retry(purchaseId, 2, true)
    expect(await timeline(purchaseId, 'chargeWallet')).toEqual([])
  })
})
