import { fileURLToPath } from 'node:url'
import { bundleWorkflowCode, Runtime, Worker } from '@temporalio/worker'
import { createActivities } from '#activities/create-activities.ts'
import { runCommand } from '#config/command.ts'
import { resolveConnections } from '#config/connections.ts'
import { readEnvironment } from '#config/environment.ts'
import { createLogger } from '#config/logging.ts'
import { notifyReady, stopRequested } from '#config/shutdown.ts'
import { connectTemporalWorker } from '#config/temporal.ts'
import { readGrantsTakenBack } from '#db/campaigns.ts'
import { openDatabase } from '#db/client.ts'
import { createPointsLedger } from '#ledger/ledger.ts'
import { temporalLogger } from '#worker/create-worker.ts'

/**
 * A worker with default settings for the straightforward purchase, and another for the empty workflow. The latter has the
 * pollers that were measured to be fastest: it stands for the most that the engine can do.
 */
runCommand(async () => {
  const stop = stopRequested()
  const { databaseUrl, temporal } = resolveConnections(readEnvironment())
  const logger = createLogger({ name: 'straightforward', level: 'warn' })
  Runtime.install({
    logger: temporalLogger(logger),
    telemetryOptions: { logging: { forward: {}, filter: { core: 'WARN', other: 'ERROR' } } },
    shutdownSignals: [],
  })
  const connection = await connectTemporalWorker(temporal)
  const sql = openDatabase({ databaseUrl, applicationName: 'straightforward', maxConnections: 20 })
  const ledger = createPointsLedger(sql, { alsoCommits: readGrantsTakenBack })
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('./workflows.ts', import.meta.url)),
    logger: Runtime.instance().logger,
  })
  const options = { connection, namespace: temporal.namespace, workflowBundle, shutdownForceTime: '2 seconds' } as const
  const workers = [
    await Worker.create({
      ...options,
      taskQueue: 'straightforward',
      activities: createActivities({
        sql,
        ledger,
        pointsTtlDays: 365,
        readWorkflow: async () => ({ isOpen: true }),
        startLost: async () => false,
      }),
    }),
    await Worker.create({
      ...options,
      taskQueue: 'empty',
      workflowTaskPollerBehavior: { type: 'autoscaling' },
    }),
  ]
  void stop.then(() => {
    for (const worker of workers) worker.shutdown()
  })
  notifyReady()
  await Promise.all(workers.map((worker) => worker.run()))
  process.exit(0)
})
