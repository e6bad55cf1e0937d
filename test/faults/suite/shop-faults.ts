import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Client } from '@temporalio/client'
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker'
import pLimit from 'p-limit'
import { FUNCTIONS } from '#db/functions.ts'
import { purchaseWorkflowId, refundWorkflowId } from '#domain/purchase.ts'
import { type Server, sendSignal, startServer } from '#scripts/platform/processes.ts'
import { eventually } from '#test/support/launched-system.ts'
import { TASK_QUEUE } from '#workflows/contract.ts'
import { touch } from './checker.ts'
import type { Operation } from './clients.ts'
import type { Fault, Stage } from './faults.ts'
import { idOf, LAST_ONES, named, order, PARTNER, PRODUCTS } from './load.ts'
import type { System } from './system.ts'

/** What customers, operators and developers do to a shop. It happens beside whatever befalls the ground. */
export const SHOP_FAULTS = {
  '200 buyers of one unit': sellTheLastOne,
  'one wallet from all sides': besiegeWallet,
  'workflows cancelled and terminated from outside': endWorkflows,
  'an undo that fails for a while': forbidUndos,
  'poison payloads and rules': poison,
} satisfies Record<string, Fault>

/** That one is about workers, and takes them away. */
export const RELEASE_FAULTS = {
  'a workflow change that breaks running sagas': releaseCarelessly,
} satisfies Record<string, Fault>

/** Whatever befalls the ground at the same time, this is done in the end. */
async function meanwhile<Value>(attempt: () => Promise<Value>): Promise<Value> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await attempt()
    } catch (error) {
      if (attempts === 200) throw error
      await sleep(300)
    }
  }
}

// ---------------------------------------------------------------------------------------------------------------------

let soldOut = 0

/** The checker knows that there was one. */
async function sellTheLastOne({ clients, random }: Stage): Promise<string> {
  const { id } = LAST_ONES[soldOut++ % LAST_ONES.length] ?? {}
  const orders = random.shuffled(named('queue', 200)).map((userId) =>
    order(clients, random, {
      userId,
      lines: [{ productId: id, quantity: 1 }],
      redeemPoints: undefined,
      expectedTotal: undefined,
    }),
  )
  const told = await Promise.all(orders.map((wanted) => clients.insist(wanted)))
  const sold = told.filter((answer) => 'status' in answer && answer.status === 200).length
  if (sold > 1) throw new Error(`the last of ${id} was sold ${sold} times`)
  return `the last of ${id}`
}

/** Purchases, cancellations, refunds, top-ups and points, all of one user and at the same time. */
async function besiegeWallet({ clients, random }: Stage): Promise<string> {
  const userId = 'popular'
  const about = { account_id: userId, amount: 20 }
  const purchases = Array.from({ length: 24 }, () =>
    order(clients, random, { userId, redeemPoints: random.chance(0.3) ? 5 : undefined, expectedTotal: undefined }),
  )
  const others = Array.from({ length: 6 }, () => [
    clients.operation('top_up', 'POST', `/users/${userId}/top-ups`, { body: { amount: 25 } }),
    clients.operation('issue', 'POST', '/points', { body: about }),
    clients.operation('redeem', 'POST', '/points/redemptions', { body: about }),
  ]).flat()
  const undone = async (purchase: Operation) => {
    const purchaseId = idOf(await clients.sendSomehow(purchase))
    if (purchaseId === undefined || random.chance(0.4)) return
    const kind = random.pick(['cancel', 'refund'] as const)
    await clients.sendSomehow(clients.operation(kind, 'POST', `/purchases/${purchaseId}/${kind}`, { key: purchaseId }))
  }
  await Promise.all([...purchases.map(undone), ...others.map((wanted) => clients.sendSomehow(wanted))])
  return `${purchases.length} purchases, and ${others.length} other changes`
}

