import { Client } from '@temporalio/client'
import { type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker'
import { createActivities } from '#activities/create-activities.ts'
import { noteRetries } from '#activities/note-retries.ts'
import { WORKER_FORCE_MS, WORKER_GRACE_MS } from '#config/shutdown.ts'
import { isWorkflowOpen } from '#config/temporal.ts'
import type { Sql } from '#db/client.ts'
import { createPointsLedger } from '#db/points/ledger.ts'
import { TASK_QUEUE } from '#workflows/contract.ts'

export type WorkerParts = Pick<WorkerOptions, 'workflowBundle' | 'interceptors'> & {
  /** Another one than the usual, so that several systems can share one Temporal namespace. */
  taskQueue?: string
  connection: NativeConnection
  namespace: string
  sql: Sql
  /** Lifetime of points, in days. */
  pointsTtlDays: number
}

/** A worker for all workflows and activities. Both shutdown times are set: it ends even when its server is gone. */
export async function createWorker({
  connection,
  namespace,
  sql,
  pointsTtlDays,
  interceptors,
  ...options
}: WorkerParts): Promise<Worker> {
  const client = new Client({ connection, namespace })
  return await Worker.create({
    taskQueue: TASK_QUEUE,
    ...options,
    connection,
    namespace,
    interceptors: { ...interceptors, activity: [noteRetries(sql), ...(interceptors?.activity ?? [])] },
    activities: createActivities({
      sql,
      ledger: createPointsLedger(sql),
      pointsTtlDays,
      isWorkflowOpen: (workflowId) => isWorkflowOpen(client, workflowId),
    }),
    // A heartbeat more often than this waits; its answer tells an activity that it was cancelled.
    maxHeartbeatThrottleInterval: '1 second',
    shutdownGraceTime: WORKER_GRACE_MS,
    shutdownForceTime: WORKER_FORCE_MS,
  })
}
