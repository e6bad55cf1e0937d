import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from '@temporalio/client'
import { v7 as uuidv7 } from 'uuid'
import { createActivities } from '#activities/create-activities.ts'
import { connectTemporal } from '#config/temporal.ts'
import { readGrantsTakenBack } from '#db/campaigns.ts'
import type { Database } from '#db/client.ts'
import { openPurchase } from '#db/purchases.ts'
import { createPointsLedger } from '#ledger/ledger.ts'
import { freePort } from '#scripts/platform/processes.ts'
import { createHttpClient, expectStatus } from './http.ts'
import { type BenchDatabase, type Machine, type Order, orderOf, type Product, type TemporalServer } from './machine.ts'
import type { Processes } from './processor-time.ts'

/** Somebody who carries purchases out, in one way or another. */
export type Contender = {
  readonly name: ContenderName
  /** The n-th purchase, from the request to its outcome. */
  readonly buy: (n: number) => Promise<unknown>
  readonly processes: Processes
  /** Of its own, with books to be audited. */
  readonly database?: BenchDatabase
}

export const CONTENDERS = {
  product: 'this product, over HTTP',
  plainSql: 'the same effects one after the other, without durable execution',
  emptyWorkflow: 'an empty workflow, tuned server: the floor of the engine',
  straightforward: 'the straightforward version, five regular activities, stock server',
  straightforwardTuned: 'the straightforward version, tuned server',
  dbos: 'DBOS, five steps',
  restate: 'Restate, five steps',
} as const

export type ContenderName = keyof typeof CONTENDERS

export type ProductUnderTest = { database: BenchDatabase; product: Product; temporal: TemporalServer }

/**
 * Starts all of them, the product first, which runs already. DBOS and Restate are for full runs, and only where their packages
 * are installed.
 */
export async function startContenders(
  machine: Machine,
  product: ProductUnderTest,
  full: boolean,
): Promise<Contender[]> {
  return [
    productContender(machine, product),
    await plainSqlContender(machine),
    ...(await temporalContenders(machine, product)),
    ...(full ? await peerContenders(machine) : []),
  ]
}

function productContender(machine: Machine, { product, temporal, database }: ProductUnderTest): Contender {
  const http = createHttpClient(product.url)
  machine.closeLater(http.close)
  return {
    name: 'product',
    buy: (n) => expectStatus(http, 200, 'POST', '/purchase', orderOf(n)),
    processes: {
      postgres: [machine.postgres],
      temporal: [temporal.identity],
      worker: product.workers,
      api: [product.api],
    },
    database,
  }
}

/** Writes an order down, as the API does before it starts anything. */
async function recordOrder(sql: Database, { userId, ...line }: Order): Promise<string> {
  const opened = await openPurchase(sql, {
    purchaseId: uuidv7(),
    scope: 'bench',
    idempotencyKey: uuidv7(),
    requestHash: '',
    username: userId,
    lines: [line],
    pointValueMinor: 10,
    actor: 'bench',
  })
  if (opened.ok) return opened.purchaseId
  throw new Error(`the order was answered ${opened.problem}`)
}

async function plainSqlContender(machine: Machine): Promise<Contender> {
  const database = await machine.createDatabase('bench_plain')
  const buy = plainPurchase(database.sql)
  return { name: 'plainSql', buy, processes: { postgres: [machine.postgres] }, database }
}

/** The effects of a purchase one after the other, in this process: if it dies in between, they stay half done. */
export function plainPurchase(sql: Database, order: (n: number) => Order = orderOf): (n: number) => Promise<void> {
  const ledger = createPointsLedger(sql, { alsoCommits: readGrantsTakenBack })
  const effects = createActivities({
    sql,
    ledger,
    pointsTtlDays: 365,
    readWorkflow: async () => ({ isOpen: true }),
    startLost: async () => false,
  })
  return async (n) => {
    const purchaseId = await recordOrder(sql, order(n))
    await effects.reserveStock({ purchaseId })
    await effects.chargeWallet({ purchaseId })
    await effects.confirmPurchase({ purchaseId })
    await effects.awardPoints({ purchaseId })
    await effects.recordOutcome({ purchaseId, outcome: { status: 'completed' } })
  }
}