/** Orders that take seconds, so that something is in the middle of them. @returns the ids of their purchases */
async function buySlowly({ clients, random }: Stage, count: number): Promise<string[]> {
  const slow = { lane: 'visible', slowMotion: true, redeemPoints: undefined, expectedTotal: undefined }
  const orders = Array.from({ length: count }, () => order(clients, random, slow))
  const told = await Promise.all(orders.map((one) => clients.insist({ ...one, headers: { prefer: 'respond-async' } })))
  return told.flatMap((answer) => idOf(answer) ?? [])
}

async function endWorkflows(stage: Stage): Promise<string> {
  const { system, random, touched } = stage
  await buySlowly(stage, 10)
  await sleep(random.integer(500, 3_000))
  const open = await meanwhile(
    async () =>
      await system.sql<{ id: string; status: string }[]>`
        select id, status from purchases where settled_at is null or status = 'refunding' order by id desc limit 14`,
  )
  let ended = 0
  for (const { id, status } of open) {
    const workflowId = status === 'refunding' ? refundWorkflowId(id) : purchaseWorkflowId(id)
    const handle = system.temporal.client.workflow.getHandle(workflowId)
    const how = random.pick(['cancel', 'terminate'] as const)
    touch(touched[how === 'cancel' ? 'cancelled' : 'interrupted'], id)
    // It may have ended a moment ago, or Temporal be away.
    const isEnded = await handle[how]('from outside').then(
      () => true,
      () => false,
    )
    if (isEnded) ended += 1
  }
  if (ended === 0) throw new Error('no workflow was open')
  return `${ended} workflows`
}

const UNDOS = (['undo_charge', 'release_stock', 'return_money'] as const).map(
  (name) => `${name}(${Object.values(FUNCTIONS[name]).join(', ')})`,
)

/** The database refuses what gives money and stock back, while many purchases have to be undone. */
async function forbidUndos({ system, clients, random }: Stage): Promise<string> {
  const poor = () => order(clients, random, { userId: random.pick(named('poor', 6)), lines: [expensive] })
  await meanwhile(() => system.sql.unsafe(`revoke execute on function ${UNDOS.join(', ')} from unicorn_app`))
  const orders = Array.from({ length: 8 }, () => clients.insist(poor()))
  const ms = random.integer(4_000, 9_000)
  try {
    await sleep(ms)
    const [row] = await meanwhile(
      async () =>
        await system.sql<{ count: number }[]>`
          select count(*)::int as count from purchases where status in ('compensating', 'refunding')`,
    )
    if (!row?.count) throw new Error('nothing had to be undone')
    return `${row.count} purchases and refunds waited for it, after ${ms} ms`
  } finally {
    await meanwhile(() => system.sql.unsafe(`grant execute on function ${UNDOS.join(', ')} to unicorn_app`))
    await Promise.all(orders)
  }
}

const expensive = { productId: PRODUCTS[9]?.id, quantity: 3 }

/** Bodies that no honest client sends, with what a reader may trip over. */
const POISON_BODIES: readonly (readonly [path: string, body: string])[] = [
  ['/purchase', '{"userId":"buyer-1","productId":"product-1","quantity":1e308}'],
  ['/purchase', '{"userId":"buyer-1","productId":"product-1","quantity":9007199254740993}'],
  ['/purchase', '{"userId":"buyer-1\\u0000","productId":"product-1","quantity":1}'],
  ['/purchase', '{"userId":"\\ud800","productId":"product-1","quantity":1}'],
  ['/purchase', '{"__proto__":{"polluted":1},"userId":"buyer-1","productId":"product-1","quantity":1}'],
  ['/purchase', `${'['.repeat(20_000)}${']'.repeat(20_000)}`],
  ['/purchase', '{"userId":"buyer-1"'],
  ['/points', '{"account_id":"\\u0000","amount":1}'],
  ['/points', '{"account_id":"member-1","amount":-0.1}'],
  ['/events', `{"type":"\\u0000","client":"${PARTNER}","account_id":"member-1","payload":{}}`],
  ['/events', `{"type":"T","client":"${PARTNER}","account_id":"member-1","payload":{"text":"\\u0000\\ud800"}}`],
  ['/events', `{"type":"T","client":"${PARTNER}","account_id":"member-1","payload":{"stars":1e308}}`],
  ['/events', `{"type":"T","client":"${PARTNER}","account_id":"member-1","payload":{"stars":"${'9'.repeat(5_000)}"}}`],
]

