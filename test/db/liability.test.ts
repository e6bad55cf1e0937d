import fc from 'fast-check'
import { NIL } from 'uuid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { redeemPoints } from '#activities/points.ts'
import { bookHistory } from '#bench/history.ts'
import { type Database, openDatabase, type Sql } from '#db/client.ts'
import { type LotGroup, readDailyBalancesAt, readNewestInstant, readSales, sumLots } from '#db/liability.ts'
import { readAvailable } from '#db/points.ts'
import { readEvents } from '#db/points-rebuild.ts'
import { chargeWallet, confirmPurchase, reserveStock } from '#db/purchases.ts'
import { emptyAccount, type Lot, oneLot, type PointsEvent } from '#domain/points/account.ts'
import { balanceOf } from '#domain/points/daily-balance.ts'
import { fold, rebuild } from '#domain/points/evolve.ts'
import { addAll, type LotSums, type Sale } from '#domain/points/liability.ts'
import { createPointsLedger } from '#ledger/ledger.ts'
import { giving } from '#test/support/campaign-examples.ts'
import { openCampaignShop } from '#test/support/campaign-shop.ts'
import { commandOf, type LedgerWorld, openLedger } from '#test/support/points-ledger.ts'
import { rowsRead } from '#test/support/rows-read.ts'
import { openShop } from '#test/support/shop.ts'

const DAY_MS = 86_400_000
const START = Date.parse('2026-01-29T20:00:00.000Z')
const CAMPAIGNS = ['0199d6a4-0000-7000-8000-000000000001', '0199d6a4-0000-7000-8000-000000000002', null]

let world: LedgerWorld
let owner: Database

beforeAll(async () => {
  world = await openLedger()
  owner = openDatabase({ databaseUrl: world.migrateDatabaseUrl, applicationName: 'owner', maxConnections: 1 })
})
afterAll(async () => {
  await owner.end({ timeout: 5 })
  await world.close()
})

async function sumAll(database: Database, at: string, limit?: number): Promise<Map<string, LotSums>> {
  const sums = new Map<string, LotSums>()
  for (let after: string | null = NIL; after !== null; ) {
    const page: Awaited<ReturnType<typeof sumLots>> = await sumLots(database, at, after, limit)
    for (const group of page.items) add(sums, group)
    after = page.next
  }
  return sums
}

function add(sums: Map<string, LotSums>, { by, key, sums: more }: LotGroup) {
  const before = sums.get(`${by} ${key}`)
  sums.set(`${by} ${key}`, before ? addAll(before, more) : more)
}