/** The empty workflow and the straightforward version, called by a client that waits at Temporal (long poll). */
async function temporalContenders(machine: Machine, { temporal: tuned }: ProductUnderTest): Promise<Contender[]> {
  const stock = await machine.startTemporal('temporal-stock', 'stock')
  const postgres = [machine.postgres]
  const script = 'bench/straightforward/worker.ts'

  const start = async (name: string, temporal: typeof tuned) => {
    const database = await machine.createDatabase(`bench_${name}`)
    const worker = await machine.startService(name, script, { database, temporal })
    const connection = await connectTemporal({ address: temporal.address, namespace: 'default', external: false })
    machine.closeLater(() => connection.close())
    const { workflow } = new Client({ connection, namespace: 'default' })
    const buy = async (n: number) => {
      const purchaseId = await recordOrder(database.sql, orderOf(n))
      const workflowId = `straightforward-${purchaseId}`
      await workflow.execute('straightforwardPurchase', {
        taskQueue: 'straightforward',
        workflowId,
        args: [{ purchaseId }],
      })
    }
    const processes = { postgres, temporal: [temporal.identity], worker: [worker] }
    return { database, buy, processes, workflow }
  }
  const onStock = await start('straightforward_stock', stock)
  const onTuned = await start('straightforward_tuned', tuned)
  const nothing = () =>
    onTuned.workflow.execute('empty', { taskQueue: 'empty', workflowId: `empty-${crypto.randomUUID()}` })
  return [
    { name: 'emptyWorkflow', buy: nothing, processes: onTuned.processes },
    { name: 'straightforward', ...onStock },
    { name: 'straightforwardTuned', ...onTuned },
  ]
}

const PEERS = 'bench/peers'

/** DBOS and Restate, each carrying out the same five effects as steps of its own, in a process that is called over HTTP. */
async function peerContenders(machine: Machine): Promise<Contender[]> {
  const root = join(import.meta.dirname, '..')
  if (!existsSync(join(root, PEERS, 'node_modules'))) {
    machine.say(`purchases: without DBOS and Restate, which are not installed: npm ci --prefix ${PEERS}`)
    return []
  }
  return [await dbosContender(machine), await restateContender(machine, join(root, PEERS))]
}

async function dbosContender(machine: Machine): Promise<Contender> {
  const database = await machine.createDatabase('bench_dbos')
  const port = await freePort()
  // Its own tables stand beside ours, so it needs the owner's rights.
  const args = [String(port), database.migrateDatabaseUrl]
  const service = await machine.startService('dbos', `${PEERS}/dbos.ts`, { database, args })
  const http = createHttpClient(`http://127.0.0.1:${port}`)
  machine.closeLater(http.close)
  return {
    name: 'dbos',
    buy: async (n) => expectStatus(http, 200, 'POST', '/', { purchaseId: await recordOrder(database.sql, orderOf(n)) }),
    processes: { postgres: [machine.postgres], worker: [service] },
    database,
  }
}

async function restateContender(machine: Machine, peers: string): Promise<Contender> {
  const database = await machine.createDatabase('bench_restate')
  const [port, ingress, admin, fabric] = [await freePort(), await freePort(), await freePort(), await freePort()]
  const service = await machine.startService('restate-service', `${PEERS}/restate.ts`, {
    database,
    args: [String(port)],
  })
  const adminHttp = createHttpClient(`http://127.0.0.1:${admin}`)
  const program = join(
    peers,
    `node_modules/@restatedev/restate-server-${process.platform}-${process.arch}/bin/restate-server`,
  )
  const server = await machine.startProgram(
    'restate-server',
    program,
    ['--base-dir', join(machine.folder, 'restate'), '--no-logo', '--listen-mode', 'tcp'],
    () => expectStatus(adminHttp, 200, 'GET', '/health'),
    {
      RESTATE_BIND_IP: '127.0.0.1',
      RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingress}`,
      RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${admin}`,
      RESTATE_BIND_ADDRESS: `127.0.0.1:${fabric}`,
      RESTATE_ADVERTISED_ADDRESS: `http://127.0.0.1:${fabric}`,
      RESTATE_DISABLE_TELEMETRY: 'true',
    },
  )
  await expectStatus(adminHttp, 201, 'POST', '/deployments', { uri: `http://127.0.0.1:${port}` })
  adminHttp.close()
  const http = createHttpClient(`http://127.0.0.1:${ingress}`)
  machine.closeLater(http.close)
  return {
    name: 'restate',
    buy: async (n) =>
      expectStatus(http, 200, 'POST', '/purchases/buy', { purchaseId: await recordOrder(database.sql, orderOf(n)) }),
    processes: { postgres: [machine.postgres], restate: [server], worker: [service] },
    database,
  }
}