/** Rules that are in good form, and cannot be evaluated, or only at length. */
const POISON_FORMULAS = [
  '$.stars / 0',
  '$.nothing * 2',
  '$.stars % ($.stars - $.stars)',
  `${'('.repeat(40)}$.stars${'+1)'.repeat(40)}`,
  'sum($.list[*]) * sum($.list[*]) * sum($.list[*]) * 999999999 * 999999999',
]

async function poison({ system, clients, random, touched }: Stage): Promise<string> {
  const { workflow } = system.temporal.client
  // Nobody knows these workflows, or what they are about.
  const id = crypto.randomUUID()
  touched.poisoned.add(id)
  const started = await Promise.allSettled([
    workflow.start('noSuchWorkflow', { taskQueue: TASK_QUEUE, workflowId: `poison-type-${id}`, args: [] }),
    workflow.start('purchase', {
      taskQueue: TASK_QUEUE,
      workflowId: `poison-id-${id}`,
      args: [{ purchaseId: 'none' }],
    }),
    workflow.start('refund', { taskQueue: TASK_QUEUE, workflowId: `poison-refund-${id}`, args: [{ purchaseId: id }] }),
    workflow.start('award', { taskQueue: TASK_QUEUE, workflowId: `poison-award-${id}`, args: [null] }),
  ])
  const client = `Poison-${random.integer(0, 1_000_000)}`
  const bodies = POISON_BODIES.map(([path, body]) => clients.operation('poison', 'POST', path, { body }))
  const campaigns = POISON_FORMULAS.map((formula, number) => {
    const condition = { rule: 'numeric_greater_than', value: 0 }
    const rules = [{ variable: '$.stars', condition, action: { command: 'issue', formula } }]
    return clients.operation('poison', 'POST', '/campaigns', { body: { client, campaign_name: `${number}`, rules } })
  })
  await Promise.all([...bodies, ...campaigns].map((wanted) => clients.insist(wanted)))
  const payload = { stars: 3, list: Array.from({ length: 500 }, (_, n) => n) }
  const events = ['member-1', 'member-2', 'member-3'].map((account_id) =>
    clients.operation('event', 'POST', '/events', { body: { type: 'T', client, account_id, payload } }),
  )
  await Promise.all(events.map((event) => clients.insist(event)))
  for (const one of started) {
    if (one.status === 'rejected') continue
    const terminate = () =>
      one.value.terminate('it was poison').catch((error: Error) => {
        if (error.name !== 'WorkflowNotFoundError') throw error
      })
    await meanwhile(terminate)
  }
  return `${bodies.length} bodies, ${campaigns.length} campaigns, ${started.length} workflows`
}

// ---------------------------------------------------------------------------------------------------------------------

/** By their path: each is bundled once, for that takes seconds. */
const bundles = new Map<string, Promise<string>>()

async function bundleOf({ folder }: System, workflows: string): Promise<string> {
  const known = bundles.get(workflows) ?? bundle(folder, workflows)
  bundles.set(workflows, known)
  return await known
}

async function bundle(folder: string, workflows: string): Promise<string> {
  const workflowsPath = fileURLToPath(new URL(workflows, import.meta.url))
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') })
  const path = join(folder, `${workflows}.bundle.js`)
  writeFileSync(path, code)
  return path
}

/**
 * Has all workers be of another release, which is rolled back in the end. Purchases that take a while are under way when it comes.
 *
 * @returns the id of its process
 */
export async function withRelease(
  stage: Stage,
  workflows: string,
  work: (underWay: string[]) => Promise<unknown>,
): Promise<number> {
  const { system } = stage
  const bundlePath = await bundleOf(system, workflows)
  const underWay = await beginSlowly(stage, 8)
  const letGo = await Promise.all(system.workers.map(({ hold }) => hold()))
  try {
    const release = await startRelease(system, bundlePath)
    try {
      await work(underWay)
    } finally {
      sendSignal(release.identity, 'SIGKILL')
      await release.ended
    }
    return release.identity.pid
  } finally {
    for (const start of letGo) start()
    await Promise.all(system.workers.map(({ isUp }) => isUp()))
  }
}