describe('at any instant', () => {
  // What the ledger books is recorded when its clock says, and a little: as if it had been carried out then.
  beforeAll(async () => {
    await owner.unsafe(`
      create table test_clock as select now() as at;
      create function test_now() returns timestamptz language sql volatile security definer
        as $$ select at + interval '137 microseconds' from public.test_clock $$;
      alter table points_events alter recorded_at set default test_now();`)
  })
  afterAll(async () => {
    await owner`alter table points_events alter recorded_at set default clock_timestamp()`
  })

  const lot = fc.record({
    amount: fc.integer({ min: 1, max: 10 }),
    campaignId: fc.constantFrom(...CAMPAIGNS),
    terms: fc.record({
      availableAfterDays: fc.constantFrom<number>(0, 0, 1, 3),
      ends: fc.oneof(
        fc.record({ days: fc.integer({ min: 1, max: 5 }) }),
        fc.record({ endOfMonth: fc.nat({ max: 1 }) }),
        fc.record({ on: fc.constant('2026-02-02') }),
      ),
    }),
  })
  const pauseMs = fc.oneof(
    fc.constant(0),
    fc.integer({ min: 1, max: 600 }).map((minutes) => minutes * 60_000),
    fc.integer({ min: 1, max: 2 }).map((days) => days * DAY_MS),
  )
  const step = fc.record({
    account: fc.nat({ max: 1 }),
    type: fc.constantFrom('issue', 'issue', 'redeem', 'redeem', 'reverse', 'reverse', 'reverse', 'expire'),
    lots: fc.array(lot, { minLength: 1, maxLength: 3 }),
    amount: fc.integer({ min: 1, max: 30 }),
    isWhole: fc.boolean(),
    back: fc.nat({ max: 5 }),
    makesGood: fc.oneof(fc.constant(0), fc.nat({ max: 20 })),
    pauseMs,
  })
  type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

  const a = (type: Step['type'], given: Partial<Step> = {}): Step => {
    const lots: Step['lots'] = [0, 1, 2].map((n) => ({
      amount: 5 + n,
      campaignId: CAMPAIGNS[n] ?? null,
      terms: { availableAfterDays: 0, ends: { days: 2 + n } },
    }))
    return { account: 0, type, lots, amount: 18, isWhole: true, back: 0, makesGood: 0, pauseMs: 60_000, ...given }
  }
  const waiting = a('issue').lots.map((lot) => ({ ...lot, terms: { ...lot.terms, availableAfterDays: 3 } }))

  /** What random histories seldom come to: debts of several lots, which are withheld; claims of what had expired, or was pending. */
  const SELDOM: Step[] = [
    ...[a('issue'), a('redeem'), a('reverse', { back: 1, makesGood: 2 }), a('reverse', { back: 1 })],
    ...[a('issue'), a('expire', { pauseMs: 3 * DAY_MS }), a('reverse', { back: 1 })],
    ...[a('issue', { lots: waiting }), a('reverse', { isWhole: false, amount: 7 })],
  ]

  /** Carries steps out as accounts of their own. @returns the accounts, and when it ended */
  async function live(steps: readonly Step[]) {
    const run = crypto.randomUUID()
    const done: Record<string, string[]> = {}
    let now = START
    for (const one of steps) {
      now += one.pauseMs
      const at = new Date(now).toISOString()
      world.setNow(at)
      await owner`update test_clock set at = ${at}`
      const accountId = `account-${one.account}-${run}`
      done[accountId] ??= []
      const answer = await world.ledger.execute({ accountId, ...commandOf(commandFor(one, done[accountId])) })
      if (answer.ok && answer.answer) done[accountId].push(answer.answer.id)
    }
    return { accounts: Object.keys(done), end: now }
  }

  function commandFor({ type, lots, amount, isWhole, back, makesGood }: Step, done: readonly string[]) {
    if (type === 'issue') {
      return {
        type,
        amount: lots.reduce((sum, lot) => sum + lot.amount, 0),
        lots: lots.map(({ campaignId, ...lot }) => ({ ...lot, ...(campaignId && { campaignId }) })),
      } as const
    }
    if (type === 'redeem') return { type, amount } as const
    if (type === 'expire') return { type } as const
    const reverses = done.at(-1 - back) ?? crypto.randomUUID()
    return { type: 'reverse', reverses, makesGood, ...(!isWhole && { amount }) } as const
  }

  type Recorded = PointsEvent & { recordedAt: number }

  /** Every event of every account, with when it was recorded, in microseconds. */
  async function everything(): Promise<Map<string, Recorded[]>> {
    const rows = await world.sql<{ id: string; at: number }[]>`
      select transaction_id as id, (extract(epoch from recorded_at) * 1000000)::bigint as at from points_events`
    const recordedAt = new Map(rows.map(({ id, at }) => [id, at]))
    const accounts = await world.sql<{ id: string }[]>`select account_id as id from points_accounts`
    const all = new Map<string, Recorded[]>()
    for (const { id } of accounts) {
      const events = await readEvents(world.sql, id)
      all.set(
        id,
        events.map((event) => ({ ...event, recordedAt: recordedAt.get(event.transactionId) ?? Number.NaN })),
      )
    }
    return all
  }

  const upTo = (events: readonly Recorded[], at: string) =>
    events.filter(({ recordedAt }) => recordedAt <= Date.parse(at) * 1_000)

  /** What lots are after a replay of all that had been recorded by then, counted lot by lot. */
  function replayed(all: Map<string, Recorded[]>, at: string): Map<string, LotSums> {
    const lots = [...all].flatMap(([accountId, events]) => fold(emptyAccount(accountId), upTo(events, at)).lots)
    const sums = new Map<string, LotSums>()
    add(sums, { by: 'all', key: null, sums: sumsOf(undefined, at) })
    for (const one of lots) {
      const each = sumsOf(one, at)
      add(sums, { by: 'all', key: null, sums: each })
      if (each.available + each.pending === 0) continue
      add(sums, { by: 'campaign', key: one.campaignId, sums: each })
      const lastDay = new Date(Date.parse(one.expiresAt) - 1).toISOString()
      add(sums, { by: 'lastMonth', key: lastDay.slice(0, 7), sums: each })
      add(sums, { by: 'firstMonth', key: one.availableAt.slice(0, 7), sums: each })
    }
    return sums
  }

  function sumsOf(lot: Lot | undefined, at: string): LotSums {
    const { original = 0, remaining = 0, expired = 0, takenBack = 0, owed = 0 } = lot ?? {}
    const hasEnded = lot !== undefined && lot.expiresAt <= at
    const isPending = lot !== undefined && lot.availableAt > at
    return {
      issued: original,
      spent: original - remaining - expired - takenBack,
      takenBack,
      expired: expired + (hasEnded ? remaining : 0),
      available: hasEnded || isPending ? 0 : remaining,
      pending: isPending ? remaining : 0,
      owed,
      endedLots: hasEnded && original > takenBack ? 1 : 0,
      endedPoints: hasEnded ? original - takenBack : 0,
    }
  }

  /** Only what is open: of lots without anything open the replay counts nothing but in all. */
  const openOf = (sums: Map<string, LotSums>) =>
    Object.fromEntries(
      [...sums].map(([key, all]) => {
        const { available, pending } = all
        return [key, key === 'all null' ? all : { available, pending }]
      }),
    )

  test('of a thousand, the sums of lots and the balances are those of a replay up to it', async () => {
    let instants = 0
    const property = fc.asyncProperty(
      fc.array(step, { minLength: 30, maxLength: 60, size: 'max' }),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 80, maxLength: 80 }),
      fc.array(fc.nat(), { minLength: 20, maxLength: 20 }),
      async (steps, fractions, picks) => {
        const { accounts, end } = await live(steps)
        const all = await everything()
        const own = accounts.flatMap((accountId) => all.get(accountId) ?? [])
        const moments = [
          ...fractions.map((fraction) => START + Math.floor(fraction * (end + 10 * DAY_MS - START))),
          // Within the millisecond in which something is recorded, after it, and at midnight.
          ...picks.map((pick) => {
            const recorded = Math.floor((own[pick % Math.max(own.length, 1)]?.recordedAt ?? START * 1_000) / 1_000)
            return [recorded, recorded + 1, Math.ceil(recorded / DAY_MS) * DAY_MS][pick % 3] as number
          }),
        ]
        for (const [index, moment] of moments.entries()) {
          const at = new Date(moment).toISOString()
          const sums = await sumAll(world.sql, at, index % 10 === 0 ? 7 : undefined)
          expect(openOf(sums)).toEqual(openOf(replayed(all, at)))
          const accountId = accounts[index % accounts.length] ?? ''
          const { daily } = rebuild(accountId, upTo(all.get(accountId) ?? [], at))
          expect(balanceOf(await readDailyBalancesAt(world.sql, accountId, at), at)).toEqual(balanceOf([...daily], at))
          instants += 1
        }
        // At the end they are what accounts say that they hold.
        const last = (await sumAll(world.sql, '9999-12-31T00:00:00.000Z')).get('all null')
        const [books] = await world.sql<Partial<LotSums>[]>`
          select sum(issued)::bigint as issued, sum(redeemed)::bigint as spent, sum(taken_back)::bigint as "takenBack",
            sum(balance + expired)::bigint as expired, (select sum(owed) from points_lots)::bigint as owed
          from points_accounts`
        expect(last).toMatchObject({ ...books, available: 0, pending: 0 })
      },
    )
    // A smaller history of which it does not hold is looked for as long as that takes.
    const fractions = Array.from({ length: 80 }, (_, n) => n / 80)
    const picks = Array.from({ length: 20 }, (_, n) => n)
    await fc.assert(property, {
      examples: [[SELDOM, fractions, picks]],
      numRuns: 10,
      interruptAfterTimeLimit: 60_000,
      markInterruptAsFailure: true,
    })
    expect(instants).toBeGreaterThanOrEqual(1_000)
    // Else the histories would have been too simple to tell.
    const [reached] = await world.sql<Record<string, number>[]>`
      select count(*) filter (where payload -> 'withheld' <> '[]') as withheld,
        count(*) filter (where jsonb_array_length(payload -> 'owedChanges') > 1) as "owedInSeveral",
        count(*) filter (where (payload -> 'notTakenBack' ->> 'expired')::int > 0) as "claimedOfExpired",
        count(*) filter (where type = 'expired') as swept,
        (select count(*) from points_lots where available_at > issued_at and taken_back > 0) as "takenBackOfPending"
      from points_events`
    for (const [what, count] of Object.entries(reached ?? {})) expect(count, what).toBeGreaterThan(0)
  })
})

