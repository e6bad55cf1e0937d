import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConfigurationError, type Environment } from '#config/environment.ts'
import { rotateLog } from '#scripts/platform/log-file.ts'
import { requireFreePorts } from '#scripts/platform/ports.ts'
import type { SpawnedProcess } from '#scripts/platform/server-process.ts'
import { obtainTemporal } from '#scripts/platform/temporal-binary.ts'
import { buildStore } from './build-store.ts'
import { runScript } from './child-process.ts'
import type { Part } from './keep-running.ts'
import { followLog } from './log-follower.ts'
import {
  apiPart,
  apiUrl,
  type PartContext,
  postgresPart,
  serviceEnvironment,
  temporalPart,
  workerPart,
} from './parts.ts'

const ROOT = join(import.meta.dirname, '../..')

/** Takes over a part that was started, to keep it running. */
export type KeepPart = (part: Part, running: SpawnedProcess) => void

/**
 * Starts everything, each part after those it needs.
 *
 * @returns what to tell the user about the system that now runs
 * @throws ConfigurationError if a part cannot be started
 */
export async function startSystem(context: PartContext, keep: KeepPart): Promise<string[]> {
  const { environment, record, say, stopping } = context
  const start = async (part: Part) => {
    stopping.throwIfAborted()
    rotateLog(part.logFile)
    keep(part, await part.start())
  }

  await requireFreePorts(portsOf(environment))
  if (!environment.production) await buildStore({ root: ROOT, say, stopping })
  await startServers(context, start)
  say('preparing the database ...')
  const options = { environment: serviceEnvironment(environment), say, signal: stopping }
  await runScript({ name: 'npm run migrate', script: 'scripts/migrate.ts', ...options })
  await runScript({ name: 'npm run seed', script: 'scripts/seed.ts', ...options })

  say('starting worker and API ...')
  await Promise.all(
    [workerPart(context), apiPart(context)].map(async (part) => {
      await start(part)
      followLog(part.name, part.logFile, say)
    }),
  )
  await untilReady(apiUrl(environment))
  record.update({ state: 'running' })
  return introduction(apiUrl(environment), record.current().urls.webUi)
}

/** Postgres and Temporal: our own, unless the environment names others. */
async function startServers(context: PartContext, start: (part: Part) => Promise<void>): Promise<void> {
  const { environment, record, say, stopping } = context
  const { databaseUrl, migrateDatabaseUrl, temporalAddress, temporalNamespace, temporalUiUrl } = environment
  const program =
    temporalAddress === undefined ? await obtainTemporal(environment, say, { signal: stopping }) : undefined

  if (databaseUrl === undefined) {
    say('starting Postgres ...')
    await start(postgresPart(context))
  } else record.update({ urls: { database: databaseUrl, migrateDatabase: migrateDatabaseUrl ?? databaseUrl } })

  if (program !== undefined) {
    say('starting Temporal ...')
    await start(temporalPart(context, program))
  } else if (temporalAddress !== undefined) {
    record.update({
      temporal: { address: temporalAddress, namespace: temporalNamespace, external: true },
      ...(temporalUiUrl !== undefined && { urls: { webUi: temporalUiUrl } }),
    })
  }
}

function portsOf(environment: Environment) {
  const { host, port, workerHealthPort, temporalAddress, temporalPort, temporalUiPort } = environment
  const ours = [
    { port, variable: 'PORT', host },
    ...(workerHealthPort === undefined ? [] : [{ port: workerHealthPort, variable: 'WORKER_HEALTH_PORT' }]),
  ]
  if (temporalAddress !== undefined) return ours
  const temporal = { port: temporalPort, variable: 'TEMPORAL_PORT' }
  return [...ours, temporal, { port: temporalUiPort, variable: 'TEMPORAL_UI_PORT' }]
}

/** Waits until the API says that it can reach everything it needs. */
async function untilReady(url: string): Promise<void> {
  const deadline = performance.now() + 30_000
  for (;;) {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined)
    if (answer?.ok) return
    if (performance.now() > deadline) {
      const why = answer === undefined ? 'no answer' : await answer.text()
      throw new ConfigurationError(`The API runs, but ${url}/readyz says that it is not ready: ${why}`)
    }
    await sleep(100)
  }
}

function introduction(api: string, webUi: string | undefined): string[] {
  return [
    '',
    'Unicorn Store is running.',
    `  Store            ${api}/store/`,
    `  API              ${api}`,
    `  API reference    ${api}/docs`,
    ...(webUi === undefined ? [] : [`  Temporal Web UI  ${webUi}`]),
    '',
    'Buy a unicorn:',
    `  curl -X POST ${api}/purchase -H 'content-type: application/json' -d '{"userId":"derick","productId":"1","quantity":1}'`,
    '',
    'Ctrl-C stops everything; the data is kept.',
  ]
}