function startRelease(system: System, bundlePath: string): Promise<Server> {
  const { DATABASE_URL: database, TEMPORAL_ADDRESS: address } = system.variables
  return startServer({
    name: 'the other release',
    program: process.execPath,
    args: [fileURLToPath(new URL('release-worker.ts', import.meta.url)), database, address, bundlePath],
    logFile: system.logFile('release'),
    onSpawn: system.remember,
  })
}

/**
 * A release with workflows that are not those of the purchases under way; it is noticed and rolled back, and what began under it
 * is reset, as docs/changing-sagas.md says.
 */
export async function releaseCarelessly(stage: Stage): Promise<string> {
  let stuck = 0
  const pid = await withRelease(stage, 'careless-workflows.ts', async (underWay) => {
    await eventually('purchases are stuck', 60_000, async () => {
      stuck = await stuckAmong(stage.system, underWay)
      return stuck > 0
    })
    // Others begin under it, and are under way when it is rolled back.
    await beginSlowly(stage, 4)
  })
  const reset = await resetBegunBy(stage.system, pid)
  if (reset === 0) throw new Error('nothing had begun under the release')
  return `${stuck} purchases seen stuck; ${reset} reset that had begun under the release`
}

/** Until the first of them has reserved its stock. Where the network fails orders are on record at once, and begun later. */
export async function beginSlowly(stage: Stage, count: number): Promise<string[]> {
  const ids: string[] = []
  for (let attempts = 0; attempts < 10; attempts++) {
    ids.push(...(await buySlowly(stage, count)))
    for (let looks = 0; looks < 20; looks++) {
      await sleep(250)
      const [begun] = await meanwhile(
        async () =>
          await stage.system.sql`
          select from purchases where id = any(${ids}::uuid[]) and total_minor is not null and settled_at is null limit 1`,
      )
      if (begun) return ids
    }
  }
  throw new Error('no purchase began')
}

/** How many of these purchases have a workflow task that fails again and again. */
export async function stuckAmong({ temporal }: System, purchaseIds: readonly string[]): Promise<number> {
  const described = await Promise.allSettled(
    purchaseIds.map((id) => temporal.client.workflow.getHandle(purchaseWorkflowId(id)).describe()),
  )
  const attempts = described.map((one) =>
    one.status === 'fulfilled' ? (one.value.raw.pendingWorkflowTask?.attempt ?? 0) : 0,
  )
  return attempts.filter((attempt) => attempt > 1).length
}

/**
 * To their first workflow task: they begin anew with the code as it is, and what has happened answers from its key. Those, that is,
 * whose first task was done by this worker of the release.
 */
async function resetBegunBy({ temporal: { client } }: System, pid: number): Promise<number> {
  // A workflow is listed a moment after it was started. Not by the purchases that are under way: one may have ended in the lane that
  // leaves no trace until its task is through.
  await sleep(2_000)
  const open = await meanwhile(async () => {
    const ids: string[] = []
    const query = "WorkflowType = 'purchase' and ExecutionStatus = 'Running'"
    for await (const { workflowId } of client.workflow.list({ query })) ids.push(workflowId)
    return ids
  })
  const limit = pLimit(10)
  const reset = await Promise.all(open.map((workflowId) => limit(() => resetIfBegunBy(client, workflowId, pid))))
  return reset.filter(Boolean).length
}

async function resetIfBegunBy(client: Client, workflowId: string, pid: number): Promise<boolean> {
  const history = await client.workflow
    .getHandle(workflowId)
    .fetchHistory()
    .catch(() => undefined)
  const done = history?.events?.find((event) => event.workflowTaskCompletedEventAttributes)
  if (!done?.workflowTaskCompletedEventAttributes?.identity?.startsWith(`${pid}@`)) return false
  await client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId },
    reason: 'it began under a release that was rolled back',
    workflowTaskFinishEventId: done.eventId ?? null,
    requestId: crypto.randomUUID(),
  })
  return true
}