test('sales and their awards are at any instant as the books had them then, whatever was bought, spent and refunded since', async () => {
  const shop = await openCampaignShop()
  try {
    await shop.addCampaign('generous', { rules: [giving('20000')] })
    const action = fc.record({
      do: fc.constantFrom('buy', 'buy', 'redeem', 'refund', 'refund'),
      points: fc.integer({ min: 1, max: 17_000 }),
      pays: fc.boolean(),
      which: fc.nat({ max: 5 }),
      pieces: fc.integer({ min: 1, max: 3 }),
    })
    const property = fc.asyncProperty(
      fc.array(action, { minLength: 8, maxLength: 16, size: 'max' }),
      async (actions) => {
        const username = await shop.addWallet({ balanceMinor: 100_000_000 })
        const accountId = await shop.idOf(username)
        const kept: { purchaseId: string; pieces: number }[] = []
        const seen: { at: string; sales: unknown[] }[] = []
        for (const one of actions) {
          if (one.do === 'buy') {
            const points = Math.min(one.points, await readAvailable(shop.sql, accountId, new Date().toISOString()))
            const redeem = one.pays ? points : 0
            const purchaseId = await shop.order({
              username,
              lines: [{ productId: 'air', quantity: one.pieces }],
              redeemPoints: redeem,
            })
            await reserveStock(shop.sql, purchaseId)
            if (redeem > 0) await redeemPoints(shop.points, purchaseId)
            await chargeWallet(shop.sql, purchaseId)
            await confirmPurchase(shop.sql, purchaseId)
            await shop.complete(purchaseId)
            kept.push({ purchaseId, pieces: one.pieces })
          }
          if (one.do === 'redeem')
            await shop.ledger.execute({ accountId, ...commandOf({ type: 'redeem', amount: one.points }) })
          const [bought] = one.do === 'refund' ? kept.splice(one.which % Math.max(kept.length, 1), 1) : []
          if (bought !== undefined) {
            const { purchaseId, pieces } = bought
            const quantity = Math.min(one.pieces, pieces)
            await shop.refund(purchaseId, [{ productId: 'air', quantity }])
            if (quantity < pieces) kept.push({ purchaseId, pieces: pieces - quantity })
          }
          const at = await instantAfterAll(shop.sql)
          seen.push({ at, sales: await salesInBooks(shop.sql) })
          expect(await salesAt(shop.sql, at)).toEqual(seen.at(-1)?.sales)
        }
        for (const { at, sales } of seen) expect(await salesAt(shop.sql, at)).toEqual(sales)
      },
    )
    // Of 20,000 points that were spent, 1,700.00 make good 17,000.
    const one = { points: 10_000, pays: false, which: 0, pieces: 1 }
    const owing = (['buy', 'redeem', 'redeem', 'refund', 'buy'] as const).map((action) => ({ ...one, do: action }))
    await fc.assert(property, {
      examples: [[owing]],
      numRuns: 5,
      interruptAfterTimeLimit: 60_000,
      markInterruptAsFailure: true,
    })
    const madeGood = (await salesInBooks(shop.sql)).filter((sale) => sale.madeGood > 0)
    expect(madeGood.length).toBeGreaterThan(0)
    const [lots] = await shop.sql<{ owing: number }[]>`select count(*) as owing from points_lots where owed > 0`
    expect(lots?.owing).toBeGreaterThan(0)
  } finally {
    await shop.close()
  }
})

