import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { runCommand } from '#config/command.ts'
import { ConfigurationError, childEnvironment, type Environment, readEnvironment } from '#config/environment.ts'
import { isAlive, type ProcessIdentity, type Runtime, readRuntime } from '#config/runtime-file.ts'
import { audit } from '#db/audit.ts'
import { type Database, openDatabase } from '#db/client.ts'
import { freePort, sendSignal, waitForEnd } from './platform/processes.ts'

const ORDER = { username: 'crash-tester', productId: 'crash-test', price: 42 }

/** `npm run demo:crash`: a worker dies in the middle of a charge, and the purchase comes out right all the same. */
async function main() {
  const interrupted = interruption()
  const environment = readEnvironment()
  if (environment.auth) throw new ConfigurationError('demo:crash is for demo mode: unset AUTH_ISSUER and its like.')
  const system = await findOrStartSystem(environment, say)
  const { urls } = system.runtime()
  // As the owner of the tables, who may lock a wallet.
  const databaseUrl = urls.migrateDatabase ?? urls.database ?? ''
  const sql = openDatabase({ databaseUrl, applicationName: 'unicorn-demo', maxConnections: 2 })
  try {
    const store = storeClient(urls.api ?? '')
    const purchaseId = await Promise.race([crashWhileCharging(system, store, sql), interrupted])
    if (urls.webUi !== undefined)
      say(`\nIn the Web UI: ${urls.webUi}/namespaces/default/workflows/purchase-${purchaseId}`)
    return (await isSound(store, sql, purchaseId)) ? 0 : 1
  } finally {
    await sql.end({ timeout: 2 })
    await system.stop()
  }
}

/** @returns the id of the purchase, once it is settled */
async function crashWhileCharging(system: RunningSystem, store: StoreClient, sql: Database): Promise<string> {
  const { username, price } = ORDER
  await store.prepare(ORDER)
  const wallet = await holdWallet(sql, username)
  say('')
  log(`${username} buys a Crash Test Unicorn for ${price}.`)
  const purchaseId = await store.startPurchase(ORDER)
  const settled = narrate(store, purchaseId)
  let killed: ProcessIdentity
  try {
    await wallet.waitForBlocked(30_000)
    log('The charge has reached the database and waits: another transaction holds the wallet for a moment.')
    killed = await killWorker(system)
  } finally {
    await wallet.release()
  }
  log("The wallet is free: the dead worker's charge goes through, and nobody is left to be notified.")
  await newWorker(system, killed)
  log('Temporal gives the dead worker its 10 s to answer, then hands the purchase to the new one ...')
  await settled
  return purchaseId
}

async function killWorker(system: RunningSystem): Promise<ProcessIdentity> {
  const { worker } = system.runtime().processes
  if (worker === undefined || !sendSignal(worker, 'SIGKILL')) throw new Error('there is no worker to kill')
  await waitForEnd(worker, 5_000)
  log(`kill -9: the worker (pid ${worker.pid}) is gone.`)
  return worker
}

async function newWorker(system: RunningSystem, killed: ProcessIdentity): Promise<void> {
  const deadline = performance.now() + 60_000
  for (;;) {
    const { worker } = system.runtime().processes
    if (worker !== undefined && worker.pid !== killed.pid && isAlive(worker)) {
      return log(`"npm start" starts a new worker (pid ${worker.pid}).`)
    }
    if (performance.now() > deadline) throw new Error('no new worker within 60 s')
    await sleep(50)
  }
}

async function isSound(store: StoreClient, sql: Database, purchaseId: string): Promise<boolean> {
  const { status } = await store.purchase(purchaseId)
  const charges = await store.charges(ORDER.username, purchaseId)
  const { ok } = await audit(sql)
  say(
    `\nThe purchase is ${status}; its charges: ${charges.join(', ')}; the audit ${ok ? 'finds every invariant kept' : 'FAILS'}.`,
  )
  const sound = ok && status === 'completed' && charges.length === 1 && charges[0] === ORDER.price
  say(sound ? 'One worker died, nothing was lost, and nothing was paid twice.' : 'That is NOT what it should be.')
  return sound
}

interface HeldWallet {
  /** Waits until a statement wants to change the wallet. */
  waitForBlocked(withinMs: number): Promise<void>
  /** Lets it. */
  release(): Promise<void>
}

