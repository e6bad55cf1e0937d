import postgres from 'postgres'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { audit } from '#db/audit.ts'
import { POINTS_INVARIANTS } from '#db/points-audit.ts'
import { accepted, commandOf, type LedgerWorld, openLedger } from '#test/support/points-ledger.ts'

const BALANCE = 'a points account holds what its events add up to, and so do its counters and its lots'
const VERSIONS = 'the events of a points account are numbered from 1 without a gap, up to its version'
const LOTS = 'a lot of points is as it was issued, and holds what the events left in it'
const OWED =
  'points that were spent when their issue was reversed are owed until they come back, and then come back to nobody'
const REDEEMED = 'redeemed points were taken from lots, and a reversal gave back to each lot what was taken from it'
const DAYS = 'the daily balances of points are what the events make of each day’s lots'
const DATES =
  'points were spent from the day on from which they count and before they ended, and expired only after that'
const INVARIANTS = [BALANCE, VERSIONS, LOTS, OWED, REDEEMED, DAYS, DATES]

let world: LedgerWorld
/** Who owns the tables may lift every protection: what is broken here is broken behind the application's back. */
let owner: postgres.Sql

beforeEach(async () => {
  world = await openLedger()
  owner = postgres(world.migrateDatabaseUrl, { max: 1, onnotice: () => {} })
})
afterEach(async () => {
  await owner.end()
  await world.close()
})

const at = async (now: string, command: Parameters<typeof commandOf>[0], accountId = 'ann') => {
  world.setNow(now)
  return accepted(await world.ledger.execute({ accountId, ...commandOf(command) })).id
}

/**
 * Every kind of event: two lots of which one has lapsed, one taken back; a redemption that stands, one given back. Of a lot whose
 * points were spent when it was taken back, some have come back, and some are still owed. Of an issue of two lots, one of which counts
 * later, and of a redemption, a part is reversed.
 */
async function someOfEverything() {
  const first = await at('2026-03-01T10:00:00.000Z', { type: 'issue', amount: 100, ttlDays: 2 })
  const second = await at('2026-03-02T10:00:00.000Z', { type: 'issue', amount: 50, ttlDays: 30 })
  const redeemed = await at('2026-03-02T11:00:00.000Z', { type: 'redeem', amount: 70 })
  const returned = await at('2026-03-02T12:00:00.000Z', { type: 'redeem', amount: 60 })
  const reversal = await at('2026-03-02T13:00:00.000Z', { type: 'reverse', reverses: returned })
  const expiry = await at('2026-03-03T00:00:00.000Z', { type: 'expire' })
  const third = await at('2026-03-03T10:00:00.000Z', { type: 'issue', amount: 9, ttlDays: 30 })
  await at('2026-03-03T11:00:00.000Z', { type: 'reverse', reverses: third })
  await at('2026-03-03T11:00:00.000Z', { type: 'issue', amount: 1, ttlDays: 30 }, 'bob')
  const spent = await at('2026-03-04T10:00:00.000Z', { type: 'issue', amount: 40, ttlDays: 30 }, 'cat')
  await at('2026-03-04T11:00:00.000Z', { type: 'redeem', amount: 25 }, 'cat')
  const cameBack = await at('2026-03-04T12:00:00.000Z', { type: 'redeem', amount: 15 }, 'cat')
  const takenBack = await at('2026-03-04T13:00:00.000Z', { type: 'reverse', reverses: spent }, 'cat')
  const withheld = await at('2026-03-04T14:00:00.000Z', { type: 'reverse', reverses: cameBack }, 'cat')
  const ends = { days: 30 }
  const lots = [0, 10].map((availableAfterDays) => ({ amount: 25, terms: { availableAfterDays, ends } }))
  const waiting = await at('2026-03-04T10:00:00.000Z', { type: 'issue', amount: 50, lots }, 'dan')
  const partly = await at('2026-03-04T11:00:00.000Z', { type: 'redeem', amount: 12 }, 'dan')
  const part = await at('2026-03-04T12:00:00.000Z', { type: 'reverse', reverses: partly, amount: 5 }, 'dan')
  await at('2026-03-04T13:00:00.000Z', { type: 'reverse', reverses: waiting, amount: 30 }, 'dan')
  return {
    first,
    second,
    redeemed,
    returned,
    reversal,
    expiry,
    third,
    spent,
    takenBack,
    withheld,
    waiting,
    partly,
    part,
  }
}

