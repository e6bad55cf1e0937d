import { fileURLToPath } from 'node:url'
import { parkAward } from '#activities/points.ts'
import { recordExternalEvent } from '#db/awards.ts'
import { addMissingCampaigns } from '#db/campaigns.ts'
import { resolveDiscrepancy } from '#db/discrepancies.ts'
import { beginCompensation, recordOutcome, requestCancel } from '#db/purchases.ts'
import { DEFAULT_TERMS } from '#domain/campaigns/campaign.ts'
import {
  awardWorkflowId,
  LANES,
  type Lane,
  PURCHASE_STEPS,
  purchaseWorkflowId,
  refundWorkflowId,
  UNAVAILABLE,
} from '#domain/purchase.ts'
import { createPointsLedger } from '#ledger/ledger.ts'
import { giving } from '#test/support/campaign-examples.ts'
import { type Fault, failing, onlyRegular } from '#test/support/faults.ts'
import { commandOf } from '#test/support/points-ledger.ts'
import { openSagaWorld, type SagaWorld } from '#test/support/saga-world.ts'
import { aRequest } from '#test/support/shop.ts'
import type { ExpiryProgress } from '#workflows/scheduled.ts'

export const shortPatience = fileURLToPath(new URL('../workflow/short-patience.ts', import.meta.url))

export type Scenario = {
  /** Name of the recorded file. */
  name: string
  /** Whether ten minutes have to pass in seconds. */
  impatient?: boolean
  /** Carries it out and says of which workflow the history is to be kept: of its last run, unless `runId` says of which. */
  run: (world: SagaWorld) => Promise<string | { workflowId: string; runId: string }>
}

type Order = {
  quantity?: number
  balanceMinor?: number
  expectedTotalMinor?: number
  points?: number
  redeemPoints?: number
  lane?: Lane
}

/** Every way a purchase can end, in the fast lane and in the visible one. */
export const scenarios: Scenario[] = [
  ...inBothLanes('completed', {}, 'completed'),
  ...inBothLanes('out-of-stock', { quantity: 3 }, 'refused'),
  ...inBothLanes('price-changed', { expectedTotalMinor: 1 }, 'refused'),
  ...inBothLanes('insufficient-funds', { balanceMinor: 1 }, 'refused'),
  ...inBothLanes('paid-with-points', { points: 40, redeemPoints: 30 }, 'completed'),
  ...inBothLanes('insufficient-points', { points: 20, redeemPoints: 30 }, 'refused'),
  ...inBothLanes('insufficient-funds-after-points', { balanceMinor: 1, points: 30, redeemPoints: 30 }, 'refused'),
  ...inBothLanes('cancelled', {}, 'cancelled', (world, purchaseId) =>
    world.faults.on(purchaseId, 'chargeWallet', {
      before: onlyRegular,
      after: () => world.client.workflow.getHandle(purchaseWorkflowId(purchaseId)).cancel(),
    }),
  ),
  ...inBothLanes('failed-at-reserve', {}, 'failed', (world, id) => neverThrough(world, id, 'reserveStock')),
  ...inBothLanes('failed-at-charge', {}, 'failed', (world, id) => neverThrough(world, id, 'chargeWallet')),
  ...inBothLanes('interrupted', {}, 'failed', (world, purchaseId) =>
    world.faults.on(purchaseId, 'confirmPurchase', {
      before: () => beginCompensation(world.shop.sql, purchaseId, { status: 'failed', code: 'interrupted' }),
    }),
  ),
  ...inBothLanes('cancelled-on-record', {}, 'cancelled', (world, purchaseId) =>
    world.faults.on(purchaseId, 'confirmPurchase', {
      before: () => requestCancel(world.shop.sql, purchaseId, 'test'),
    }),
  ),
  ...inBothLanes('cancelled-too-late', {}, 'completed', (world, purchaseId) =>
    world.faults.on(purchaseId, 'confirmPurchase', {
      before: onlyRegular,
      after: () => world.client.workflow.getHandle(purchaseWorkflowId(purchaseId)).cancel(),
    }),
  ),
  ...PURCHASE_STEPS.map((step) => ({
    name: `completed.after-${step}-failed`,
    run: (world: SagaWorld) =>
      carryOut(world, { points: 40, redeemPoints: 30 }, 'completed', (id) =>
        world.faults.on(id, step, { before: failing(1) }),
      ),
  })),
  {
    name: 'award-parked',
    impatient: true,
    run: (world) =>
      carryOut(world, {}, 'completed', (purchaseId) =>
        world.faults.on(purchaseId, 'awardPoints', { before: failing(1e6) }),
      ),
  },
  { name: 'award-retried.fast', run: (world) => retryAward(world, 'fast') },
  { name: 'award-retried.visible', run: (world) => retryAward(world, 'visible') },
  { name: 'award-event.fast', run: (world) => awardEvent(world, 5) },
  { name: 'award-event.after-failure', run: (world) => awardEvent(world, 5, failing(1)) },
  { name: 'award-event-parked', impatient: true, run: (world) => awardEvent(world, 0, failing(1e6)) },
  { name: 'refund', run: refund },
  { name: 'refund-in-parts', run: refundInParts },
  { name: 'refund-asked-at-the-end', run: refundAskedAtTheEnd },
  { name: 'expire-points', run: expirePoints },
  { name: 'expire-points.continued', run: (world) => expirePoints(world, { pagesPerRun: 1 }) },
  { name: 'repair-undone', run: (world) => repair(world, 'failed') },
  { name: 'repair-completed', run: (world) => repair(world, 'completed') },
  { name: 'reconcile', run: reconcile },
  { name: 'reconcile-event', run: reconcileEvent },
  { name: 'books-disagree', run: loseOrder },
  { name: 'book-parked-awards', run: bookParkedAwards },
]

