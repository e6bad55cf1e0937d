import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { runCommand } from '#config/command.ts'
import { ConfigurationError, type Environment, readEnvironment } from '#config/environment.ts'
import { STOP_STARTING_MS } from '#config/shutdown.ts'
import { buildStore } from './launcher/build-store.ts'
import {
  apiPart,
  keepRunning,
  type Part,
  type PartContext,
  postgresPart,
  serviceEnvironment,
  stopAtOnce,
  stopInOrder,
  takeDataDir,
  temporalPart,
  workerPart,
} from './launcher/supervisor.ts'
import { requireFreePorts } from './platform/processes.ts'
import { obtainTemporal } from './platform/temporal.ts'

const ROOT = join(import.meta.dirname, '..')

/** `npm start`: the whole system on one machine, until Ctrl-C. */
async function main() {
  if (process.platform === 'win32')
    throw new ConfigurationError('"npm start" needs Linux or macOS: use WSL on Windows.')
  const environment = readEnvironment()
  const stop = listenForStop(environment)
  const record = await takeDataDir(environment.dataDir, say)
  // Whatever ends us, short of SIGKILL, leaves no process behind.
  process.once('exit', () => stopAtOnce(record.current().processes))

  const lost = Promise.withResolvers<never>()
  const starting = startSystem({ environment, record, say, stopping: stop.signal }, lost.reject)
  let failure: unknown
  try {
    await Promise.race([starting.then((introduction) => introduction.forEach(say)), stop.requested, lost.promise])
    await Promise.race([stop.requested, lost.promise])
  } catch (error) {
    if (!stop.signal.aborted) failure = error
  }
  record.update({ state: 'stopping' })
  if (Object.keys(record.current().processes).length > 0) say('stopping ...')
  stop.request()
  // Whatever is being started gives up now, but for initdb, which ends by itself in this time. What runs is stopped meanwhile,
  const givenUp = Promise.race([starting.catch(() => {}), sleep(STOP_STARTING_MS)])
  await Promise.all([givenUp, stopInOrder(record.current().processes)])
  // and last what came on record only after that.
  await stopInOrder(record.current().processes)
  record.remove()
  if (failure !== undefined) throw failure
  say(`stopped; the data is kept in ${environment.dataDir}`)
  process.exit(0)
}

/** How often to look whether the parent still lives. */
const PARENT_CHECK_MS = 100

/**
 * Listens for Ctrl-C, `kill`, and a terminal that is closed. Under npm it also listens for npm's end: npm passes signals
 * on, but cannot when it is killed hard, and nobody would be left who knows of us.
 */
function listenForStop({ underNpm }: Environment) {
  const controller = new AbortController()
  const request = () => controller.abort()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, request)
  // A terminal that is closed must not end us before everything else has ended.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  if (underNpm) {
    const parent = process.ppid
    setInterval(() => process.ppid === parent || request(), PARENT_CHECK_MS).unref()
  }
  return { signal: controller.signal, requested: once(controller.signal, 'abort'), request }
}

/**
 * Starts everything, each part after those it needs.
 *
 * @param lost called when a part cannot be kept running
 * @returns what to tell the user about the system that now runs
 * @throws ConfigurationError if a part cannot be started
 */
async function startSystem(context: PartContext, lost: (error: unknown) => void): Promise<string[]> {
  const { environment, record, stopping } = context
  const start = async (part: Part) => {
    stopping.throwIfAborted()
    const running = await part.start()
    void keepRunning(part, running, context).catch(lost)
  }
  await requireFreePorts(portsOf(environment))
  if (!environment.production) await buildStore({ root: ROOT, say, stopping })
  await startServers(context, start)
  say('preparing the database ...')
  await runScript('migrate', context)
  await runScript('seed', context)
  say('starting worker and API ...')
  await Promise.all([workerPart(context), apiPart(context)].map(start))
  const { host, port } = environment
  const api = `http://${host.includes(':') ? `[${host.replace(/[[\]]/g, '')}]` : host}:${port}`
  await untilReady(api, stopping)
  record.update({ state: 'running', urls: { api } })
  return introduction(environment, api, record.current().urls.webUi)
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

/** Postgres and Temporal: our own, unless the environment names others. */
async function startServers(context: PartContext, start: (part: Part) => Promise<void>): Promise<void> {
  const { environment, record, stopping } = context
  const { databaseUrl, migrateDatabaseUrl, temporalAddress, temporalNamespace, temporalUiUrl } = environment
  const program = temporalAddress === undefined ? await obtainTemporal(environment, say, { signal: stopping }) : ''

  if (databaseUrl === undefined) {
    say('starting Postgres ...')
    await start(postgresPart(context))
  } else record.update({ urls: { database: databaseUrl, migrateDatabase: migrateDatabaseUrl ?? databaseUrl } })

  if (temporalAddress === undefined) {
    say('starting Temporal ...')
    await start(await temporalPart(context, program))
  } else {
    record.update({
      temporal: { address: temporalAddress, namespace: temporalNamespace, external: true },
      ...(temporalUiUrl !== undefined && { urls: { webUi: temporalUiUrl } }),
    })
  }
}

/** Runs one of our commands to its end, passing on what it tells. */
async function runScript(name: string, { environment, stopping }: PartContext): Promise<void> {
  const child = spawn(process.execPath, [join(ROOT, 'scripts', `${name}.ts`)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: serviceEnvironment(environment),
    signal: stopping,
  })
  for (const input of [child.stdout, child.stderr]) createInterface({ input }).on('line', say)
  const how = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', (exitCode) => resolve(`exit code ${exitCode}`))
  })
  if (how !== 'exit code 0') throw new ConfigurationError(`"npm run ${name}" failed (${how}), see above.`)
}

/** Waits until the API says that it can reach everything it needs. */
async function untilReady(url: string, stopping: AbortSignal): Promise<void> {
  const deadline = performance.now() + 30_000
  for (;;) {
    stopping.throwIfAborted()
    const signal = AbortSignal.any([stopping, AbortSignal.timeout(5_000)])
    const answer = await fetch(`${url}/readyz`, { signal }).catch(() => undefined)
    if (answer?.ok) return
    if (performance.now() > deadline) {
      const why = answer === undefined ? 'no answer' : await answer.text()
      throw new ConfigurationError(`The API runs, but ${url}/readyz says that it is not ready: ${why}`)
    }
    await sleep(100)
  }
}

function introduction({ dataDir }: Environment, api: string, webUi: string | undefined): string[] {
  return [
    '',
    'Unicorn Store is running.',
    `  Store            ${api}/store/`,
    `  API              ${api}`,
    `  API reference    ${api}/docs`,
    ...(webUi === undefined ? [] : [`  Temporal Web UI  ${webUi}`]),
    `  Logs             ${join(dataDir, 'logs')}`,
    '',
    'Buy a unicorn:',
    `  curl -X POST ${api}/purchase -H 'content-type: application/json' -d '{"userId":"derick","productId":"1","quantity":1}'`,
    '',
    'Ctrl-C stops everything; the data is kept.',
  ]
}

function say(line: string): void {
  console.log(line)
}

if (import.meta.main) runCommand(main)
