import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createPointsLedger } from '#db/points/ledger.ts'
import { listTransactions, readAvailable, readBalanceEntries } from '#db/points/read.ts'
import type { Instant } from '#domain/points/instant.ts'
import { wishOf } from '#test/support/points-ledger.ts'
import { openSagaWorld, type SagaWorld } from '#test/support/saga-world.ts'

let world: SagaWorld
let member: string

beforeAll(async () => {
  world = await openSagaWorld()
})
afterAll(async () => {
  const broken = await world.shop.brokenInvariants()
  await world.close()
  expect(broken).toEqual([])
})
beforeEach(() => {
  member = `member-${crypto.randomUUID().slice(0, 8)}`
})

/** Points that were issued in the past, by a ledger whose clock stood there. */
async function issuedOn(at: Instant, amount: number, ttlDays: number, accountId = member) {
  const past = createPointsLedger(world.shop.sql, async () => at)
  await past.execute({ accountId, ...wishOf({ type: 'issue', amount, ttlDays }) })
}

async function sweep(): Promise<number> {
  const { accounts } = await world.client.workflow.execute('expirePoints', {
    workflowId: `expire-${crypto.randomUUID()}`,
    taskQueue: world.taskQueue,
    args: [{}],
  })
  return accounts
}

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString()
const now = () => new Date().toISOString()

test('what has lapsed expires, whatever days the schedule missed, and the rest stays', async () => {
  await issuedOn(daysAgo(30), 100, 10)
  await issuedOn(daysAgo(20), 40, 10)
  await issuedOn(daysAgo(5), 7, 365)
  expect(await readAvailable(world.shop.sql, member, now())).toBe(7)
  expect(await sweep()).toBe(1)
  const [expired] = await listTransactions(world.shop.sql, { accountId: member, limit: 1 })
  expect(expired).toMatchObject({ type: 'expired', amount: 140, balance: 7 })
  const entries = await readBalanceEntries(world.shop.sql, member, now())
  expect(entries.map(({ balance, status }) => [balance, status])).toEqual([
    [100, 'expired'],
    [40, 'expired'],
    [7, 'active'],
  ])
})

test('a sweep that finds nothing writes nothing', async () => {
  await issuedOn(daysAgo(30), 100, 10)
  await sweep()
  expect(await sweep()).toBe(0)
  expect(await listTransactions(world.shop.sql, { accountId: member, limit: 10 })).toHaveLength(2)
})

test('points given back into a lapsed lot cannot be spent, and lapse again with the next sweep', async () => {
  await issuedOn(daysAgo(30), 100, 20)
  const past = createPointsLedger(world.shop.sql, async () => daysAgo(25))
  const redeemed = await past.execute({ accountId: member, ...wishOf({ type: 'redeem', amount: 60 }) })
  await sweep()
  if (!redeemed.ok || redeemed.answer === null) throw new Error('the redemption was refused')
  const reversal = wishOf({ type: 'reverse', reverses: redeemed.answer.id })
  expect((await world.shop.ledger.execute({ accountId: member, ...reversal })).ok).toBe(true)

  expect(await readAvailable(world.shop.sql, member, now())).toBe(0)
  const spending = await world.shop.ledger.execute({ accountId: member, ...wishOf({ type: 'redeem', amount: 1 }) })
  expect(spending).toMatchObject({ ok: false, refusal: { code: 'insufficient_points', available: 0 } })
  expect(await sweep()).toBe(1)
  const [expired] = await listTransactions(world.shop.sql, { accountId: member, limit: 1 })
  expect(expired).toMatchObject({ type: 'expired', amount: 60 })
})

test('a sweep goes through more accounts than one page holds', async () => {
  const members = Array.from({ length: 450 }, (_, index) => `page-${index}`)
  for (const accountId of members) await issuedOn(daysAgo(30), 1, 10, accountId)
  expect(await sweep()).toBe(450)
})
