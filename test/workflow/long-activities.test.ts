import { setTimeout as sleep } from 'node:timers/promises'
import { cancellationSignal } from '@temporalio/activity'
import { defaultPayloadConverter } from '@temporalio/common'
import { expect, test } from 'vitest'
import { parkAward } from '#activities/points.ts'
import { listLapsedAccounts } from '#db/points.ts'
import { recordOutcome } from '#db/purchases.ts'
import { UNAVAILABLE } from '#domain/purchase.ts'
import { createPointsLedger } from '#ledger/ledger.ts'
import { commandOf } from '#test/support/points-ledger.ts'
import { openSagaWorld } from '#test/support/saga-world.ts'
import { shared } from '#test/support/shared-world.ts'

/** Activities that take a while report how far they are, and learn thereby that they are cancelled. */

const world = await shared(openSagaWorld())

type Row = [table: string, id: string]

type LongActivity = {
  workflow: string
  activity: string
  /** Makes so much to do that the activity cannot be through by the time that it is cancelled. */
  prepare: () => Promise<{
    /** What is held: the first one until it is cancelled, the last one until it has learnt that. */
    holds: Row[]
    /** What it has reported when it is cancelled. */
    progress: Record<string, number>
    /** How much of it is done. */
    done: () => Promise<number>
  }>
  doneWhenCancelled: number
  leaves: object
}

const LONG: LongActivity[] = [
  {
    workflow: 'expirePoints',
    activity: 'expireLapsedPoints',
    async prepare() {
      const past = createPointsLedger(world.shop.sql, { clock: async () => daysAgo(30) })
      for (let index = 0; index < 250; index++) {
        const accountId = await world.shop.addUser(`member-${index}`)
        await past.execute({ accountId, ...commandOf({ type: 'issue', amount: 1, ttlDays: 10 }) })
      }
      const accounts = await listLapsedAccounts(world.shop.sql, { now: daysAgo(0), limit: 200 })
      return {
        holds: [
          ['points_accounts', accounts[49] ?? ''],
          ['points_accounts', accounts[99] ?? ''],
        ],
        progress: { accounts: 40, of: 200 },
        done: async () => (await world.shop.sql`select from points_events where type = 'expired'`).length,
      }
    },
    doneWhenCancelled: 100,
    leaves: { accounts: 150 },
  },
  {
    workflow: 'bookParkedAwards',
    activity: 'bookParkedAwards',
    async prepare() {
      const ids: string[] = []
      const order = await buyer()
      for (let count = 0; count < 6; count++) ids.push(await parkedAward(await order()))
      ids.sort()
      return {
        holds: [
          ['awards', ids[1] ?? ''],
          ['awards', ids[3] ?? ''],
        ],
        progress: { awards: 1, of: 6 },
        done: async () => (await world.shop.sql`select from awards where state = 'booked' and id = any(${ids})`).length,
      }
    },
    doneWhenCancelled: 4,
    leaves: { booked: 2 },
  },
  {
    workflow: 'reconcilePurchases',
    activity: 'reconcilePage',
    async prepare() {
      const order = await buyer()
      const ids: string[] = []
      for (let count = 0; count < 30; count++) ids.push(await order())
      await world.shop.asOwner(
        (sql) => sql`update purchases set updated_at = now() - interval '2 minutes' where id = any(${ids})`,
      )
      const [line] = await world.shop.sql<{ product: string }[]>`
        select product_id as product from purchase_lines where purchase_id = ${ids[0] ?? ''}`
      return {
        // It starts as many as it has turns for, and waits for them: none of them ends as long as their product is held.
        holds: [['products', line?.product ?? '']],
        progress: { started: 10, of: 30 },
        done: async () =>
          (await world.shop.sql`select from purchases where status = 'completed' and id = any(${ids})`).length,
      }
    },
    doneWhenCancelled: 10,
    leaves: { started: 20, failed: 0 },
  },
]

test.each(LONG)(
  '$workflow shows how far it is, when it is cancelled ends after what it is at, and the next run does the rest',
  async ({ workflow, activity, prepare, doneWhenCancelled, leaves }) => {
    const { holds, progress, done } = await prepare()
    const letGo = await Promise.all(holds.map(hold))
    const run = (): Parameters<typeof world.client.workflow.start>[1] => ({
      workflowId: `${workflow}-${crypto.randomUUID()}`,
      taskQueue: world.taskQueue,
      args: [{}],
    })
    const learnsIt = cancellationOf(activity)
    const handle = await world.client.workflow.start(workflow, run())
    await expect.poll(() => progressOf(handle.workflowId)).toEqual(progress)
    await handle.cancel()
    // It goes on to what is held last, and learns it there: by the answer to its next heartbeat, which is due a second after the one before.
    if (holds.length > 1) await letGo[0]?.()
    await learnsIt
    await letGo.at(-1)?.()

    await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } })
    await expect.poll(done).toBe(doneWhenCancelled)
    await sleep(500)
    expect(await done()).toBe(doneWhenCancelled)
    expect(await world.client.workflow.execute(workflow, run())).toEqual(leaves)
  },
)

/** Resolves once an attempt at an activity learns that it is cancelled. */
async function cancellationOf(activity: string): Promise<void> {
  const cancelled = Promise.withResolvers<void>()
  const before = () => cancellationSignal().addEventListener('abort', () => cancelled.resolve(), { once: true })
  world.faults.on('', activity, { before })
  await cancelled.promise
}

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString()

/** @returns orders one thing, of which there are enough */
async function buyer(): Promise<() => Promise<string>> {
  const productId = await world.shop.addProduct({ priceMinor: 170_000, stock: 1_000 })
  const username = await world.shop.addWallet({ balanceMinor: 100_000_000 })
  return () => world.shop.order({ username, lines: [{ productId, quantity: 1 }] })
}

async function parkedAward(purchaseId: string): Promise<string> {
  const { shop } = world
  await shop.confirm(purchaseId)
  await parkAward(shop.points, { purchaseId }, UNAVAILABLE)
  await recordOutcome(shop.sql, purchaseId, { status: 'completed' })
  return purchaseId
}

/** Keeps a row from being changed. @returns ends that */
async function hold([table, id]: Row): Promise<() => Promise<void>> {
  const held = Promise.withResolvers<void>()
  const end = Promise.withResolvers<void>()
  const key = table === 'points_accounts' ? 'account_id' : 'id'
  const holding = world.shop.asOwner((owner) =>
    owner.begin(async (sql) => {
      await sql.unsafe(`select from ${table} where ${key} = $1 for no key update`, [id])
      held.resolve()
      await end.promise
    }),
  )
  await held.promise
  return async () => {
    end.resolve()
    await holding
  }
}

/** What the running activity of a workflow has reported last. */
async function progressOf(workflowId: string): Promise<unknown> {
  const { raw } = await world.client.workflow.getHandle(workflowId).describe()
  const [details] = raw.pendingActivities?.[0]?.heartbeatDetails?.payloads ?? []
  return details && defaultPayloadConverter.fromPayload(details)
}
