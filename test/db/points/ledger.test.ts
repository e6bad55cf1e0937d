import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openDatabase } from '#db/client.ts'
import { listLots, readAvailable, readBalanceEntries } from '#db/points.ts'
import type { PointsAnswer } from '#ledger/ledger.ts'
import { accepted, commandOf, type LedgerWorld, openLedger } from '#test/support/points-ledger.ts'

let world: LedgerWorld
let accountId: string

beforeAll(async () => {
  world = await openLedger({ connections: 30 })
})
afterAll(async () => {
  await world.close()
})
beforeEach(() => {
  accountId = `account-${crypto.randomUUID().slice(0, 8)}`
  world.setNow('2026-03-01T10:00:00.000Z')
})

const issue = (amount: number, key?: string) =>
  world.ledger.execute({ accountId, ...commandOf({ type: 'issue', amount, ttlDays: 365 }, key) })
const redeem = (amount: number, key?: string) =>
  world.ledger.execute({ accountId, ...commandOf({ type: 'redeem', amount }, key) })
const available = () => readAvailable(world.sql, accountId, '2026-03-01T10:00:00.000Z')

describe('the ledger', () => {
  test('issues 100 ten times, redeems 250: 750 are left, taken from the oldest lots, and the daily table says so', async () => {
    for (let day = 1; day <= 10; day++) {
      world.setNow(`2026-02-${String(day).padStart(2, '0')}T10:00:00.000Z`)
      await issue(100)
    }
    world.setNow('2026-03-01T10:00:00.000Z')
    expect(accepted(await redeem(250))).toMatchObject({ transactionType: 'redeem', amount: 250, balance: 750 })
    expect(await available()).toBe(750)
    const lots = await listLots(world.sql, { accountId, openOnly: false, limit: 20 })
    expect(lots.toReversed().map((lot) => lot.remaining)).toEqual([0, 0, 50, 100, 100, 100, 100, 100, 100, 100])
    const entries = await readBalanceEntries(world.sql, accountId, '2026-03-01T10:00:00.000Z')
    expect(entries.map(({ issuedDate, balance, status }) => [issuedDate, balance, status]).slice(0, 4)).toEqual([
      ['2026-02-01', 0, 'active'],
      ['2026-02-02', 0, 'active'],
      ['2026-02-03', 50, 'active'],
      ['2026-02-04', 100, 'active'],
    ])
  })

  test('lets exactly 50 of 100 redemptions of 10 at once take from a balance of 500', async () => {
    await issue(500)
    const answers = await Promise.all(Array.from({ length: 100 }, () => redeem(10)))
    expect(answers.filter((answer) => answer.ok)).toHaveLength(50)
    expect(await available()).toBe(0)
  })

  test('makes one event of one key that comes 50 times at once, and all get the same answer', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => issue(70, 'key-70')))
    for (const answer of answers) expect(accepted(answer)).toEqual(accepted(answers[0] as PointsAnswer))
    expect(answers.filter((answer) => !answer.replayed)).toHaveLength(1)
    expect(await available()).toBe(70)
  })

  test('waits for an account that others hold once for a whole batch, not once for each command', async () => {
    await issue(100)
    const owner = openDatabase({ databaseUrl: world.migrateDatabaseUrl, applicationName: 'owner', maxConnections: 1 })
    const failures = await owner.begin(async (held) => {
      await held`select 1 from points_accounts where account_id = ${accountId} for update`
      return Promise.all(Array.from({ length: 6 }, () => issue(1).then(undefined, (error: unknown) => error)))
    })
    await owner.end({ timeout: 5 })
    for (const failure of failures) expect(failure).toMatchObject({ code: '55P03' })
    // The first command is on its own; the others, which came meanwhile, failed together.
    expect(new Set(failures).size).toBe(2)
    expect(accepted(await issue(1))).toMatchObject({ balance: 101 })
  })
})