/**
 * Locks the row of a wallet, as any other transaction on it would for a moment: who wants to charge it has to wait, so
 * that a charge can be met in the middle every time rather than by luck. `no key`: whoever only refers to the wallet, as a
 * new purchase does, need not wait.
 */
async function holdWallet(sql: Database, username: string): Promise<HeldWallet> {
  const held = await sql.reserve()
  await held`begin`
  const [own] = await held<{ pid: number }[]>`
    select pg_backend_pid() as pid from wallets
    where user_id = (select id from users where username = ${username}) for no key update`
  return {
    async waitForBlocked(withinMs) {
      const deadline = performance.now() + withinMs
      for (;;) {
        const [waiting] = await sql`
          select from pg_stat_activity where ${own?.pid ?? 0} = any (pg_blocking_pids(pid))`
        if (waiting !== undefined) return
        if (performance.now() > deadline) throw new Error(`nobody charges ${username} within ${withinMs} ms`)
        await sleep(5)
      }
    },
    async release() {
      await held`commit`
      held.release()
    },
  }
}

/** Time enough for Temporal to give up on a dead worker several times over. */
const OUTCOME_WITHIN_MS = 90_000

const WORDS: Record<string, string> = {
  'purchase running': 'the purchase is accepted',
  'reserveStock applied': 'its stock is reserved',
  'chargeWallet applied': 'the wallet is charged',
  'confirmPurchase applied': 'the sale is confirmed',
  'awardPoints applied': 'its points are booked',
  'awardPoints nothing': 'it earns no points',
  'purchase completed': 'the purchase is completed',
}

let start: number | undefined

export function say(line: string): void {
  console.log(line)
}

/** Prints a line with the seconds since the first one. */
function log(line: string): void {
  start ??= performance.now()
  say(`${((performance.now() - start) / 1000).toFixed(1).padStart(5)} s  ${line}`)
}

/** Prints the events of a purchase as they are recorded, until it is settled. */
async function narrate(store: StoreClient, purchaseId: string): Promise<void> {
  const deadline = performance.now() + OUTCOME_WITHIN_MS
  for (let printed = 0; ; ) {
    const { status, steps } = await store.purchase(purchaseId)
    for (const step of steps.filter(({ seq }) => seq > printed)) log(`         event ${step.seq}: ${inWords(step)}`)
    printed = steps.at(-1)?.seq ?? printed
    if (status !== 'running' && status !== 'compensating') return
    if (performance.now() > deadline) throw new Error(`purchase ${purchaseId} is still ${status}`)
    await sleep(20)
  }
}

function inWords({ step, state }: PurchaseStep): string {
  return WORDS[`${step} ${state}`] ?? `${step} ${state}`
}

const step = z.object({ seq: z.number(), step: z.string(), state: z.string(), at: z.string() })
const purchase = z.object({ purchaseId: z.string(), status: z.string(), steps: z.array(step) })
const entries = z.object({
  items: z.array(z.object({ amount: z.number(), reason: z.string(), reference: z.string() })),
})

type Purchase = z.output<typeof purchase>
type PurchaseStep = z.output<typeof step>

interface StoreClient {
  /** Makes sure that a user with enough money, and a product with enough stock, are there. */
  prepare(order: Order & { readonly price: number }): Promise<void>
  /** Starts a purchase and does not wait for it. */
  startPurchase(order: Order): Promise<string>
  purchase(id: string): Promise<Purchase>
  /** What was taken from the wallet for the purchase, in major units, one number per charge. */
  charges(username: string, purchaseId: string): Promise<number[]>
}

interface Order {
  readonly username: string
  readonly productId: string
}