/** Ten minutes of trouble, which pass in seconds. */
function neverThrough(world: SagaWorld, purchaseId: string, step: string): void {
  world.faults.on(purchaseId, step, { before: failing(1e6) })
}

function inBothLanes(
  name: string,
  order: Order,
  status: string,
  prepare: (world: SagaWorld, purchaseId: string) => void = () => {},
): Scenario[] {
  return LANES.map((lane) => ({
    name: `${name}.${lane}`,
    impatient: name.startsWith('failed'),
    run: (world) => carryOut(world, { ...order, lane }, status, (id) => prepare(world, id)),
  }))
}

async function anOrder(
  world: SagaWorld,
  { quantity = 1, balanceMinor = 1000, points = 0, lane: _, ...rest }: Order,
): Promise<string> {
  const id = crypto.randomUUID()
  await world.shop.addProduct({ id, priceMinor: 600, stock: 2 })
  await world.shop.addWallet({ username: id, balanceMinor })
  if (points > 0) {
    await world.shop.ledger.execute({ accountId: id, ...commandOf({ type: 'issue', amount: points, ttlDays: 365 }) })
  }
  return await world.shop.order({ username: id, lines: [{ productId: id, quantity }], ...rest })
}

async function carryOut(world: SagaWorld, order: Order, status: string, prepare: (purchaseId: string) => void) {
  const purchaseId = await anOrder(world, order)
  prepare(purchaseId)
  const handle = await world.start(purchaseId, { lane: order.lane ?? 'fast' })
  const result = await handle.result()
  if (result.status !== status) throw new Error(`expected ${status}, got ${result.status}`)
  return handle.workflowId
}

/** A purchase whose workflow is terminated before, or after, its confirmation. */
async function repair(world: SagaWorld, status: 'completed' | 'failed'): Promise<string> {
  const purchaseId = await anOrder(world, {})
  await loseWorkflow(world, purchaseId, status === 'completed' ? 'recordOutcome' : 'chargeWallet')
  const result = await world.client.workflow.execute('repair', {
    workflowId: purchaseWorkflowId(purchaseId),
    taskQueue: world.taskQueue,
    args: [{ purchaseId }],
  })
  if (result.status !== status) throw new Error(`expected ${status}, got ${result.status}`)
  return purchaseWorkflowId(purchaseId)
}