/** One that can be reported, and by which all had been recorded that has been by now: instants have no more than milliseconds. */
async function instantAfterAll(sql: Sql): Promise<string> {
  const [clock] = await sql<{ now: Date }[]>`select clock_timestamp() + interval '1 millisecond' as now`
  for (;;) {
    const at = await readNewestInstant(sql)
    if (at !== null && clock && at >= clock.now.toISOString()) return at
  }
}

/** With its members in one order, to be sorted by all of it. */
const inOrder = ({ paidMinor, pointValueMinor, open, spent, expired, madeGood }: Sale): Sale => {
  return { paidMinor, pointValueMinor, open, spent, expired, madeGood }
}

const bySale = (a: Sale, b: Sale) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)

async function salesAt(database: Database, at: string): Promise<Sale[]> {
  const sales: Sale[] = []
  for (let after: string | null = NIL; after !== null; ) {
    const page: Awaited<ReturnType<typeof readSales>> = await readSales(database, at, after, 4)
    sales.push(...page.items)
    after = page.next
  }
  return sales.map(inOrder).sort(bySale)
}

/** By wallets and lots as they are now, of which none has ended. */
async function salesInBooks(sql: Sql): Promise<Sale[]> {
  const rows = await sql<Sale[]>`
    select (select coalesce(-sum(amount_minor), 0)::bigint from wallet_entries where reference = p.id::text) as "paidMinor",
      p.point_value_minor as "pointValueMinor", award.*
    from purchases p
    cross join lateral (
      select coalesce(sum(remaining), 0)::bigint as open, 0::bigint as expired,
        coalesce(sum(original - remaining - l.taken_back - owed), 0)::bigint as spent,
        coalesce(sum(claimed - taken_back - owed), 0)::bigint as "madeGood"
      from awards a join points_lots l using (transaction_id) where a.id = p.id
    ) as award
    where p.status in ('completed', 'refunded')`
  return rows.map(inOrder).sort(bySale)
}

