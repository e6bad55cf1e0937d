import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '#test/support/launched-system.ts'
import { checkTold, readStored, type Stored } from './suite/checker.ts'
import type { Operation, Told } from './suite/clients.ts'
import { makeReadOnly, setTemporalBack, stopPostgres } from './suite/faults.ts'
import { doEverything, order } from './suite/load.ts'
import { type Opened, openStage, settle, underLoad, waitForSagas } from './suite/run.ts'
import { randomOf } from './suite/seeded.ts'
import { beginSlowly, releaseCarelessly, stuckAmong, withRelease } from './suite/shop-faults.ts'

/**
 * The nine experiments that Temporal advises to make before production
 * (https://docs.temporal.io/best-practices/pre-production-testing), by their names there, on the whole system under load. After each,
 * everything settles by itself, the audit finds every invariant kept, and clients were told what is stored.
 */

const random = randomOf(9, 'experiments')
let opened: Opened
let stage: Opened & { random: typeof random }

beforeAll(async () => {
  opened = await openStage(9, () => {})
  stage = { ...opened, random }
}, 240_000)
afterAll(() => opened?.close())

/** Makes an experiment while people use the shop. */
async function experiment(work: () => Promise<unknown>): Promise<void> {
  const name = expect.getState().currentTestName ?? ''
  await underLoad(opened, { name, people: 6 }, async () => {
    expect(await waitForSagas(stage.system)).toBeGreaterThan(0)
    await work()
    await sleep(2_000)
  })
  expect((await settle(opened)).problems).toEqual([])
}

describe('pre-production experiment', { timeout: 420_000 }, () => {
  test('kill all workers, then restart them', () =>
    experiment(async () => {
      const letGo = await Promise.all(stage.system.workers.map(({ hold }) => hold()))
      await sleep(3_000)
      for (const start of letGo) start()
      await Promise.all(stage.system.workers.map(({ isUp }) => isUp()))
    }))

  test('frequent worker restart', () =>
    experiment(async () => {
      for (let times = 0; times < 6; times++) {
        const worker = random.pick(stage.system.workers)
        await worker.kill()
        await worker.isUp()
        await sleep(random.integer(0, 1_000))
      }
    }))

  test('validate downstream load capacity', () =>
    experiment(async () => {
      const { clients, system } = stage
      const orders = Array.from({ length: 300 }, () => order(clients, random, { expectedTotal: undefined }))
      let isOver = false
      const all = Promise.all(orders.map((wanted) => clients.insist(wanted))).finally(() => {
        isOver = true
      })
      let most = 0
      while (!isOver) {
        const [row] = await system.admin<{ count: number }[]>`
          select count(*)::int as count from pg_stat_activity where application_name like 'unicorn-%'`
        most = Math.max(most, row?.count ?? 0)
        await sleep(100)
      }
      // Two APIs and two workers with 20 connections each, however much there is to do.
      expect(most).toBeLessThanOrEqual(80)
      const answers = new Set((await all).map((told) => ('status' in told ? told.status : told.nothing)))
      expect([200, 202, 409]).toEqual(expect.arrayContaining([...answers]))
    }))

  test('validate rate limiting behavior', () =>
    experiment(async () => {
      const { temporal } = stage.system
      await temporal.stop('SIGTERM')
      await temporal.start({ 'frontend.namespaceRPS': 20 })
      const { client } = temporal
      const ask = () => client.workflowService.describeNamespace({ namespace: 'default' })
      const asked = await Promise.allSettled(
        Array.from({ length: 200 }, () => client.withDeadline(Date.now() + 500, ask)),
      )
      expect(asked.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0)
      await sleep(10_000)
      await temporal.stop('SIGTERM')
      await temporal.start()
    }))

  // There are no regions on one machine: the address leads to a replica that lags behind.
  test('test region failover', () => experiment(() => setTemporalBack(stage)))

  test('break the things your workflows call', () =>
    experiment(async () => {
      await stopPostgres(stage)
      await sleep(1_000)
      await makeReadOnly(stage)
    }))

  // All that begins under it ends under it: a release that it was rolled back to would not know its patch.
  test('deploy a workflow change with versioning', async () => {
    await withRelease(stage, 'careful-workflows.ts', (underWay) =>
      experiment(async () => {
        const all = [...underWay, ...(await beginSlowly(stage, 4))]
        await eventually('all of them have ended under the release', 120_000, async () => {
          expect(await stuckAmong(stage.system, all)).toBe(0)
          const open = await stage.system.sql`
            select from purchases where id = any(${all}::uuid[]) and settled_at is null`
          return open.length === 0
        })
      }),
    )
  })

  test('deploy a version that causes NDEs, then recover', () => experiment(() => releaseCarelessly(stage)))

  test('remove network connectivity to a Namespace', () =>
    experiment(async () => {
      const { workerTemporal } = stage.system.proxies
      await workerTemporal.refuse()
      await sleep(12_000)
      await workerTemporal.accept()
    }))
})