/** A parked award that an operator has booked. */
async function retryAward(world: SagaWorld, lane: Lane): Promise<string> {
  await addCampaign(world, { client: 'UnicornStore', eventType: 'PurchaseCompleted' }, '$.quantity')
  const purchaseId = await anOrder(world, {})
  await loseWorkflow(world, purchaseId, 'awardPoints')
  await parkAward(world.shop.points, { purchaseId }, 'unavailable')
  world.faults.on(purchaseId, 'awardPoints', {})
  const workflowId = awardWorkflowId({ purchaseId })
  const { points } = await world.client.workflow.execute('award', {
    workflowId,
    taskQueue: world.taskQueue,
    args: [{ purchaseId, lane }],
  })
  if (points === 0) throw new Error('nothing was booked')
  await recordOutcome(world.shop.sql, purchaseId, { status: 'completed' })
  return workflowId
}

/** An event of another system that earns five points. */
async function anEvent(world: SagaWorld): Promise<string> {
  const eventId = crypto.randomUUID()
  await addCampaign(world, { client: eventId, eventType: 'Review' }, '$.stars')
  const request = aRequest(eventId)
  const event = {
    type: 'Review',
    client: eventId,
    username: eventId,
    payload: { stars: 5, quantity: 1 },
    actor: 'test',
  }
  await recordExternalEvent(world.shop.sql, request, { eventId, ...event })
  return eventId
}

async function addCampaign(
  world: SagaWorld,
  { client, eventType }: { client: string; eventType: string },
  formula: string,
): Promise<void> {
  const terms = { ...DEFAULT_TERMS, eventTypes: [eventType], rules: [giving(formula)] }
  await addMissingCampaigns(world.shop.sql, [{ client, name: 'replayed', terms }], 'test')
}

async function awardEvent(world: SagaWorld, expected: number, before: Fault['before'] = () => {}): Promise<string> {
  const eventId = await anEvent(world)
  world.faults.on(eventId, 'awardPoints', { before })
  const workflowId = awardWorkflowId({ eventId })
  const { points } = await world.client.workflow.execute('award', {
    workflowId,
    taskQueue: world.taskQueue,
    args: [{ eventId }],
  })
  if (points !== expected) throw new Error(`expected ${expected} points, got ${points}`)
  return workflowId
}

/** The reconciler over an event that nobody carries out. */
async function reconcileEvent(world: SagaWorld): Promise<string> {
  const eventId = await anEvent(world)
  await world.shop.asOwner(
    (sql) => sql`update awards set created_at = now() - interval '2 minutes' where id = ${eventId}`,
  )
  const workflowId = `reconcile-${eventId}`
  const { started } = await world.client.workflow.execute('reconcilePurchases', {
    workflowId,
    taskQueue: world.taskQueue,
  })
  if (started !== 1) throw new Error(`expected ${eventId} to be started, got ${started}`)
  await world.client.workflow.getHandle(awardWorkflowId({ eventId })).result()
  return workflowId
}

/** A purchase that was paid in part with points, given back. */
async function refund(world: SagaWorld): Promise<string> {
  const purchaseId = await anOrder(world, { points: 40, redeemPoints: 30 })
  await (await world.start(purchaseId)).result()
  await world.shop.askForRefund(purchaseId)
  const workflowId = refundWorkflowId(purchaseId)
  await world.client.workflow.execute('refund', { workflowId, taskQueue: world.taskQueue, args: [{ purchaseId }] })
  return workflowId
}

/** Both pieces of a purchase, each given back for itself: the second one is asked for before the first is begun. */
async function refundInParts(world: SagaWorld): Promise<string> {
  const purchaseId = await anOrder(world, { quantity: 2, balanceMinor: 1_200, points: 40, redeemPoints: 31 })
  await (await world.start(purchaseId)).result()
  const lines = await onePieceOf(world, purchaseId)
  await world.stopWorker()
  await world.refund(purchaseId, lines)
  const handle = await world.refund(purchaseId, lines)
  await world.startWorker()
  const { status } = await handle.result()
  if (status !== 'refunded') throw new Error(`expected refunded, got ${status}`)
  return handle.workflowId
}

