import { once } from 'node:events'
import { join } from 'node:path'
import { runCommand } from '#config/command.ts'
import { ConfigurationError, childEnvironment, type Environment, readEnvironment } from '#config/environment.ts'
import type { ProcessIdentity, ProcessName } from '#config/runtime-file.ts'
import { buildStore } from './launcher/build-store.ts'
import { keepRunning, type RuntimeRecord, stopAtOnce, stopInOrder, takeDataDir } from './launcher/supervisor.ts'
import { serveWebUi } from './launcher/web-ui.ts'
import { startPostgresServer } from './platform/postgres.ts'
import { freePort, requireFreePorts, retry, run, type Server, startServer } from './platform/processes.ts'
import { obtainTemporal, startTemporalServer } from './platform/temporal.ts'

const ROOT = join(import.meta.dirname, '..')
const READY_WITHIN_MS = 30_000

/** `npm start`: the whole system on one machine, until Ctrl-C. */
async function main() {
  if (process.platform === 'win32')
    throw new ConfigurationError('"npm start" needs Linux or macOS: use WSL on Windows.')
  const environment = readEnvironment()
  const stop = new AbortController()
  const stopped = once(stop.signal, 'abort')
  stopWhenAsked(environment, stop)
  let failure: unknown
  const fail = (error: unknown) => {
    // Whatever the stop interrupts fails as well: that is no failure.
    if (!stop.signal.aborted) failure = error
    stop.abort()
  }
  const record = await takeDataDir(environment.dataDir, notify)
  // Also after an error of our own no process is left behind.
  process.once('exit', () => stopAtOnce(record.current().processes))

  const starting = startSystem({ environment, record, stopping: stop.signal, fail }).catch(fail)
  await stopped
  if (failure === undefined) notify('stopping ...')
  await starting
  await stopInOrder(record.current().processes)
  record.remove()
  if (failure !== undefined) throw failure
  notify(`stopped; the data is kept in ${environment.dataDir}`)
  process.exit(0)
}

/**
 * Stops at Ctrl-C, at `kill`, and when the terminal is closed. npm passes signals on, but cannot when it is killed with
 * SIGKILL: under npm, the end of the parent stops us, too.
 */
function stopWhenAsked({ underNpm }: Environment, stop: AbortController): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort())
  // Output to a closed terminal fails; that must not end us before everything else has ended.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  const parent = process.ppid
  if (underNpm) setInterval(() => process.ppid === parent || stop.abort(), 100).unref()
}

interface Launch {
  readonly environment: Environment
  readonly record: RuntimeRecord
  /** Aborted when the system is to stop. */
  readonly stopping: AbortSignal
  /** Called when a part that was started cannot be kept running. */
  readonly fail: (error: unknown) => void
}

/**
 * Starts everything, each part after those it needs, and prints what runs where.
 *
 * @throws ConfigurationError if a part cannot be started
 */
async function startSystem(launch: Launch): Promise<void> {
  const { environment, record, stopping } = launch
  const { dataDir, databaseUrl, temporalAddress, temporalNamespace, temporalUiUrl, host, port } = environment
  await requireFreePorts(portsOf(environment))
  if (!environment.production) await buildStore({ root: ROOT, notify, stopping })
  const program = temporalAddress ? '' : await obtainTemporal(environment, notify, { signal: stopping })

  if (databaseUrl === undefined) await startPostgres(launch)
  else
    record.update({ urls: { database: databaseUrl, migrateDatabase: environment.migrateDatabaseUrl ?? databaseUrl } })
  if (temporalAddress === undefined) await startTemporal(launch, program)
  else
    record.update({
      temporal: { address: temporalAddress, namespace: temporalNamespace, external: true },
      urls: { webUi: temporalUiUrl },
    })

  notify('preparing the database ...')
  for (const name of ['migrate', 'seed']) {
    const options = { env: childEnvironment({ DATA_DIR: dataDir }), signal: stopping }
    const printed = await run(process.execPath, [join(ROOT, `scripts/${name}.ts`)], options).catch(asConfigurationError)
    notify(printed.trim())
  }
  notify('starting worker and API ...')
  const healthPort = environment.workerHealthPort ?? (await freePort())
  await Promise.all([
    startService(launch, 'worker', healthPort, { WORKER_HEALTH_PORT: String(healthPort) }),
    startService(launch, 'api', port),
  ])

  const api = `http://${host.includes(':') ? `[${host.replace(/[[\]]/g, '')}]` : host}:${port}`
  await retry(() => requireReady(`${api}/readyz`), READY_WITHIN_MS, stopping).catch(asConfigurationError)
  record.update({ state: 'running', urls: { api } })
  notify(introduction(environment, api, record.current().urls.webUi))
}