/** The few requests that the demonstration makes, as a buyer and as an operator. */
function storeClient(baseUrl: string): StoreClient {
  async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const answer = await fetch(baseUrl + path, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    })
    const json: unknown = await answer.json()
    // 409: what we make sure of is there already.
    if (!answer.ok && answer.status !== 409) throw new Error(`${method} ${path}: ${JSON.stringify(json)}`)
    return json
  }

  return {
    async prepare({ username, productId, price }) {
      const description = 'Bought by npm run demo:crash.'
      await send('POST', '/products', { id: productId, name: 'Crash Test Unicorn', description, price, stock: 0 })
      await send('POST', `/products/${productId}/stock-adjustments`, { quantity: 1, reason: 'demo:crash' })
      await send('POST', '/users', { username, balance: 0 })
      await send('POST', `/users/${username}/top-ups`, { amount: price })
    },
    async startPurchase({ username, productId }) {
      const order = { userId: username, productId, quantity: 1 }
      const accepted = await send('POST', '/purchase', order, { Prefer: 'respond-async' })
      return z.object({ purchaseId: z.string() }).parse(accepted).purchaseId
    },
    async purchase(id) {
      return purchase.parse(await send('GET', `/purchases/${id}`))
    },
    async charges(username, purchaseId) {
      const { items } = entries.parse(await send('GET', `/users/${username}/wallet-entries`))
      return items.filter((entry) => entry.reference === purchaseId).map((entry) => -entry.amount)
    },
  }
}

const START = join(import.meta.dirname, 'start.ts')

export interface RunningSystem {
  /** Whether it goes on running after the demonstration. */
  readonly stays: boolean
  /** What runs now; changes when a process is started again. */
  runtime(): Runtime
  /** Ends it, if it was started for us. */
  stop(): Promise<void>
}

/**
 * The system that `npm start` runs with this DATA_DIR; if there is none, one of our own, with servers, ports and data
 * that nobody else uses.
 */
async function findOrStartSystem(environment: Environment, say: (line: string) => void): Promise<RunningSystem> {
  const found = readRuntime(environment.dataDir)
  if (found === undefined || !isAlive(found.launcher)) {
    say('Nothing runs yet: starting a system for this demonstration, which will be removed again ...')
    return await startOwnSystem('demo:crash')
  }
  if (found.state !== 'running') throw new ConfigurationError(`"npm start" is ${found.state}: try again in a moment.`)
  say(`Using the system that runs with DATA_DIR ${environment.dataDir}.`)
  return { stays: true, runtime: () => read(environment.dataDir), stop: async () => {} }
}

/**
 * A system with servers, ports and data that nobody else uses; they are gone when it is stopped.
 *
 * @param command the npm script that wants it
 */
export async function startOwnSystem(command: string): Promise<RunningSystem> {
  const dataDir = mkdtempSync(join(tmpdir(), 'unicorn-store-demo-'))
  chmodSync(dataDir, 0o711)
  const ports = {
    PORT: String(await freePort()),
    TEMPORAL_PORT: String(await freePort()),
    TEMPORAL_UI_PORT: String(await freePort()),
  }
  const own = { DATABASE_URL: undefined, MIGRATE_DATABASE_URL: undefined, TEMPORAL_ADDRESS: undefined }
  // As if under npm: then the launcher ends when we are gone, however that comes about.
  const env = childEnvironment({ ...own, ...ports, DATA_DIR: dataDir, npm_lifecycle_event: command })
  const launcher = spawn(process.execPath, [START], { env, stdio: ['ignore', 'ignore', 'inherit'] })
  const ended = once(launcher, 'exit')
  const stop = async () => {
    launcher.kill('SIGINT')
    await ended
    rmSync(dataDir, { recursive: true, force: true })
  }
  const runtime = () => read(dataDir)
  try {
    await untilRunning(() => launcher.exitCode !== null, dataDir)
  } catch (error) {
    await stop()
    throw error
  }
  return { stays: false, runtime, stop }
}

async function untilRunning(hasEnded: () => boolean, dataDir: string): Promise<void> {
  // Where Temporal has to be built first, this takes minutes.
  const deadline = performance.now() + 15 * 60_000
  while (readRuntime(dataDir)?.state !== 'running') {
    if (hasEnded()) throw new ConfigurationError('The system could not be started, see above.')
    if (performance.now() > deadline) throw new ConfigurationError('The system is not up after 15 minutes: giving up.')
    await sleep(100)
  }
}

function read(dataDir: string): Runtime {
  const runtime = readRuntime(dataDir)
  if (runtime === undefined) throw new ConfigurationError('The system was stopped in the middle.')
  return runtime
}

/** Rejects when somebody presses Ctrl-C, so that what was started can be stopped. */
export function interruption(): Promise<never> {
  const interrupted = Promise.withResolvers<never>()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => interrupted.reject(new ConfigurationError('Interrupted.')))
  }
  interrupted.promise.catch(() => {})
  return interrupted.promise
}

if (import.meta.main) runCommand(main)