/** Runs a statement as if neither triggers nor foreign keys were there. */
async function unprotected(change: (sql: postgres.TransactionSql) => Promise<unknown>): Promise<void> {
  const tables = ['points_events', 'points_allocations']
  await owner.begin(async (sql) => {
    for (const table of tables) await sql`alter table ${sql(table)} disable trigger append_only`
    await change(sql)
    for (const table of tables) await sql`alter table ${sql(table)} enable trigger append_only`
  })
}

async function happenedAt(transactionId: string, at: string): Promise<void> {
  await unprotected((sql) => sql`update points_events set at = ${at} where transaction_id = ${transactionId}`)
}

const aboutPoints = (report: Awaited<ReturnType<typeof audit>>) =>
  report.invariants.filter(({ name }) => POINTS_INVARIANTS.some((invariant) => invariant.name === name))

test('the audit finds nothing in points that came back when they had ended, and ended again, or that were taken back before they counted', async () => {
  await at('2026-03-01T10:00:00.000Z', { type: 'issue', amount: 10, ttlDays: 1 })
  // The last moment at which they can be spent, and the first one at which they have ended.
  const redeemed = await at('2026-03-01T23:59:59.999Z', { type: 'redeem', amount: 6 })
  await at('2026-03-02T00:00:00.000Z', { type: 'expire' })
  await at('2026-03-05T10:00:00.000Z', { type: 'reverse', reverses: redeemed, amount: 4 })
  await at('2026-03-05T10:00:00.000Z', { type: 'expire' })
  await at('2026-03-05T11:00:00.000Z', { type: 'reverse', reverses: redeemed })
  await at('2026-03-06T10:00:00.000Z', { type: 'expire' })
  const lots = [{ amount: 9, terms: { availableAfterDays: 3, ends: { days: 30 } } }]
  const waiting = await at('2026-03-06T10:00:00.000Z', { type: 'issue', amount: 9, lots })
  await at('2026-03-07T10:00:00.000Z', { type: 'reverse', reverses: waiting, amount: 4 })
  await at('2026-03-09T00:00:00.000Z', { type: 'redeem', amount: 5 })
  const report = await audit(world.sql)
  expect(aboutPoints(report).filter(({ violations }) => violations.length > 0)).toEqual([])
  expect(aboutPoints(report).find(({ name }) => name === DATES)?.checked).toBe(5)
})

test('the audit finds nothing in points that only the ledger has moved, and has looked at all of them', async () => {
  await someOfEverything()
  const report = await audit(world.sql)
  expect(report.ok).toBe(true)
  expect(aboutPoints(report).map(({ name, checked, violations }) => [name, checked, violations])).toEqual([
    [BALANCE, 4, []],
    [VERSIONS, 4, []],
    [LOTS, 7, []],
    [OWED, 3, []],
    [REDEEMED, 5, []],
    [DAYS, 7, []],
    [DATES, 6, []],
  ])
})

type Events = Awaited<ReturnType<typeof someOfEverything>>
type Damage = {
  what: string
  /** Every invariant that is broken by it, and no other. */
  breaks: string[]
  /** What the first violation must say to lead an operator to the place. */
  named: (events: Events) => Record<string, unknown>
  damage: (events: Events) => PromiseLike<unknown>
}