function portsOf({ host, port, workerHealthPort, temporalAddress, temporalPort, temporalUiPort }: Environment) {
  const temporal = [
    { port: temporalPort, variable: 'TEMPORAL_PORT' },
    { port: temporalUiPort, variable: 'TEMPORAL_UI_PORT' },
  ]
  return [
    { port, variable: 'PORT', host },
    ...(workerHealthPort === undefined ? [] : [{ port: workerHealthPort, variable: 'WORKER_HEALTH_PORT' }]),
    ...(temporalAddress === undefined ? temporal : []),
  ]
}

/** Our own Postgres, which gets the same port whenever it is started again. */
async function startPostgres(launch: Launch): Promise<void> {
  const { environment, record } = launch
  const { dataDir } = environment
  notify('starting Postgres ...')
  await startPart(launch, async () => {
    const port = await freePort(record.current().processes.postgres?.port)
    const server = await startPostgresServer({ dataDir, ...partOptions(launch, 'postgres', port) })
    record.update({ urls: { database: server.databaseUrl, migrateDatabase: server.migrateDatabaseUrl } })
    return server
  })
}

/** Our own Temporal dev server, and the proxy in front of its Web UI. */
async function startTemporal(launch: Launch, program: string): Promise<void> {
  const { dataDir, temporalPort, temporalUiPort, temporalNamespace: namespace } = launch.environment
  notify('starting Temporal ...')
  const uiPort = await freePort()
  const webUi = await serveWebUi(temporalUiPort, uiPort)
  launch.stopping.addEventListener('abort', () => webUi.close())
  const options = { program, uiPort, namespace, stateFolder: join(dataDir, 'temporal') }
  await startPart(launch, () => startTemporalServer({ ...options, ...partOptions(launch, 'temporal', temporalPort) }))
  launch.record.update({
    temporal: { address: `127.0.0.1:${temporalPort}`, namespace, external: false },
    urls: { webUi: `http://127.0.0.1:${temporalUiPort}` },
  })
}

/** A process of ours finds the others through the runtime file, and ends when its IPC channel closes because we were killed. */
async function startService(launch: Launch, name: 'worker' | 'api', port: number, variables = {}): Promise<void> {
  const command = {
    ...partOptions(launch, name, port),
    name,
    program: process.execPath,
    args: [join(ROOT, name, 'main.ts')],
    variables: { DATA_DIR: launch.environment.dataDir, ...variables },
  }
  await startPart(launch, () => startServer(command))
}

/** What all parts have in common. Each process is recorded as soon as it exists, so it is stopped whatever happens next. */
function partOptions({ environment, record, stopping }: Launch, name: ProcessName, port: number) {
  return {
    port,
    logFile: join(environment.dataDir, 'logs', `${name}.log`),
    onSpawn: (identity: ProcessIdentity) => record.update({ processes: { [name]: { ...identity, port } } }),
    stopping,
  }
}

/** Starts a part, and from then on keeps it running. */
async function startPart({ stopping, fail }: Launch, start: () => Promise<Server>): Promise<void> {
  void keepRunning(await start(), start, { notify, stopping }).catch(fail)
}

async function requireReady(url: string): Promise<void> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) })
  if (!answer.ok) throw new Error(`The API runs, but ${url} answers that it is not ready: ${await answer.text()}`)
}

function asConfigurationError({ message }: Error): never {
  throw new ConfigurationError(message)
}

function introduction({ dataDir, auth }: Environment, api: string, webUi: string | undefined): string {
  const token = auth === undefined ? '' : ` -H "Authorization: Bearer $TOKEN"`
  return `
Unicorn Store is running.
  Store            ${api}/store/
  API              ${api}
  API reference    ${api}/docs
${webUi === undefined ? '' : `  Temporal Web UI  ${webUi}\n`}  Logs             ${join(dataDir, 'logs')}

Buy a unicorn:
  curl -X POST ${api}/purchase${token} -H 'content-type: application/json' -d '{"userId":"derick","productId":"1","quantity":1}'
${auth === undefined ? '' : AUTH_IS_ON}
Ctrl-C stops everything; the data is kept.`
}

const AUTH_IS_ON = `
Auth is on: TOKEN is an access token, such as "npm run token" makes. The store has no sign-in yet.
`

function notify(line: string): void {
  console.log(line)
}

if (import.meta.main) runCommand(main)
