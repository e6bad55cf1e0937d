import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { childEnvironment } from '#config/environment.ts'
import { audit } from '#db/audit.ts'
import { type Database, openDatabase } from '#db/client.ts'
import { compareProjections, type Difference, repairAccount } from '#db/points-rebuild.ts'
import { createPointsLedger } from '#ledger/ledger.ts'
import { everyInterleaving } from '#test/support/interleavings.ts'
import { accepted, commandOf, type LedgerWorld, openLedger } from '#test/support/points-ledger.ts'

const SCRIPT = join(import.meta.dirname, '../../../scripts/projections-rebuild.ts')
let world: LedgerWorld
/** May do behind the application's back what it cannot. */
let owner: Database

beforeEach(async () => {
  world = await openLedger()
  owner = openDatabase({ databaseUrl: world.migrateDatabaseUrl, applicationName: 'owner', maxConnections: 10 })
})
afterEach(async () => {
  await owner.end({ timeout: 5 })
  await world.close()
})

const at = async (now: string, command: Parameters<typeof commandOf>[0], accountId = 'ann') => {
  world.setNow(now)
  return accepted(await world.ledger.execute({ accountId, ...commandOf(command) })).id
}

/** Every kind of event. */
async function history(accountId = 'ann') {
  const first = await at('2026-03-01T10:00:00.000Z', { type: 'issue', amount: 100, ttlDays: 2 }, accountId)
  const second = await at('2026-03-02T10:00:00.000Z', { type: 'issue', amount: 50, ttlDays: 30 }, accountId)
  const redeemed = await at('2026-03-02T11:00:00.000Z', { type: 'redeem', amount: 120 }, accountId)
  await at('2026-03-02T12:00:00.000Z', { type: 'reverse', reverses: redeemed, amount: 50 }, accountId)
  await at('2026-03-02T13:00:00.000Z', { type: 'reverse', reverses: redeemed }, accountId)
  await at('2026-03-02T14:00:00.000Z', { type: 'redeem', amount: 30 }, accountId)
  await at('2026-03-03T00:00:00.000Z', { type: 'expire' }, accountId)
  await at('2026-03-03T01:00:00.000Z', { type: 'reverse', reverses: second }, accountId)
  return { first, second, redeemed }
}

async function found(pageSize?: number): Promise<[accountId: string, difference: Difference][]> {
  const all: [string, Difference][] = []
  for await (const { accountId, differences } of compareProjections(world.sql, pageSize)) {
    all.push(...differences.map((difference): [string, Difference] => [accountId, difference]))
  }
  return all
}

describe('comparing what is there with a rebuild from events', () => {
  test('finds nothing where only the ledger has written, and looks at every account once, page by page', async () => {
    const accounts = ['ann', 'bob', 'cid', 'dot', 'eve']
    for (const accountId of accounts) await history(accountId)
    const seen: string[] = []
    for await (const { accountId, differences } of compareProjections(world.sql, 2)) {
      expect(differences).toEqual([])
      seen.push(accountId)
    }
    expect(seen).toEqual(accounts)
  })

  test.each<[table: Difference['table'], change: (sql: Database, lot: string) => PromiseLike<unknown>]>([
    ['points_accounts', (sql) => sql`update points_accounts set version = version + 1`],
    ['points_accounts', (sql) => sql`update points_accounts set issued = issued + 1, balance = balance + 1`],
    ['points_lots', (sql, lot) => sql`update points_lots set remaining = 1, expired = expired - 1 where id = ${lot}`],
    ['points_lots', (sql, lot) => sql`update points_lots set expires_at = now() where id = ${lot}`],
    [
      'points_lots',
      (sql, lot) => sql`update points_lots set available_at = available_at + interval '1 h' where id = ${lot}`,
    ],
    ['points_lots', (sql, lot) => sql`update points_lots set campaign_id = id where id = ${lot}`],
    ['points_lots', (sql, lot) => sql`update points_lots set claimed = claimed + 1 where id = ${lot}`],
    ['daily_balances', (sql) => sql`delete from daily_balances where issued_on = '2026-03-01'`],
    ['daily_balances', (sql) => sql`update daily_balances set last_updated = now() where issued_on = '2026-03-01'`],
    [
      'daily_balances',
      (sql) => sql`
        insert into daily_balances (account_id, issued_on, available_on, expires_at, remaining, expired, last_updated)
        values ('ann', '2026-01-01', '2026-01-02', now(), 0, 0, now())`,
    ],
    [
      'points_allocations',
      (sql, lot) => sql`
        insert into points_allocations (transaction_id, redemption_id, lot_id, amount) values (${lot}, ${lot}, ${lot}, 1)`,
    ],
  ])('finds a row of %s that is not as it must be, and shows both', async (table, change) => {
    const { first } = await history()
    await change(owner, first)
    const differences = await found()
    expect(differences).toMatchObject([['ann', { table }]])
    const [, { live, rebuilt }] = differences[0] as [string, Difference]
    expect(live).not.toEqual(rebuilt)
  })

  test('says when the events contradict each other, and goes on with the next account', async () => {
    await history('ann')
    await history('bob')
    await owner`alter table points_events disable trigger append_only`
    await owner`update points_events set version = 80 where account_id = 'ann' and version = 8`
    await owner`update daily_balances set remaining = 1 where account_id = 'bob' and issued_on = '2026-03-01'`
    expect(await found()).toMatchObject([
      ['ann', { table: 'points_events', live: { problem: 'Event 80 of ann cannot follow 7 of ann' } }],
      ['bob', { table: 'daily_balances', live: { remaining: 1 }, rebuilt: { remaining: 0 } }],
    ])
  })

  test('sees commands that are carried out meanwhile wholly or not at all', async () => {
    await at('2026-03-01T10:00:00.000Z', { type: 'issue', amount: 1_000, ttlDays: 30 })
    let busy = true
    const redeeming = Promise.all(
      Array.from({ length: 4 }, async () => {
        for (let n = 0; n < 60; n++)
          await world.ledger.execute({ accountId: 'ann', ...commandOf({ type: 'redeem', amount: 1 }) })
      }),
    ).finally(() => {
      busy = false
    })
    let rounds = 0
    while (busy) {
      expect(await found()).toEqual([])
      rounds += 1
    }
    await redeeming
    expect(rounds).toBeGreaterThan(3)
  })
})

