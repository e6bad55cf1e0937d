import { Client, WorkflowFailedError, type WorkflowHandle } from '@temporalio/client'
import { ApplicationFailure } from '@temporalio/common'
import type postgres from 'postgres'
import { afterAll, afterEach, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import type { AuditReport } from '#db/audit.ts'
import { listDiscrepancies, resolveDiscrepancy } from '#db/discrepancies.ts'
import { requestCancel } from '#db/purchases.ts'
import { PURCHASE_STEPS, purchaseWorkflowId, refundWorkflowId } from '#domain/purchase.ts'
import { openMoments } from '#test/support/earlier-moment.ts'
import { runEntryPoint } from '#test/support/entry-point.ts'
import { openInstallation } from '#test/support/installation.ts'
import { commandOf } from '#test/support/points-ledger.ts'
import { openSagaWorld, type SagaWorld } from '#test/support/saga-world.ts'
import { TASK_QUEUE } from '#workflows/contract.ts'

/**
 * Commits can be lost: with a failover to a replica that lagged, or by a restore, the database stands where it stood at an earlier
 * moment, while the workflow goes on. Whatever the moment, and wherever the workflow is by then, each saga ends: settled, with books
 * that are right, or listed for operators.
 */

let world: SagaWorld
let moments: ReturnType<typeof openMoments>
let clean: () => Promise<void>

beforeAll(async () => {
  world = await openSagaWorld()
  moments = openMoments(world.shop.databaseUrl)
  clean = await moments.remember()
})
afterEach(() => clean())
afterAll(async () => {
  await moments.close()
  await world.close()
})

const NO_ORDER = 'before the order'
const ORDERED = 'the order'
/** Once the workflow has ended. */
const END = 'the end'

type Saga = {
  /** Moments in their order; those after `ORDERED` are those after the activity of that name, or after `begin`. */
  path: readonly string[]
  /** Before which of them the database goes back. */
  strikes: readonly string[]
  /** The moment from which on what is left is enough to settle it. */
  settlesFrom: string
  ends: string
  prepare?: (purchaseId: string) => void
  start: (purchaseId: string, remember: (moment: string) => Promise<void>) => Promise<WorkflowHandle>
  /** What somebody does who finds it unfinished once the workflow has ended. */
  again: (purchaseId: string) => Promise<WorkflowHandle>
}

const UNDO = ['beginCompensation', 'undoCharge', 'undoRedemption', 'releaseStock', 'recordOutcome']
const REFUND = ['takeBackAward', 'returnPoints', 'returnStock', 'returnMoney', 'recordRefunded']

function run(workflow: string, workflowId: string, purchaseId: string): Promise<WorkflowHandle> {
  const { taskQueue } = world
  // As the API does: a refund is started for the one that was accepted.
  const args = [{ purchaseId, ...(workflow === 'refund' && { refund: 1 }) }]
  return world.client.workflow.start(workflow, { workflowId, taskQueue, args })
}
const repair = (purchaseId: string) => run('repair', purchaseWorkflowId(purchaseId), purchaseId)

function purchase(lane: 'fast' | 'visible'): Saga {
  return {
    path: [...PURCHASE_STEPS, 'recordOutcome'],
    strikes: [...PURCHASE_STEPS, 'recordOutcome', END],
    settlesFrom: ORDERED,
    ends: 'completed|failed',
    start: (purchaseId) => world.start(purchaseId, { lane }),
    again: repair,
  }
}

const sagas: Record<string, Saga> = {
  'a purchase in the fast lane': purchase('fast'),
  'a purchase step by step': purchase('visible'),
  'a purchase that is being undone': {
    path: ['reserveStock', 'redeemPoints', 'chargeWallet', ...UNDO],
    strikes: [...UNDO, END],
    settlesFrom: ORDERED,
    ends: 'cancelled|failed',
    prepare: (purchaseId) =>
      world.faults.on(purchaseId, 'confirmPurchase', {
        before: () => requestCancel(world.shop.sql, purchaseId, 'test'),
      }),
    start: (purchaseId) => world.start(purchaseId, { lane: 'visible' }),
    again: repair,
  },
  'a refund': {
    path: ['confirmPurchase', 'recordOutcome', 'openRefund', ...REFUND],
    strikes: [...REFUND, END],
    settlesFrom: 'openRefund',
    ends: 'refunded',
    start: async (purchaseId, remember) => {
      await (await world.start(purchaseId, { lane: 'visible' })).result()
      await world.shop.askForRefund(purchaseId)
      await remember('openRefund')
      return await run('refund', refundWorkflowId(purchaseId), purchaseId)
    },
    again: (purchaseId) => run('refund', refundWorkflowId(purchaseId), purchaseId),
  },
}

/** Every moment, and every later step before which the database may go back to it. */
function lossesOf({ path, strikes, settlesFrom }: Saga) {
  const all = [NO_ORDER, ORDERED, ...path, END]
  return strikes.flatMap((strike) =>
    // Of the last step before it nothing is lost yet.
    all.slice(0, all.lastIndexOf(strike) - 1).map((moment) => ({
      moment,
      strike,
      settles: all.indexOf(moment) >= all.indexOf(settlesFrom),
    })),
  )
}

describe.each(Object.entries(sagas))('%s', (_name, saga) => {
  test.each(lossesOf(saga))('that loses all since $moment, before $strike: settles $settles', async (loss) => {
    const { shop } = world
    const order = await aBuyer()
    let goBack = async () => {}
    const remember = async (moment: string) => {
      if (moment === loss.moment) goBack = await moments.remember()
    }
    await remember(NO_ORDER)
    const purchaseId = await order()
    await remember(ORDERED)
    saga.prepare?.(purchaseId)
    for (const activity of new Set([...saga.path, loss.strike])) {
      const [isMoment, isStrike] = [activity === loss.moment, activity === loss.strike]
      // What a refund does after the purchase was paid with points has the same name as what an undo does.
      if (isMoment || isStrike) {
        world.faults.on(purchaseId, activity, {
          before: async ({ number }) => void (isStrike && number === 1 && (await goBack())),
          after: async ({ number }) => void (isMoment && number === 1 && (await remember(activity))),
        })
      }
    }

    let ended = await endOf(await saga.start(purchaseId, remember))
    if (loss.strike === END) {
      await goBack()
      ended = await endOf(await saga.again(purchaseId))
    }

    const listed = await listDiscrepancies(shop.sql, { limit: 10 })
    const broken = (await shop.brokenInvariants()).map(({ violations }) => violations)
    if (loss.settles) {
      expect(ended).toBe('ended')
      expect((await shop.purchase(purchaseId)).status).toMatch(new RegExp(`^(${saga.ends})$`))
      expect([listed, broken]).toEqual([[], []])
    } else {
      expect(ended).toBe('BooksDisagree')
      expect(listed).toMatchObject([{ id: purchaseId, problem: expect.stringContaining(purchaseId) }])
      expect(broken).toEqual([[expect.objectContaining({ id: purchaseId })]])
      await resolveDiscrepancy(shop.sql, purchaseId, 'restored by hand', 'test')
      expect(await shop.brokenInvariants()).toEqual([])
    }
  })
})

test('a purchase that is lost is named by the audit that asks Temporal, also when its workflow had ended before', async () => {
  const { shop, namespace, apis, buy, close } = await openInstallation()
  const itsMoments = openMoments(shop.databaseUrl)
  onTestFinished(async () => {
    await itsMoments.close()
    await close()
  })
  const [api = ''] = apis
  const productId = await shop.addProduct({ priceMinor: 600, stock: 2 })
  const userId = await shop.addWallet({ balanceMinor: 1_000 })
  const goBack = await itsMoments.remember()
  expect((await buy(api, { userId, productId })).status).toBe(200)
  const audited = async () => {
    const changes = {
      DATABASE_URL: shop.databaseUrl,
      TEMPORAL_ADDRESS: inject('temporalAddress'),
      TEMPORAL_NAMESPACE: namespace,
    }
    const { code, out } = await runEntryPoint('scripts/audit.ts', changes, ['--with-temporal'])
    const { invariants } = JSON.parse(out) as AuditReport
    return { code, violations: invariants.flatMap(({ violations }) => violations) }
  }
  await expect.poll(audited).toEqual({ code: 0, violations: [] })

  // One that is gone while it is carried out is listed; an operator who resolves that has said all that there is to say.
  const gone = crypto.randomUUID()
  const client = new Client({ connection: world.client.connection, namespace })
  const options = { workflowId: purchaseWorkflowId(gone), taskQueue: TASK_QUEUE, args: [{ purchaseId: gone }] }
  expect(await endOf(await client.workflow.start('purchase', options))).toBe('BooksDisagree')
  await expect.poll(audited).toMatchObject({ code: 1, violations: [{ id: gone }, { purchase: gone }] })
  await resolveDiscrepancy(shop.sql, gone, 'settled by letter', 'test')
  expect(await audited()).toEqual({ code: 0, violations: [] })

  await goBack()
  expect(await audited()).toMatchObject({ code: 1, violations: [{ database: 'unknown' }, { database: 'unknown' }] })
})

/** @returns orders something that is paid in money and in points */
async function aBuyer(): Promise<() => Promise<string>> {
  const { shop } = world
  const productId = await shop.addProduct({ priceMinor: 600, stock: 2 })
  const username = await shop.addWallet({ balanceMinor: 1_000 })
  await shop.ledger.execute({ accountId: username, ...commandOf({ type: 'issue', amount: 40, ttlDays: 365 }) })
  return () => shop.order({ username, lines: [{ productId, quantity: 1 }], redeemPoints: 30 })
}

/** How the workflow ended; that it does is what all of this is about. */
async function endOf(handle: WorkflowHandle): Promise<string> {
  try {
    await handle.result()
    return 'ended'
  } catch (error) {
    const failure = error instanceof WorkflowFailedError ? error.cause : error
    if (failure instanceof ApplicationFailure) return failure.type ?? ''
    throw error
  }
}

/** Takes one row, or all of a kind, of a purchase away, and leaves everything else as it is: what no failover does, and a hand may. */
type Gone = [row: string, remove: (sql: postgres.TransactionSql, purchaseId: string) => Promise<unknown>]

const answerOf = (step: string): Gone => [
  `the answer of ${step}`,
  (sql, id) => sql`delete from saga_steps where key = ${`${id}/${step}`}`,
]
const gone: Gone[] = [
  ['its lines', (sql, id) => sql`delete from purchase_lines where purchase_id = ${id}`],
  answerOf('reserveStock'),
  answerOf('chargeWallet'),
  answerOf('confirmPurchase'),
  ['its reservation', (sql, id) => sql`delete from stock_reservations where purchase_id = ${id}`],
  ['its wallet entries', (sql, id) => sql`delete from wallet_entries where reference = ${id}`],
  ['its points events', (sql, id) => sql`delete from points_events where reference = ${id}`],
  ['its answers at the points ledger', (sql, id) => sql`delete from points_commands where key like ${`${id}/%`}`],
  ['its award', (sql, id) => sql`delete from awards where id = ${id}`],
  [
    'its wallet',
    (sql, id) => sql`delete from wallets where user_id = (select user_id from purchases where id = ${id})`,
  ],
  [
    'its product',
    (sql, id) =>
      sql`delete from products where id in (select product_id from purchase_lines where purchase_id = ${id})`,
  ],
]

/**
 * Carries out a purchase and its refund, of which something is gone from before a step on.
 *
 * @returns how it ended, and whether the audit has something against it
 */
async function endWithout(remove: Gone[1], strike: string): Promise<string> {
  await clean()
  const { shop } = world
  const purchaseId = await (await aBuyer())()
  world.faults.on(purchaseId, strike, {
    before: ({ number }) => (number === 1 ? moments.tamper((sql) => remove(sql, purchaseId)) : undefined),
  })
  let ended = await endOf(await world.start(purchaseId, { lane: 'visible' }))
  if (ended === 'ended' && (await shop.purchase(purchaseId)).status === 'completed') {
    await shop.askForRefund(purchaseId)
    ended = await endOf(await run('refund', refundWorkflowId(purchaseId), purchaseId))
  }
  const listed = await listDiscrepancies(shop.sql, { limit: 10 })
  const broken = await shop.brokenInvariants()
  expect(listed).toHaveLength(ended === 'ended' ? 0 : 1)
  expect(broken.filter(({ name }) => name.includes('waits for an operator'))).toHaveLength(listed.length)
  const { status } = await shop.purchase(purchaseId)
  return `${status}${listed.length > 0 ? ', listed' : ''}${broken.length > listed.length ? ', audit' : ''}`
}

/**
 * How a purchase and its refund end by the step before which the row is gone: settled, listed for operators, or settled while the
 * audit has something against the books. Where it is `refunded`, and nothing else, nobody needed the row any more, or it was not there yet.
 */
const ENDS: Record<string, Record<string, string>> = {
  'its lines': {
    failed: 'reserveStock',
    'refunding, listed': 'recordOutcome takeBackAward returnPoints returnStock returnMoney recordRefunded',
    'running, listed': 'redeemPoints chargeWallet confirmPurchase awardPoints',
  },
  'the answer of reserveStock': {
    'failed, audit': 'redeemPoints chargeWallet confirmPurchase',
    refunded:
      'reserveStock awardPoints recordOutcome takeBackAward returnPoints returnStock returnMoney recordRefunded',
  },
  'the answer of chargeWallet': {
    'failed, audit': 'confirmPurchase',
    refunded:
      'reserveStock redeemPoints chargeWallet awardPoints recordOutcome takeBackAward returnPoints returnStock returnMoney recordRefunded',
  },
  'the answer of confirmPurchase': {
    'compensating, listed': 'awardPoints recordOutcome',
    refunded:
      'reserveStock redeemPoints chargeWallet confirmPurchase takeBackAward returnPoints returnStock returnMoney recordRefunded',
  },
  'its reservation': {
    'compensating, listed, audit': 'redeemPoints chargeWallet confirmPurchase',
    refunded: 'reserveStock',
    'refunded, audit': 'recordRefunded',
    'refunding, listed': 'recordOutcome takeBackAward returnPoints returnStock returnMoney',
    'running, listed': 'awardPoints',
  },
  'its wallet entries': {
    refunded: 'reserveStock redeemPoints chargeWallet',
    'refunded, audit':
      'confirmPurchase awardPoints recordOutcome takeBackAward returnPoints returnStock returnMoney recordRefunded',
  },
  'its points events': {
    'compensating, listed, audit': 'chargeWallet confirmPurchase',
    refunded: 'reserveStock redeemPoints',
    'refunded, audit': 'returnStock returnMoney recordRefunded',
    'refunding, listed, audit': 'awardPoints recordOutcome takeBackAward returnPoints',
  },
  'its answers at the points ledger': {
    'failed, audit': 'chargeWallet confirmPurchase',
    refunded: 'reserveStock redeemPoints returnStock returnMoney',
    'refunded, audit': 'awardPoints recordOutcome takeBackAward returnPoints',
    'refunding, listed': 'recordRefunded',
  },
  'its award': {
    refunded: 'reserveStock redeemPoints chargeWallet confirmPurchase',
    'refunded, audit': 'returnPoints returnStock returnMoney recordRefunded',
    'refunding, listed': 'takeBackAward',
    'running, listed': 'awardPoints recordOutcome',
  },
  'its wallet': {
    failed: 'reserveStock redeemPoints chargeWallet',
    refunded: 'recordRefunded',
    'refunding, listed': 'confirmPurchase awardPoints recordOutcome takeBackAward returnPoints returnStock returnMoney',
  },
  'its product': {
    failed: 'reserveStock',
    'compensating, listed': 'redeemPoints chargeWallet confirmPurchase',
    refunded: 'returnMoney recordRefunded',
    'refunding, listed': 'awardPoints recordOutcome takeBackAward returnPoints returnStock',
  },
}

describe('a purchase, and its refund, that find a row gone', () => {
  test.each(gone)(
    'without %s end all the same, and are listed, or settled as far as the audit says',
    async (row, remove) => {
      const ends: Record<string, string> = {}
      for (const strike of [...PURCHASE_STEPS, 'recordOutcome', ...REFUND]) {
        const how = await endWithout(remove, strike)
        ends[how] = `${ends[how] === undefined ? '' : `${ends[how]} `}${strike}`
      }
      expect(ends).toEqual(ENDS[row])
    },
  )
})
