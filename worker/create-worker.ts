import { existsSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from '@temporalio/client'
import {
  bundleWorkflowCode,
  DefaultLogger,
  type NativeConnection,
  type LogLevel as TemporalLevel,
  type Logger as TemporalLogger,
  Worker,
  type WorkerOptions,
  type WorkflowBundleOption,
} from '@temporalio/worker'
import { createActivities } from '#activities/create-activities.ts'
import { type AroundActivity, noteRetries } from '#activities/purchases.ts'
import type { LostSaga } from '#activities/reconciler.ts'
import { runCommand } from '#config/command.ts'
import { ConfigurationError } from '#config/environment.ts'
import type { Logger } from '#config/logging.ts'
import { WORKER_FORCE_MS, WORKER_GRACE_MS } from '#config/shutdown.ts'
import { readWorkflow, startUnlessOpen } from '#config/temporal.ts'
import { readGrantsTakenBack } from '#db/campaigns.ts'
import type { Sql } from '#db/client.ts'
import type { Lane } from '#domain/purchase.ts'
import { createPointsLedger } from '#ledger/ledger.ts'
import { awardStart, purchaseStart, refundStart, repairStart, type SagaStart, TASK_QUEUE } from '#workflows/contract.ts'

export type WorkerParts = Pick<WorkerOptions, 'workflowBundle'> & {
  /** Another one than the usual, so that several systems can share one Temporal namespace. */
  taskQueue?: string
  connection: NativeConnection
  namespace: string
  sql: Sql
  /** Lifetime of points, in days. */
  pointsTtlDays: number
  /** How purchases and awards are carried out that the reconciler starts. */
  defaultLane?: Lane
  /** What else runs around each activity, inside of what always does. */
  around?: readonly AroundActivity[]
}

/** Connections to the database of a worker process: as many as an API has. */
export const CONNECTIONS = 20

/** A worker for all workflows and activities. Both shutdown times are set: it ends even when its server is gone. */
export async function createWorker({
  connection,
  namespace,
  sql,
  pointsTtlDays,
  taskQueue = TASK_QUEUE,
  defaultLane = 'fast',
  around = [],
  ...options
}: WorkerParts): Promise<Worker> {
  const client = new Client({ connection, namespace })
  const inTime = <Answer>(request: () => Promise<Answer>) =>
    client.withDeadline(Date.now() + REQUEST_TIMEOUT_MS, request)
  return await Worker.create({
    ...options,
    taskQueue,
    connection,
    namespace,
    activities: createActivities(
      {
        sql,
        ledger: createPointsLedger(sql, { alsoCommits: readGrantsTakenBack }),
        pointsTtlDays,
        readWorkflow: (workflowId) => inTime(() => readWorkflow(client, workflowId)),
        startLost: (lost) => {
          const { workflowType, ...start } = startOf(lost, defaultLane)
          return inTime(() => startUnlessOpen(client, workflowType, { taskQueue, ...start }))
        },
      },
      [noteRetries(sql), ...around],
    ),
    // Of the default pollers only a fifth look for workflows that are new: under load some of those waited for seconds.
    workflowTaskPollerBehavior: { type: 'autoscaling' },
    activityTaskPollerBehavior: { type: 'autoscaling' },
    // Together as many as there are connections: each uses one at a time, and would wait for it while its time runs.
    maxConcurrentLocalActivityExecutions: CONNECTIONS / 2,
    maxConcurrentActivityTaskExecutions: CONNECTIONS / 2,
    // A heartbeat more often than this waits; its answer tells an activity that it was cancelled.
    maxHeartbeatThrottleInterval: '1 second',
    shutdownGraceTime: WORKER_GRACE_MS,
    shutdownForceTime: WORKER_FORCE_MS,
  })
}

/** How long Temporal may take to answer the reconciler about one workflow; the SDK retries within this time. */
const REQUEST_TIMEOUT_MS = 5_000

/** With the input that the API gives; nobody waits to watch it any more, so without slow motion. */
function startOf(lost: LostSaga, lane: Lane): SagaStart {
  switch (lost.saga) {
    case 'purchase':
      return purchaseStart(lost.purchase, { lane })
    case 'refund':
      return refundStart(lost.purchase)
    case 'repair':
      return repairStart(lost.purchase, 'its workflow was lost')
    case 'award': {
      const { eventId, userId } = lost.event
      return awardStart({ eventId, lane }, userId)
    }
  }
}

export const WORKFLOWS_PATH = fileURLToPath(new URL('../workflows/index.ts', import.meta.url))
const PREBUILT_PATH = fileURLToPath(new URL('../dist/workflow-bundle.js', import.meta.url))

/**
 * The code of all workflows as one script. In production it was built beforehand (`npm run bundle`), so that every worker
 * of a release runs the very same code and starts at once; elsewhere it is built now, from the sources as they are.
 *
 * @throws ConfigurationError in production without a prebuilt bundle
 */
export async function loadWorkflowBundle(production: boolean, logger: TemporalLogger): Promise<WorkflowBundleOption> {
  if (!production) return await bundleWorkflowCode({ workflowsPath: WORKFLOWS_PATH, logger })
  if (existsSync(PREBUILT_PATH)) return { codePath: PREBUILT_PATH }
  throw new ConfigurationError(
    `NODE_ENV is production, but the workflow bundle ${PREBUILT_PATH} is missing: build it with "npm run bundle".`,
  )
}

/** Writes the bundle where production workers expect it. @returns its path */
export async function buildWorkflowBundle(logger: TemporalLogger): Promise<string> {
  const { code } = await bundleWorkflowCode({ workflowsPath: WORKFLOWS_PATH, logger })
  await mkdir(dirname(PREBUILT_PATH), { recursive: true })
  // In one step: workers may be about to read it.
  const draft = `${PREBUILT_PATH}.${process.pid}`
  await writeFile(draft, code)
  await rename(draft, PREBUILT_PATH)
  return PREBUILT_PATH
}

const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const satisfies Record<
  TemporalLevel,
  string
>

/**
 * Sends what the SDK, workflows and activities log to ours, as structured lines that name the purchase or event, and the reason
 * of an error (`err`, which is written with message and stack).
 */
export function temporalLogger(logger: Logger): DefaultLogger {
  return new DefaultLogger('TRACE', ({ level, message, meta }) => {
    const { error, ...rest } = meta ?? {}
    logger[LEVELS[level]](
      { ...rest, ...subjectOf(meta?.workflowId), ...(error !== undefined && { err: error }) },
      message,
    )
  })
}

/** What a workflow is about, by its id: see `purchaseWorkflowId` and its neighbours. */
function subjectOf(workflowId: unknown): { purchaseId: string } | { eventId: string } | undefined {
  if (typeof workflowId !== 'string') return undefined
  const [, kind, id] = /^(purchase|refund|award|award-event)-([0-9a-f-]{36})$/.exec(workflowId) ?? []
  if (id === undefined) return undefined
  return kind === 'award-event' ? { eventId: id } : { purchaseId: id }
}

/** `npm run bundle`: what a production image needs before its workers start. */
if (import.meta.main) {
  runCommand(async () => {
    const path = await buildWorkflowBundle(new DefaultLogger('WARN'))
    process.stdout.write(`Workflow bundle written to ${path}\n`)
  })
}