/** Two pieces, of which the second is given back while the refund of the first is being recorded. */
async function refundAskedAtTheEnd(world: SagaWorld): Promise<string> {
  const purchaseId = await anOrder(world, { quantity: 2, balanceMinor: 1_200 })
  await (await world.start(purchaseId)).result()
  const lines = await onePieceOf(world, purchaseId)
  world.faults.on(purchaseId, 'recordRefunded', {
    after: ({ number }) => (number === 1 ? world.refund(purchaseId, lines) : undefined),
  })
  const handle = await world.refund(purchaseId, lines)
  const { status } = await handle.result()
  if (status !== 'refunded') throw new Error(`expected refunded, got ${status}`)
  return handle.workflowId
}

async function onePieceOf({ shop }: SagaWorld, purchaseId: string) {
  const lines = await shop.sql<{ productId: string }[]>`
    select product_id as "productId" from purchase_lines where purchase_id = ${purchaseId}`
  return lines.map((line) => ({ ...line, quantity: 1 }))
}

/** A sweep over more accounts than one page holds; its first run. */
async function expirePoints(world: SagaWorld, ...args: ExpiryProgress[]) {
  const past = createPointsLedger(world.shop.sql, { clock: async () => '2026-01-01T00:00:00.000Z' })
  for (let member = 0; member < 201; member++) {
    const command = commandOf({ type: 'issue', amount: 1, ttlDays: 1 })
    await world.shop.addUser(`usr_${member}`)
    await past.execute({ accountId: `usr_${member}`, ...command })
  }
  const handle = await world.client.workflow.start('expirePoints', {
    workflowId: `expire-${crypto.randomUUID()}`,
    taskQueue: world.taskQueue,
    args,
  })
  await handle.result()
  return { workflowId: handle.workflowId, runId: handle.firstExecutionRunId }
}

/** The reconciler over a purchase that nobody carries out. */
async function reconcile(world: SagaWorld): Promise<string> {
  const purchaseId = await anOrder(world, {})
  await world.shop.asOwner(
    (sql) => sql`update purchases set updated_at = now() - interval '2 minutes' where id = ${purchaseId}`,
  )
  const workflowId = `reconcile-${purchaseId}`
  const { started } = await world.client.workflow.execute('reconcilePurchases', {
    workflowId,
    taskQueue: world.taskQueue,
  })
  if (started !== 1) throw new Error(`expected ${purchaseId} to be started, got ${started}`)
  await world.client.workflow.getHandle(purchaseWorkflowId(purchaseId)).result()
  return workflowId
}

/** A purchase that is gone from the database: it is listed for operators, one of whom resolves it. */
async function loseOrder(world: SagaWorld): Promise<string> {
  const purchaseId = crypto.randomUUID()
  const workflowId = purchaseWorkflowId(purchaseId)
  const options = { args: [{ purchaseId }], workflowId, taskQueue: world.taskQueue }
  const ended = await (await world.client.workflow.start('purchase', options)).result().then(
    () => 'completed',
    () => 'failed',
  )
  if (ended !== 'failed') throw new Error(`a purchase without a row ${ended}`)
  await resolveDiscrepancy(world.shop.sql, purchaseId, 'recorded', 'test')
  return workflowId
}

/** Books an award that an outage parked. */
async function bookParkedAwards(world: SagaWorld): Promise<string> {
  const purchaseId = await anOrder(world, {})
  await world.shop.confirm(purchaseId)
  await parkAward(world.shop.points, { purchaseId }, UNAVAILABLE)
  await recordOutcome(world.shop.sql, purchaseId, { status: 'completed' })
  const workflowId = `book-${purchaseId}`
  await world.client.workflow.execute('bookParkedAwards', { workflowId, taskQueue: world.taskQueue })
  return workflowId
}

/**
 * Terminates the purchase's workflow when `step` is about to happen, which then fails.
 */
export async function loseWorkflow(world: SagaWorld, purchaseId: string, step: string): Promise<void> {
  const lost = Promise.withResolvers<void>()
  world.faults.on(purchaseId, step, {
    async before(attempt) {
      if (attempt.number === 1) {
        await world.client.workflow.getHandle(purchaseWorkflowId(purchaseId)).terminate('lost on purpose')
        lost.resolve()
      }
      failing(1)(attempt)
    },
  })
  await world.start(purchaseId)
  await lost.promise
}

export function openWorldFor({ impatient }: Scenario): Promise<SagaWorld> {
  return openSagaWorld(impatient ? { workflowInterceptors: [shortPatience] } : {})
}