/** What would have to be wrong for a client to have been told this. */
const LIES: [what: string, lie: (operations: Operation[]) => Operation[]][] = [
  ['an accepted purchase is gone', (all) => [...all, { ...one(all, 'purchase', 200), key: 'of no purchase' }]],
  ['a receipt has another amount', (all) => retold(all, 'purchase', 200, (body) => ({ ...body, amount: 0.01 }))],
  ['a refusal has another reason', (all) => retold(all, 'purchase', 409, (body) => ({ ...body, code: 'cancelled' }))],
  ['a key has two purchases', (all) => retold(all, 'purchase', 202, (body) => ({ ...body, purchaseId: 'another' }))],
  ['a purchase was never ordered', (all) => all.filter((operation) => operation !== one(all, 'purchase', 200))],
  [
    'a refund gave back something else',
    (all) => retold(all, 'refund', 200, (body) => ({ ...body, refund: { amount: 0, withheld: 0 } })),
  ],
  ['a cancelled purchase was sold', (all) => retold(all, 'cancel', 409, () => ({ status: 'cancelled' }), 200)],
  ['a top-up is gone', (all) => [...all, { ...one(all, 'top_up', 200), key: 'of no top-up' }]],
  ['a top-up had another amount', (all) => replaced(all, one(all, 'top_up', 200), { body: { amount: 0.01 } })],
  ['points are gone', (all) => retold(all, 'issue', 200, (body) => ({ ...body, id: crypto.randomUUID() }))],
  ['refused points were redeemed', (all) => retold(all, 'redeem', 200, () => ({ code: 'insufficient_points' }), 409)],
  ['an event earned something else', (all) => retold(all, 'event', 200, (body) => ({ ...body, points: 1_000_000 }))],
  ['a purchase was answered 500', (all) => retold(all, 'purchase', 202, (body) => body, 500)],
  ['a refund waited for Temporal', (all) => retold(all, 'refund', 200, () => ({ code: 'temporal_unavailable' }), 503)],
  ['an edit is gone', (all) => [...all, { ...one(all, 'edit_campaign', 200), key: 'of no edit' }]],
]

/** What would have to be stored for a promise to be broken of which no client was told. */
const LOSSES: [what: string, lose: (stored: Stored) => Stored][] = [
  ['a purchase has no points', (all) => restored(all, isEarning, () => ({ pointsIssued: 0 }))],
  [
    'a purchase has its points twice',
    (all) => restored(all, isEarning, (one) => ({ pointsIssued: 2 * one.pointsIssued })),
  ],
  ['points of a purchase are parked', (all) => restored(all, isSold, () => ({ award: 'parked' }))],
  ['a step was given up', (all) => restored(all, isRefused, () => ({ status: 'failed', code: 'step_unavailable' }))],
  [
    'one was interrupted for nothing',
    (all) => restored(all, isRefused, () => ({ status: 'failed', code: 'interrupted' })),
  ],
  ['one that never began has failed', (all) => restored(all, isRefused, () => ({ status: 'failed', hasBegun: false }))],
  ['one was cancelled by nobody', (all) => restored(all, isRefused, () => ({ status: 'cancelled', code: null }))],
  ['there was enough of it', (all) => restored(all, isRefused, () => ({ code: 'out_of_stock', lines: PLENTIFUL }))],
  [
    'there was money enough',
    (all) => restored(all, isRefused, () => ({ code: 'insufficient_funds', userId: 'queue-0' })),
  ],
  ['nobody paid with points', (all) => restored(all, isRefused, () => ({ code: 'insufficient_points' }))],
  ['no price was expected', (all) => restored(all, isRefused, () => ({ code: 'price_changed' }))],
  ['somebody has points of nowhere', (all) => ({ ...all, accounts: new Map([...all.accounts, ['nobody', 1]]) })],
  ['somebody has money of nowhere', (all) => ({ ...all, wallets: new Map([...all.wallets, ['nobody', 1]]) })],
  ['an event earned too little', (all) => ({ ...all, effects: lessFor(all.effects) })],
]

const isEarning: Which = ({ status, pointsIssued }) => status === 'completed' && pointsIssued > 0
const isSold: Which = ({ status }) => status === 'completed'
/** For want of money, of somebody who expected no price and paid with no points. */
const isRefused: Which = ({ status, code, redeemPoints }, operation) =>
  status === 'refused' &&
  code === 'insufficient_funds' &&
  redeemPoints === 0 &&
  Object(operation.body).expectedTotal === undefined
const PLENTIFUL = [{ productId: 'product-1', quantity: 1, refunded: 0 }]

