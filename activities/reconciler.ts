import { setTimeout as sleep } from 'node:timers/promises'
import pLimit from 'p-limit'
import { listPendingEvents, listQuietEvents, type QuietEvent } from '#db/awards.ts'
import type { Sql } from '#db/client.ts'
import { listQuietPurchases, listUnsettledPurchases, type QuietPurchase } from '#db/purchases.ts'
import {
  awardWorkflowId,
  type PurchaseStatus,
  purchaseWorkflowId,
  refundWorkflowId,
  settlingWorkflow,
} from '#domain/purchase.ts'

/** What nobody carries out any more, and the saga that settles it. */
export type LostSaga =
  | { saga: 'purchase' | 'repair' | 'refund'; purchase: QuietPurchase }
  | { saga: 'award'; event: QuietEvent }

export type ReconcilerDependencies = {
  sql: Sql
  /** The workflow of that id, as Temporal has it. `result`: what one that has completed came to. */
  readWorkflow: (workflowId: string) => Promise<{ isOpen: boolean; result?: unknown }>
  /** @returns false when a workflow of its id is open: somebody else has started one since it was read */
  startLost: (lost: LostSaga) => Promise<boolean>
}

/** Where a page begins: purchases and refunds come first, then events of other systems. */
export type ReconcilerCursor = { of: 'purchases' | 'events'; after?: string }

export type ReconciledPage = {
  /** How many sagas were started. */
  started: number
  /** How many could not be asked about or started; the next run tries again. */
  failed?: number
  /** Left out on the last page. */
  next?: ReconcilerCursor
}

/** The reconciler looks at what has been quiet for so long: before that, its workflow may be about to be started. */
const QUIET_SECONDS = 60
/** Small enough to get through between two deaths of workers. */
const PAGE = 100
const DESCRIBED_AT_ONCE = 10

/**
 * Starts a saga for whatever on one page is quiet and has no open workflow. Repeating a page starts nothing twice. One that cannot be
 * started keeps none of the others from it.
 */
export async function reconcilePage(
  deps: ReconcilerDependencies,
  { of, after }: ReconcilerCursor,
  report: Report,
): Promise<ReconciledPage> {
  const quiet = { quietForSeconds: QUIET_SECONDS, limit: PAGE, ...(after !== undefined && { after }) }
  const page = of === 'purchases' ? await quietPurchases(deps.sql, quiet) : await quietEvents(deps.sql, quiet)
  const found = await findLost(deps, page, report)
  const { started, ...startedOf } = await startInTurn(deps, of, found.lost, report)
  const failed = found.failed + startedOf.failed
  const next = nextPage(of, page)
  return { started, ...(failed > 0 && { failed }), ...(next && { next }) }
}

function nextPage(of: ReconcilerCursor['of'], page: Quiet[]): ReconcilerCursor | undefined {
  const last = page.length === PAGE ? page.at(-1) : undefined
  if (last !== undefined) return { of, after: last.id }
  return of === 'purchases' ? { of: 'events' } : undefined
}

export type Report = {
  /** That it is alive, and how far it is. @throws when it is to stop */
  progress: (details: Record<string, number>) => void
  warn: (message: string, details: Record<string, unknown>) => void
}

/** Something quiet: lost, unless `workflowId` is open. `settle` gives what settles it, by what its last workflow came to. */
type Quiet = { id: string; workflowId: string; settle: (result: unknown) => LostSaga }

type Page = { quietForSeconds: number; after?: string; limit: number }

async function quietPurchases(sql: Sql, page: Page): Promise<Quiet[]> {
  return (await listQuietPurchases(sql, page)).map((purchase) => {
    const { purchaseId: id } = purchase
    if (purchase.status === 'refunding')
      return { id, workflowId: refundWorkflowId(id), settle: () => ({ saga: 'refund', purchase }) }
    const settle = (result: unknown): LostSaga => ({
      saga: settlingWorkflow(purchase, result as { status: PurchaseStatus } | undefined),
      purchase,
    })
    return { id, workflowId: purchaseWorkflowId(id), settle }
  })
}

async function quietEvents(sql: Sql, page: Page): Promise<Quiet[]> {
  return (await listQuietEvents(sql, page)).map((event) => {
    const { eventId: id } = event
    return { id, workflowId: awardWorkflowId({ eventId: id }), settle: () => ({ saga: 'award', event }) }
  })
}

/** A saga to start in place of a workflow that is not open. */
type Lost = Pick<Quiet, 'id' | 'workflowId'> & { saga: LostSaga }

async function findLost(
  { readWorkflow }: ReconcilerDependencies,
  page: Quiet[],
  report: Report,
): Promise<{ lost: Lost[]; failed: number }> {
  const limit = pLimit(DESCRIBED_AT_ONCE)
  let described = 0
  const found = await Promise.all(
    page.map((quiet) =>
      limit(() => {
        report.progress({ described: described++, of: page.length })
        return orUndefined(report, quiet, () => readWorkflow(quiet.workflowId))
      }),
    ),
  )
  const lost = page.flatMap(({ settle, ...quiet }, index) => {
    const workflow = found[index]
    return workflow === undefined || workflow.isOpen ? [] : [{ ...quiet, saga: settle(workflow.result) }]
  })
  return { lost, failed: found.filter((workflow) => workflow === undefined).length }
}

/**
 * Sagas that are under way at a time, unless they take longer than `TURN_MS`. Thousands at once would be slower: what Temporal cannot
 * hand to a worker at once it stores, and hands out after what came since.
 */
const TURNS = 10
const TURN_MS = 5_000
const POLL_MS = 20

async function startInTurn(
  { sql, startLost }: ReconcilerDependencies,
  of: ReconcilerCursor['of'],
  lost: Lost[],
  report: Report,
): Promise<{ started: number; failed: number }> {
  const waiting = [...lost]
  const underWay = new Map<string, number>()
  let started = 0
  let failed = 0
  while (waiting.length > 0 || underWay.size > 0) {
    report.progress({ started, of: lost.length })
    const turns = waiting.splice(0, TURNS - underWay.size)
    const answers = await Promise.all(turns.map((one) => orUndefined(report, one, () => startLost(one.saga))))
    for (const [index, answer] of answers.entries()) {
      if (answer === undefined) failed += 1
      if (answer !== true) continue
      started += 1
      underWay.set(turns[index]?.id ?? '', performance.now())
    }
    await sleep(POLL_MS)
    const ids = [...underWay.keys()]
    const open = new Set(await (of === 'purchases' ? listUnsettledPurchases(sql, ids) : listPendingEvents(sql, ids)))
    for (const [id, since] of underWay) if (!open.has(id) || performance.now() - since > TURN_MS) underWay.delete(id)
  }
  return { started, failed }
}

/** The answer about one of them; undefined, and a line in the log, when there is none. */
async function orUndefined<Answer>(
  { warn }: Report,
  { workflowId }: Pick<Quiet, 'workflowId'>,
  ask: () => Promise<Answer>,
): Promise<Answer | undefined> {
  try {
    return await ask()
  } catch (error) {
    warn('the reconciler could not ask about a workflow, or start its saga', { lost: workflowId, error })
    return undefined
  }
}