describe('the newest instant that can be reported', () => {
  const newest = async () => (await readNewestInstant(world.sql)) ?? ''
  const issued = (sql: Sql, accountId: string) =>
    createPointsLedger(sql).execute({ accountId, ...commandOf({ type: 'issue', ...oneLot(5, 10) }) })
  const recordedAt = async (accountId: string) => {
    const [row] = await world.sql<{ at: Date }[]>`
      select recorded_at as at from points_events where account_id = ${accountId}`
    return row?.at.toISOString() ?? ''
  }

  test('is just now, while nobody writes', async () => {
    const before = Date.now()
    await issued(world.sql, 'early')
    expect(Date.parse(await newest())).toBeGreaterThanOrEqual(before - 1)
    expect((await recordedAt('early')) <= (await newest())).toBe(true)
  })

  test('is before a transaction began that has written and not committed, however much is committed meanwhile', async () => {
    await world.sql.begin(async (tx) => {
      const [began] = await tx<{ at: Date }[]>`select now() as at`
      await issued(tx, 'slow')
      await issued(world.sql, 'fast')
      // Both in whole milliseconds: it is the one that the transaction began in, at the latest.
      expect((await newest()) <= (began?.at.toISOString() ?? '')).toBe(true)
      expect((began?.at.toISOString() ?? '') < (await recordedAt('fast'))).toBe(true)
    })
    expect((await newest()) >= (await recordedAt('slow'))).toBe(true)
  })

  test('is not held back by who has written nothing, nor by who only reads', async () => {
    await world.sql.begin(async (tx) => {
      await tx`select count(*) from points_events`
      const before = new Date(Date.now() - 1).toISOString()
      await issued(world.sql, 'meanwhile')
      expect((await newest()) >= before).toBe(true)
    })
  })

  test('is not known while somebody writes by hand whom the application may not look at', async () => {
    await owner.begin(async (tx) => {
      await tx`
        insert into purchase_events (purchase_id, seq, step, state)
        select gen_random_uuid(), 1, 'purchase', 'running' where false`
      expect(await readNewestInstant(world.sql)).toBeNull()
    })
    expect(await readNewestInstant(world.sql)).not.toBeNull()
  })
})

