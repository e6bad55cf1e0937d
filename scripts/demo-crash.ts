import { setTimeout as sleep } from 'node:timers/promises'
import { runCommand } from '#config/command.ts'
import { readEnvironment } from '#config/environment.ts'
import { isAlive, type ProcessIdentity } from '#config/runtime-file.ts'
import { audit } from '#db/audit.ts'
import { type Database, openDatabase } from '#db/client.ts'
import { holdWallet } from './demo/held-wallet.ts'
import { interruption } from './demo/interruption.ts'
import { narrate, say, tell } from './demo/narrator.ts'
import { findOrStartSystem, type RunningSystem } from './demo/running-system.ts'
import { type StoreClient, storeClient } from './demo/store-client.ts'
import { sendSignal, waitForEnd } from './platform/stop-process.ts'

const ORDER = { username: 'crash-tester', productId: 'crash-test', price: 42 }

/** `npm run demo:crash`: a worker dies in the middle of a charge, and the purchase comes out right all the same. */
runCommand(async () => {
  const interrupted = interruption()
  const system = await findOrStartSystem(readEnvironment(), say)
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
})

/** @returns the id of the purchase, once it is settled */
async function crashWhileCharging(system: RunningSystem, store: StoreClient, sql: Database): Promise<string> {
  const { username, price } = ORDER
  await store.prepare(ORDER)
  const wallet = await holdWallet(sql, username)
  say('')
  tell(`${username} buys a Crash Test Unicorn for ${price}.`)
  const purchaseId = await store.startPurchase(ORDER)
  const settled = narrate(store, purchaseId)
  let killed: ProcessIdentity
  try {
    await wallet.untilWanted(30_000)
    tell('The charge has reached the database and waits: another transaction holds the wallet for a moment.')
    killed = await killWorker(system)
  } finally {
    await wallet.release()
  }
  tell("The wallet is free: the dead worker's charge goes through, and nobody is left to be told.")
  await newWorker(system, killed)
  tell('Temporal gives the dead worker its 10 s to answer, then hands the purchase to the new one ...')
  await settled
  return purchaseId
}

async function killWorker(system: RunningSystem): Promise<ProcessIdentity> {
  const { worker } = system.runtime().processes
  if (worker === undefined || !sendSignal(worker, 'SIGKILL')) throw new Error('there is no worker to kill')
  await waitForEnd(worker, 5_000)
  tell(`kill -9: the worker (pid ${worker.pid}) is gone.`)
  return worker
}

async function newWorker(system: RunningSystem, killed: ProcessIdentity): Promise<void> {
  const deadline = performance.now() + 60_000
  for (;;) {
    const { worker } = system.runtime().processes
    if (worker !== undefined && worker.pid !== killed.pid && isAlive(worker)) {
      return tell(`"npm start" starts a new worker (pid ${worker.pid}).`)
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
