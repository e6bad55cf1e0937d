import { afterAll, beforeAll, expect, test } from 'vitest'
import { bookHistory } from '#bench/history.ts'
import { audit } from '#db/audit.ts'
import { type Database, openDatabase } from '#db/client.ts'
import { listLots, listTransactions, readAvailable, readBalance } from '#db/points.ts'
import { accepted, commandOf, type LedgerWorld, openLedger } from '#test/support/points-ledger.ts'
import { rowsRead } from '#test/support/rows-read.ts'

let world: LedgerWorld
let owner: Database

beforeAll(async () => {
  // One connection, so that what it has read is on record when it says so.
  world = await openLedger({ connections: 1 })
  owner = openDatabase({ databaseUrl: world.migrateDatabaseUrl, applicationName: 'owner', maxConnections: 1 })
  await bookHistory(owner, { accountId: 'ann', days: 500, perDay: 40 })
  await bookHistory(owner, { accountId: 'bob', days: 500, perDay: 40 })
  await bookPending('cid')
})
afterAll(async () => {
  await owner.end({ timeout: 5 })
  await world.close()
})

/** 2,000 lots that do not count yet and end before the one that does. */
async function bookPending(accountId: string) {
  const ends = { days: 30 }
  for (let n = 0; n < 20; n++) {
    const lots = Array.from({ length: 100 }, (_, index) => ({
      amount: 1,
      terms: { availableAfterDays: 1 + (index % 10), ends },
    }))
    await execute(accountId, { type: 'issue', amount: 100, lots })
  }
  await execute(accountId, { type: 'issue', amount: 1_000_000, ttlDays: 365 })
}

const TABLES = ['points_events', 'points_lots', 'points_allocations', 'points_accounts', 'daily_balances']

const now = () => new Date().toISOString()
const execute = async (accountId: string, command: Parameters<typeof commandOf>[0]) =>
  accepted(await world.ledger.execute({ accountId, ...commandOf(command) }))

test('(the history that benchmarks stand on is one that the ledger could have made)', async () => {
  expect((await audit(world.sql)).ok).toBe(true)
  for (const accountId of ['ann', 'bob']) expect(await world.differences(accountId)).toEqual([])
  const [row] = await owner<{ events: number }[]>`select count(*) as events from points_events where account_id = 'ann'`
  expect(row?.events).toBe(500 * 40 + 135)
})

test.each<[what: string, most: number, ask: () => Promise<unknown>]>([
  // One lot ended this midnight and is not swept yet.
  ['reading what can be spent', 3, () => readAvailable(world.sql, 'ann', now())],
  // Days, not events. Postgres goes through those of both accounts here, for half of the table is hers anyway.
  ['the balance with all its 500 days', 1_003, () => readBalance(world.sql, 'ann')],
  ['a page of the statement', 20, () => listTransactions(world.sql, { accountId: 'ann', limit: 20 })],
  ['a page of lots', 40, () => listLots(world.sql, { accountId: 'ann', openOnly: false, limit: 20 })],
  ['an issue', 30, () => execute('ann', { type: 'issue', amount: 5, ttlDays: 365 })],
  ['a redemption from three lots', 50, () => execute('ann', { type: 'redeem', amount: 15 })],
  [
    'a redemption and its reversal',
    80,
    async () => {
      const { id } = await execute('ann', { type: 'redeem', amount: 15 })
      return await execute('ann', { type: 'reverse', reverses: id })
    },
  ],
  ['what can be spent beside 2,000 lots that wait', 12, () => readAvailable(world.sql, 'cid', now())],
  ['a redemption beside 2,000 lots that wait', 60, () => execute('cid', { type: 'redeem', amount: 5 })],
])('%s looks at %i rows at most, of 80,000', async (_, most, ask) => {
  // Postgres decides on the plan for good only after it has seen a statement a few times.
  for (let n = 0; n < 8; n++) await ask()
  const before = await rowsRead(world.sql, TABLES)
  for (let n = 0; n < 4; n++) await ask()
  expect((await rowsRead(world.sql, TABLES)) - before).toBeLessThanOrEqual(4 * most)
})