describe('the checker finds out when', () => {
  // Whatever chance has brought so far, there is one of each to lie about.
  beforeAll(async () => {
    const { clients } = stage
    const buy = (quantity: number) =>
      clients.insist(
        order(clients, random, {
          userId: 'buyer-0',
          lines: [{ productId: 'product-9', quantity }],
          redeemPoints: undefined,
          expectedTotal: undefined,
        }),
      )
    const bought = await buy(4)
    const key = ('status' in bought && bought.body.purchaseId) || ''
    for (const kind of ['cancel', 'refund'] as const)
      await clients.insist(clients.operation(kind, 'POST', `/purchases/${key}/${kind}`, { key }))
    // More than anybody has money for: 1,000 a line, so by several.
    const lines = Array.from({ length: 10 }, (_, n) => ({ productId: `product-${n}`, quantity: 1_000 }))
    const poor = { userId: 'poor-0', lines, redeemPoints: undefined, expectedTotal: undefined }
    await clients.insist(order(clients, random, poor))
    await doEverything(clients, random, () => LIES.every(([, lie]) => canBeTold(lie)))
    expect((await settle(opened)).problems).toEqual([])
  }, 240_000)

  function canBeTold(lie: (operations: Operation[]) => Operation[]): boolean {
    try {
      return lie(stage.clients.operations).length > 0
    } catch {
      return false
    }
  }

  test.each(LOSSES)('%s', async (what, lose) => {
    const { clients, system, touched } = stage
    const stored = await readStored(system.sql)
    // Nobody was told anything: what is found is what is stored.
    const operations = clients.operations.map((operation) => ({ ...operation, told: [] }))
    expect(checkTold(stored, operations, touched).violations).toEqual([])
    expect(checkTold(lose(stored), operations, touched).violations, what).not.toEqual([])
  })

  test('a purchase fails long after its workflow was taken away', async () => {
    const { clients, system, touched } = stage
    const stored = await readStored(system.sql)
    const operations = clients.operations.map((operation) => ({ ...operation, told: [] }))
    const [refused] = [...stored.purchases.values()].filter((one) => isRefused(one, operationOf(operations, one)))
    if (!refused) throw new Error('none was refused')
    const lost = restored(stored, isRefused, () => ({ status: 'failed', code: 'interrupted' }))
    const found = (ageMs: number) => {
      const at = (refused.undoneSince?.getTime() ?? 0) - ageMs
      const interrupted = new Map([...touched.interrupted, [refused.id, [at]] as const])
      return checkTold(lost, operations, { ...touched, interrupted }).violations
    }
    expect(found(1_000)).toEqual([])
    expect(found(600_000)).not.toEqual([])
  })

  test.each(LIES)('%s', async (_what, lie) => {
    const { clients, system, touched } = stage
    const stored = await readStored(system.sql)
    expect(checkTold(stored, clients.operations, touched).violations).toEqual([])
    expect(checkTold(stored, lie(clients.operations), touched).violations).not.toEqual([])
  })
})

type StoredPurchase = Stored extends { purchases: Map<string, infer One> } ? One : never
type Which = (purchase: StoredPurchase, operation: Operation) => boolean

function operationOf(operations: readonly Operation[], { key }: StoredPurchase): Operation {
  const found = operations.find((operation) => operation.kind === 'purchase' && operation.key === key)
  if (!found) throw new Error(`nobody ordered ${key}`)
  return found
}

/** The same, but for the first purchase of these. */
function restored(stored: Stored, which: Which, change: (one: StoredPurchase) => Partial<StoredPurchase>): Stored {
  const operations = stage.clients.operations
  const found = [...stored.purchases.values()].find((one) => which(one, operationOf(operations, one)))
  if (!found) throw new Error('there is no such purchase')
  const changed = { ...found, ...change(found) }
  return {
    ...stored,
    purchases: new Map([...stored.purchases, [found.key, changed]]),
    purchasesById: new Map([...stored.purchasesById, [found.id, changed]]),
  }
}

/** An event of the partner that earned nothing. */
function lessFor(effects: Stored['effects']): Stored['effects'] {
  const event = stage.clients.operations.find(
    ({ kind, key }) => kind === 'event' && (effects.get(key)?.[0]?.amount ?? 0) > 0,
  )
  if (!event) throw new Error('no event earned anything')
  return new Map([...effects, [event.key, [{ key: event.key, effect: 'nothing', amount: 0 }]]])
}

type Answered = Extract<Told, { status: number }>

/** The last operation that was answered like this. */
function one(all: readonly Operation[], kind: Operation['kind'], status: number): Operation {
  const isSo = (told: Told) => 'status' in told && told.status === status
  const found = all.findLast((operation) => operation.kind === kind && operation.told.some(isSo))
  if (!found) throw new Error(`no ${kind} was answered ${status}`)
  return found
}

function retold(
  all: readonly Operation[],
  kind: Operation['kind'],
  status: number,
  change: (body: Answered['body']) => Answered['body'],
  changedStatus = status,
): Operation[] {
  const operation = one(all, kind, status)
  const told = operation.told.map((told) =>
    'status' in told && told.status === status ? { ...told, status: changedStatus, body: change(told.body) } : told,
  )
  return replaced(all, operation, { told })
}

function replaced(all: readonly Operation[], operation: Operation, changes: Partial<Operation>): Operation[] {
  return all.map((one) => (one === operation ? { ...one, ...changes } : one))
}