describe('repairing', () => {
  test('puts every row right, whether it is wrong, missing or too many, and leaves the events alone', async () => {
    const { first } = await history()
    await history('bob')
    const events = await owner`select * from points_events order by account_id, version`
    await owner`update points_accounts set version = 3, issued = issued + 1, balance = balance + 1 where account_id = 'ann'`
    await owner`update points_lots set remaining = 7, expired = 0 where id = ${first}`
    await owner`delete from daily_balances where issued_on = '2026-03-01'`
    await owner`update daily_balances set remaining = 9`
    await owner`
      insert into daily_balances (account_id, issued_on, available_on, expires_at, remaining, expired, last_updated)
      values ('ann', '2026-01-01', '2026-01-01', now(), 0, 0, now())`
    await owner`insert into points_accounts (account_id, balance, issued) values ('eve', 5, 5)`
    const foreign = await at('2026-03-04T00:00:00.000Z', { type: 'issue', amount: 1, ttlDays: 1 }, 'fox')
    await owner`update points_lots set account_id = 'ann' where id = ${foreign}`
    await owner`
      insert into points_lots (id, transaction_id, account_id, issued_at, available_at, expires_at, original, remaining)
      values (gen_random_uuid(), ${foreign}, 'bob', now(), now(), now() + interval '1 day', 1, 1)`
    for (const accountId of ['ann', 'bob', 'eve', 'fox']) expect(await repairAccount(owner, accountId)).toBe(true)
    expect(await found()).toEqual([])
    expect((await audit(world.sql)).ok).toBe(true)
    const after = await owner`select * from points_events where account_id <> 'fox' order by account_id, version`
    expect(after).toEqual(events)
  })

  test('changes nothing in rows that are right', async () => {
    await history()
    const rows = () => owner`
      select ctid::text, to_jsonb(l) as row from points_lots l union all select ctid::text, to_jsonb(d) from daily_balances d
      order by 1, 2`
    const before = await rows()
    await repairAccount(owner, 'ann')
    expect(await rows()).toEqual(before)
  })

  test('runs over no command that is carried out meanwhile, in whatever order their statements come', async () => {
    let round = 0
    await everyInterleaving<unknown>(owner, async () => {
      round += 1
      const accountId = `account-${round}`
      await at('2026-03-02T10:00:00.000Z', { type: 'issue', amount: 50, ttlDays: 30 }, accountId)
      await owner`update daily_balances set remaining = 9 where account_id = ${accountId}`
      return {
        participants: [
          (sql) => repairAccount(sql, accountId),
          (sql) =>
            createPointsLedger(sql, { clock: async () => '2026-03-02T11:00:00.000Z' }).execute({
              accountId,
              ...commandOf({ type: 'redeem', amount: 9 }),
            }),
        ],
        check: async ([repaired]) => {
          if (!repaired) expect(await repairAccount(owner, accountId)).toBe(true)
          expect(await world.differences(accountId)).toEqual([])
        },
      }
    })
    // A repair is three statements and a command is two.
    expect(round).toBeGreaterThanOrEqual(10)
  })
})

describe('npm run projections:rebuild', () => {
  async function run(...args: string[]) {
    const child = spawn(process.execPath, [SCRIPT, ...args], {
      env: childEnvironment({ DATABASE_URL: world.databaseUrl, MIGRATE_DATABASE_URL: world.migrateDatabaseUrl }),
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let printed = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text
    })
    const [exitCode] = await once(child, 'close')
    return { exitCode, report: JSON.parse(printed) }
  }

  test('ends with 0 when nothing differs, with 1 when something does, and repairs only when asked to', async () => {
    await history('ann')
    await history('bob')
    expect(await run()).toEqual({ exitCode: 0, report: { ok: true, accounts: 2, differing: 0, differences: [] } })

    await owner`update daily_balances set remaining = 9 where account_id = 'bob' and issued_on = '2026-03-01'`
    const reading = await run()
    expect(reading.exitCode).toBe(1)
    expect(reading.report).toMatchObject({
      ok: false,
      differing: 1,
      differences: [{ accountId: 'bob', differences: [{ table: 'daily_balances', live: { remaining: 9 } }] }],
    })
    expect(await found()).toHaveLength(1)

    const writing = await run('--write')
    expect(writing).toMatchObject({
      exitCode: 0,
      report: { ok: true, differing: 1, repaired: ['bob'], left: { differing: 0 } },
    })
    expect(await found()).toEqual([])
  })

  test('leaves what it cannot repair as it is, and says so', async () => {
    const { first } = await history()
    await owner`
      insert into points_allocations (transaction_id, redemption_id, lot_id, amount)
      values (${first}, ${first}, ${first}, 1)`
    expect(await run('--write')).toMatchObject({ exitCode: 1, report: { ok: false, left: { differing: 1 } } })
  })
})
