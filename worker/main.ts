import { Client } from '@temporalio/client'
import { Runtime } from '@temporalio/worker'
import { runCommand } from '#config/command.ts'
import { resolveConnections } from '#config/connections.ts'
import { readEnvironment } from '#config/environment.ts'
import { createLogger } from '#config/logging.ts'
import { DISCONNECT_MS, notifyReady, startUnlessStopped, stopRequested } from '#config/shutdown.ts'
import { connectTemporalWorker } from '#config/temporal.ts'
import { openDatabase, watchHealth } from '#db/client.ts'
import { readStuck } from '#db/stuck.ts'
import { CONNECTIONS, createWorker, loadWorkflowBundle, temporalLogger } from './create-worker.ts'
import { serveHealth } from './health-server.ts'
import { keepTemporalSetUp } from './temporal-setup.ts'

/** `npm run worker`: carries out purchases until it is asked to stop; then finishes what it has begun (config/shutdown.ts). */
runCommand(async () => {
  const stop = stopRequested()
  const environment = readEnvironment()
  const { databaseUrl, temporal } = resolveConnections(environment)
  const logger = createLogger({ name: 'worker', level: environment.logLevel })
  Runtime.install({
    logger: temporalLogger(logger),
    telemetryOptions: { logging: { forward: {}, filter: { core: 'WARN', other: 'ERROR' } } },
    shutdownSignals: [],
  })

  const { connection, sql, worker, health, setUp } = await startUnlessStopped(stop, async () => {
    const { namespace } = temporal
    const connection = await connectTemporalWorker(temporal)
    const sql = openDatabase({ databaseUrl, applicationName: 'unicorn-worker', maxConnections: CONNECTIONS })
    await sql`select 1`
    const watched = { health: watchHealth({ steps: sql }), readStuck: () => readStuck(sql) }
    const health = await serveHealth(watched, environment.workerHealthPort)
    const workflowBundle = await loadWorkflowBundle(environment.production, Runtime.instance().logger)
    const { pointsTtlDays } = environment
    const defaultLane = environment.fastLane ? 'fast' : 'visible'
    const worker = await createWorker({ connection, namespace, sql, pointsTtlDays, defaultLane, workflowBundle })
    const setUp = await keepTemporalSetUp(new Client({ connection, namespace }), logger)
    return { connection, sql, worker, health, setUp }
  })

  const running = worker.run()
  void stop.then((why) => {
    logger.info({ why }, 'stopping')
    setUp.stop()
    worker.shutdown()
  })
  logger.info({ temporal: temporal.address, health: health.url }, 'worker is ready')
  notifyReady()
  try {
    await running
  } finally {
    health.stop()
    await sql.end({ timeout: DISCONNECT_MS / 1000 })
    await connection.close()
  }
  // Whatever the SDK still holds open after its last worker is of no more use.
  process.exit(0)
})