test('a page reads a bounded number of rows, however many there are, and whatever is known of them', async () => {
  // One connection, so that what it has read is on record when it says so.
  const shop = await openShop({ connections: 1 })
  const books = openDatabase({ databaseUrl: shop.migrateDatabaseUrl, applicationName: 'owner', maxConnections: 1 })
  try {
    const productId = await shop.addProduct({ priceMinor: 80_000, stock: 1 })
    const username = await shop.addWallet({ balanceMinor: 80_000 })
    await shop.addUser('ann')
    await bookHistory(books, { accountId: 'ann', days: 500, perDay: 40 })
    const id = await shop.order({ username, lines: [{ productId, quantity: 1 }] })
    await books`
      insert into purchases (
        id, scope, idempotency_key, request_hash, user_id, point_value_minor, total_minor, status, settled_at
      )
      select gen_random_uuid(), 'copy', n::text, '', user_id, 10, 80000, 'completed', now()
      from purchases cross join generate_series(1, 5000) as n where id = ${id}`
    await books`
      insert into purchase_events (purchase_id, seq, step, state)
      select id, 1 + n, case n when 3 then 'confirmPurchase' else 'other' end, 'applied'
      from purchases cross join generate_series(1, 4) as n`
    await books`
      insert into wallet_entries (user_id, amount_minor, reason, reference, actor)
      select user_id, -80000, 'charge', id::text, 'test' from purchases`
    const at = new Date().toISOString()
    const ask = async () => {
      expect((await sumLots(shop.sql, at, NIL, 100)).items).not.toEqual([])
      expect((await readSales(shop.sql, at, NIL, 100)).items).toHaveLength(100)
    }
    const tables = ['points_events', 'points_lots', 'points_allocations']
    tables.push('purchases', 'purchase_events', 'wallet_entries')
    for (const statistics of ['none', 'all']) {
      if (statistics === 'all') await books`vacuum analyze`
      // Postgres decides on the plan for good only after it has seen a statement a few times.
      for (let n = 0; n < 8; n++) await ask()
      const before = await rowsRead(shop.sql, tables)
      for (let n = 0; n < 4; n++) await ask()
      // Of each lot itself, its issue, and what was spent of it; of each purchase itself, its timeline and what was paid.
      expect((await rowsRead(shop.sql, tables)) - before).toBeLessThanOrEqual(4 * 2 * 100 * 10)
    }
  } finally {
    await books.end({ timeout: 5 })
    await shop.close()
  }
})