const damages: Damage[] = [
  {
    what: 'a balance that came from nowhere, with a counter to match',
    breaks: [BALANCE],
    named: () => ({ account: 'ann', balance: 51, events: 50, lots: 50, issued: 160, issued_events: 159 }),
    damage: () => owner`update points_accounts set balance = balance + 1, issued = issued + 1 where account_id = 'ann'`,
  },
  {
    what: 'points counted as expired that were redeemed',
    breaks: [BALANCE],
    named: () => ({ account: 'ann', redeemed: 69, redeemed_events: 70, expired: 31, expired_events: 30 }),
    damage: () => owner`
      update points_accounts set redeemed = redeemed - 1, expired = expired + 1 where account_id = 'ann'`,
  },
  {
    what: 'points counted as taken back that were redeemed',
    breaks: [BALANCE],
    named: () => ({ account: 'ann', redeemed: 69, taken_back: 10, taken_back_events: 9 }),
    damage: () => owner`
      update points_accounts set redeemed = redeemed - 1, taken_back = taken_back + 1 where account_id = 'ann'`,
  },
  {
    what: 'a balance without any event',
    breaks: [BALANCE],
    named: () => ({ account: 'eve', balance: 5, events: null }),
    damage: () => owner`insert into points_accounts (account_id, balance, issued) values ('eve', 5, 5)`,
  },
  {
    what: 'an event that got lost',
    breaks: [BALANCE, VERSIONS, LOTS, DAYS],
    named: () => ({ account: 'ann', expired: 30, expired_events: 0 }),
    damage: ({ expiry }) => unprotected((sql) => sql`delete from points_events where transaction_id = ${expiry}`),
  },
  {
    what: 'a version that ran ahead of the events',
    breaks: [VERSIONS],
    named: () => ({ account: 'bob', version: 2, events: 1, last: 1 }),
    damage: () => owner`update points_accounts set version = 2 where account_id = 'bob'`,
  },
  {
    what: 'a gap in the numbers of events, with as many of them as there should be',
    breaks: [VERSIONS],
    named: () => ({ account: 'bob', version: 1, events: 1, last: 7 }),
    damage: () => unprotected((sql) => sql`update points_events set version = 7 where account_id = 'bob'`),
  },
  {
    what: 'points that moved from one lot to another',
    breaks: [LOTS],
    named: ({ first }) => ({ lot: first, account: 'ann', remaining: 1, remaining_events: 0 }),
    damage: async ({ first, second }) => {
      await owner`update points_lots set remaining = remaining + 1 where id = ${first}`
      await owner`update points_lots set remaining = remaining - 1 where id = ${second}`
    },
  },
  {
    what: 'a lot that lives longer than it was issued for',
    breaks: [LOTS],
    named: ({ second }) => ({ lot: second, account: 'ann' }),
    damage: ({ second }) => owner`update points_lots set expires_at = expires_at + '1 day' where id = ${second}`,
  },
  {
    what: 'a lot that counts before it was to',
    breaks: [LOTS],
    named: () => ({ account: 'dan' }),
    damage: () => owner`update points_lots set available_at = issued_at where available_at > issued_at`,
  },
  {
    what: 'a lot of another issue',
    breaks: [LOTS],
    named: ({ first }) => ({ lot: first, account: 'ann' }),
    damage: ({ first, second }) => owner`update points_lots set transaction_id = ${second} where id = ${first}`,
  },
  {
    what: 'a lot of which more was asked back than reversals did',
    breaks: [LOTS],
    named: ({ waiting }) => ({ lot: waiting, claimed: 6, claimed_events: 5 }),
    damage: ({ waiting }) => owner`update points_lots set claimed = claimed + 1 where id = ${waiting}`,
  },
  {
    what: 'a lot that was made larger and emptier at once',
    breaks: [BALANCE, LOTS],
    named: () => ({ account: 'ann', issued: 159, issued_lots: 160 }),
    damage: ({ second }) => owner`update points_lots set original = original + 1 where id = ${second}`,
  },
  {
    what: 'a lot that is gone',
    breaks: [BALANCE, LOTS],
    named: () => ({ account: 'bob', balance: 1, lots: null }),
    damage: () => owner`delete from points_lots where account_id = 'bob'`,
  },
  {
    what: 'a lot of another account',
    breaks: [BALANCE, LOTS],
    named: () => ({ account: 'ann', lots: 51 }),
    damage: () => owner`update points_lots set account_id = 'ann' where account_id = 'bob'`,
  },
  {
    what: 'points that are owed no more and have not come back',
    breaks: [OWED],
    named: ({ spent }) => ({ lot: spent, account: 'cat', owed: 20, owed_events: 25 }),
    damage: ({ spent }) => owner`update points_lots set owed = 20 where id = ${spent}`,
  },
  {
    what: 'points that were spent and that nobody owed, although nothing made them good',
    breaks: [OWED],
    named: ({ spent, takenBack }) => ({ reversal: takenBack, lot: spent, owed: 30, spent: 40 }),
    damage: ({ spent, takenBack }) =>
      unprotected(async (sql) => {
        await sql`update points_lots set owed = 15 where id = ${spent}`
        await sql`
          update points_events set payload = jsonb_set(jsonb_set(payload, '{notTakenBack,owed}', '30'), '{owedChanges,0,amount}', '30')
          where transaction_id = ${takenBack}`
      }),
  },
  {
    what: 'a reversal that counted less as spent than was',
    breaks: [OWED],
    named: ({ spent, takenBack }) => ({ reversal: takenBack, lot: spent, spent: 39, reversed: 40 }),
    damage: ({ takenBack }) =>
      unprotected(
        (sql) => sql`
          update points_events set payload = jsonb_set(payload, '{notTakenBack,spent}', '39')
          where transaction_id = ${takenBack}`,
      ),
  },
  {
    what: 'points that came back although they were owed, in all tables alike, and were spent again',
    breaks: [OWED],
    named: ({ spent }) => ({ lot: spent, account: 'cat', owed: 40, owed_events: 40 }),
    damage: async ({ spent, withheld }) => {
      await unprotected(async (sql) => {
        await sql`
          update points_events set amount = 15, payload = payload || jsonb_build_object('portions', payload -> 'withheld',
            'withheld', '[]'::jsonb)
          where transaction_id = ${withheld}`
        await sql`update points_accounts set balance = 15, taken_back = 0 where account_id = 'cat'`
        await sql`alter table points_lots drop constraint points_lots_within_original`
        await sql`update points_lots set remaining = 15, owed = 40, taken_back = 0 where id = ${spent}`
        await sql`
          update daily_balances set remaining = 15, last_updated = (select at from points_events where transaction_id = ${withheld})
          where account_id = 'cat'`
      })
      await at('2026-03-05T10:00:00.000Z', { type: 'redeem', amount: 15 }, 'cat')
    },
  },
  {
    what: 'a redemption that says nowhere which lot it was taken from',
    breaks: [REDEEMED],
    named: ({ redeemed, first }) => ({ transaction: redeemed, lot: first, amount: 70, allocated: null }),
    damage: ({ redeemed }) =>
      unprotected((sql) => sql`delete from points_allocations where transaction_id = ${redeemed}`),
  },
  {
    what: 'a redemption that was given back to other lots than it came from',
    breaks: [REDEEMED],
    named: ({ reversal, returned }) => ({ transaction: reversal, redemption: returned }),
    damage: ({ reversal, first }) =>
      unprotected(
        (sql) => sql`
          update points_allocations set amount = case when lot_id = ${first} then -31 else -29 end
          where transaction_id = ${reversal}`,
      ),
  },
  {
    what: 'a reversal that gave back other than was taken, in event and allocations alike',
    breaks: [LOTS, REDEEMED, DAYS],
    named: ({ first }) => ({ lot: first, remaining: 0 }),
    damage: ({ reversal, first }) =>
      unprotected(async (sql) => {
        await sql`
          update points_events set payload = jsonb_set(jsonb_set(payload,
            '{portions,0,amount}', to_jsonb((payload #>> '{portions,0,amount}')::int + 1)),
            '{portions,1,amount}', to_jsonb((payload #>> '{portions,1,amount}')::int - 1))
          where transaction_id = ${reversal}`
        await sql`
          update points_allocations set amount = case when lot_id = ${first} then -31 else -29 end
          where transaction_id = ${reversal}`
      }),
  },
  {
    what: 'a reversal that says it was of more than it gave back',
    breaks: [REDEEMED],
    named: ({ partly, waiting }) => ({ transaction: partly, lot: waiting, amount: 6, allocated: 7 }),
    damage: ({ part }) =>
      unprotected(
        (sql) => sql`
          update points_events set payload = jsonb_set(payload, '{reverses,amount}', '6') where transaction_id = ${part}`,
      ),
  },
  {
    what: 'an allocation to what was no redemption',
    breaks: [REDEEMED],
    named: ({ expiry }) => ({ transaction: expiry, amount: null, allocated: 5 }),
    damage: ({ expiry, first }) => owner`
      insert into points_allocations (transaction_id, redemption_id, lot_id, amount)
      values (${expiry}, ${expiry}, ${first}, 5)`,
  },
  {
    what: 'a day that says less than its lots hold',
    breaks: [DAYS],
    named: () => ({ account: 'ann', issued_on: '2026-03-02', remaining: 49, remaining_events: 50 }),
    damage: () => owner`
      update daily_balances set remaining = remaining - 1 where account_id = 'ann' and issued_on = '2026-03-02'`,
  },
  {
    what: 'a day whose points count before they were to',
    breaks: [DAYS],
    named: () => ({ account: 'dan', issued_on: '2026-03-04', available_on: '2026-03-05', remaining: 0 }),
    damage: () => owner`update daily_balances set available_on = '2026-03-05' where available_on > issued_on`,
  },
  {
    what: 'a day that says nothing of what was lost',
    breaks: [DAYS],
    named: () => ({ account: 'ann', issued_on: '2026-03-01', expired: 0, expired_events: 30 }),
    damage: () => owner`update daily_balances set expired = 0 where issued_on = '2026-03-01'`,
  },
  {
    what: 'a day that is gone',
    breaks: [DAYS],
    named: () => ({ account: 'bob', issued_on: '2026-03-03', remaining: null, remaining_events: 1 }),
    damage: () => owner`delete from daily_balances where account_id = 'bob'`,
  },
  {
    what: 'a day that nothing was issued on',
    breaks: [DAYS],
    named: () => ({ account: 'bob', issued_on: '2026-01-01', remaining: 0, remaining_events: null }),
    damage: () => owner`
      insert into daily_balances (account_id, issued_on, available_on, expires_at, remaining, expired, last_updated)
      values ('bob', '2026-01-01', '2026-01-01', now(), 0, 0, now())`,
  },
  {
    what: 'a day that is said to have changed when it did not',
    breaks: [DAYS],
    named: () => ({ account: 'bob', issued_on: '2026-03-03' }),
    damage: () => owner`update daily_balances set last_updated = now() where account_id = 'bob'`,
  },
  {
    what: 'points that were spent when they had ended',
    breaks: [DATES],
    named: ({ redeemed, first }) => ({ transaction: redeemed, lot: first, account: 'ann', effect: 'redeemed' }),
    damage: ({ redeemed }) => happenedAt(redeemed, '2026-03-03T00:00:00.000Z'),
  },
  {
    what: 'points that were spent on the day before they count',
    breaks: [DATES],
    named: ({ partly, waiting }) => ({ transaction: partly, lot: waiting, available_on: '2026-03-04' }),
    damage: ({ partly }) => happenedAt(partly, '2026-03-03T23:59:59.999Z'),
  },
  {
    what: 'points that expired before they had ended',
    breaks: [DATES],
    named: ({ expiry, first }) => ({ transaction: expiry, lot: first, effect: 'expired', amount: 30 }),
    damage: async ({ expiry }) => {
      await happenedAt(expiry, '2026-03-02T23:59:59.999Z')
      await owner`
        update daily_balances set last_updated = '2026-03-02T23:59:59.999Z' where account_id = 'ann' and issued_on = '2026-03-01'`
    },
  },
]

describe('the audit reports', () => {
  test.each(damages)('$what, and what it is about', async ({ breaks, named, damage }) => {
    const events = await someOfEverything()
    await damage(events)
    const report = await audit(world.sql)
    expect(report.ok).toBe(false)
    const broken = report.invariants.filter(({ violations }) => violations.length > 0)
    expect(broken.map(({ name }) => name)).toEqual(breaks)
    const violations = broken[0]?.violations.map(asText)
    expect(violations).toContainEqual(expect.objectContaining(asText(named(events))))
  })

  test('each invariant of points: none is there that these tests have not broken', () => {
    expect(POINTS_INVARIANTS.map(({ name }) => name)).toEqual(INVARIANTS)
    expect(new Set(damages.flatMap(({ breaks }) => breaks))).toEqual(new Set(INVARIANTS))
  })
})

/** Sums arrive as numbers or as text, by their type in Postgres; operators read both alike. */
function asText(violation: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(violation).map(([key, value]) => [key, String(value)]))
}
