import type { Database, Sql } from '#db/client.ts'
import { listLots, listTransactions, readAvailable, readBalance } from '#db/points.ts'
import { oneLot } from '#domain/points/account.ts'
import { type Balance, balanceOf, type DailyBalance } from '#domain/points/daily-balance.ts'
import { createPointsLedger } from '#ledger/ledger.ts'
import type { Figures } from './figures.ts'
import { createHttpClient, expectStatus } from './http.ts'
import { timeOf } from './load.ts'
import { type BenchDatabase, type Machine, type Product, requireSoundBooks } from './machine.ts'
import { median, ratioByRound, type Spread, spreadOf } from './statistics.ts'

export type HistorySizes = {
  /** Events of the accounts, from 1,000 on; over 100 days each. */
  readonly events: readonly number[]
  /** Calls of each, in each of five rounds. */
  readonly calls: number
}

/** What a balance costs, in milliseconds: out of all events, and out of the daily read model. */
export type BalanceCost = { readonly events: number; readonly naive: Spread; readonly readModel: Spread }

export type HistoryResults = {
  readonly balances: readonly BalanceCost[]
  /** What is asked of the account with the most events over the same of one with 1,000. */
  readonly costs: readonly { what: string; ratio: number; limit: number }[]
  readonly figures: Figures
}

const ROUNDS = 5
const DAYS = 100

/** What must cost the same whatever the history may cost this many times as much, because machines are noisy. */
const LIMIT = 3

/**
 * Accounts with 1,000 events and with up to a million, over the same 100 days: what a balance costs out of the events, as the
 * sample of this API reads it, and out of the daily rows that are kept with them; and what else may not grow.
 */
export async function benchHistory(
  machine: Machine,
  { database, product }: { database: BenchDatabase; product: Product },
  { events, calls }: HistorySizes,
): Promise<HistoryResults> {
  const { sql, owner } = database
  const accounts = events.map((count) => ({ count, accountId: `history-${count}` }))
  for (const { count, accountId } of accounts) {
    machine.say(`history: an account with ${count.toLocaleString('en')} events`)
    await bookHistory(owner, { accountId, days: DAYS, perDay: count / DAYS })
  }
  await owner`vacuum analyze`
  await requireSameBalances(
    sql,
    accounts.map(({ accountId }) => accountId),
  )

  const balances = []
  for (const { count, accountId } of accounts) {
    machine.say(`history: balances out of ${count.toLocaleString('en')} events`)
    // A fold over a million events takes seconds: a few must do.
    const naiveCalls = Math.max(1, Math.min(calls, Math.round(20_000 / count)))
    const [naive, readModel] = [
      await medians(naiveCalls, () => foldBalance(sql, accountId)),
      await medians(calls, () => readBalance(sql, accountId)),
    ]
    balances.push({ events: count, naive: spreadOf(naive), readModel: spreadOf(readModel) })
  }

  const longest = accounts.at(-1)?.accountId ?? ''
  const shortest = accounts[0]?.accountId ?? ''
  machine.say('history: what else may not grow')
  const costs = await compareCosts(sql, { longest, shortest, calls })
  const http = createHttpClient(product.url)
  const get = (accountId: string) => expectStatus(http, 200, 'GET', `/points?account_id=${accountId}`)
  const balanceGrowth = await compared(
    calls,
    () => get(longest),
    () => get(shortest),
  )
  http.close()
  await requireSoundBooks(database)
  return { balances, costs, figures: { balance_growth: balanceGrowth } }
}

/** What costs more with the long history than it may; a ratio that is no number, too. */
export function exceededCosts({ costs }: HistoryResults): string[] {
  const exceeded = costs.filter(({ ratio, limit }) => !(ratio <= limit))
  return exceeded.map(({ what, ratio, limit }) => `${what}: ${ratio.toFixed(2)} times, at most ${limit}`)
}

/** What it costs on the account with the long history over what it costs on the other one. */
async function compareCosts(sql: Database, accounts: { longest: string; shortest: string; calls: number }) {
  const ledger = createPointsLedger(sql)
  const now = new Date().toISOString()
  const why = { reason: 'bench', reference: 'bench', actor: 'bench' }
  const entry = (accountId: string) => ({ accountId, key: crypto.randomUUID(), requestHash: '' })
  const asked: Record<string, (accountId: string) => Promise<unknown>> = {
    'what can be spent': (accountId) => readAvailable(sql, accountId, now),
    'issue a point': (accountId) =>
      ledger.execute({ ...entry(accountId), command: { type: 'issue', ...oneLot(1, 365), ...why } }),
    'redeem a point': (accountId) =>
      ledger.execute({ ...entry(accountId), command: { type: 'redeem', amount: 1, ...why } }),
    '20 lines of the statement': (accountId) => listTransactions(sql, { accountId, limit: 20 }),
    '20 lots': (accountId) => listLots(sql, { accountId, openOnly: false, limit: 20 }),
    'the balance with its 100 days': (accountId) => readBalance(sql, accountId),
  }
  const costs = []
  for (const [what, ask] of Object.entries(asked)) {
    const ratio = await compared(
      accounts.calls,
      () => ask(accounts.longest),
      () => ask(accounts.shortest),
    )
    costs.push({ what, ratio: ratio.median, limit: LIMIT })
  }
  return costs
}

/** Calls that alternate, so that both see the same machine; the ratio of their medians in each round. */
export async function compared(
  calls: number,
  one: () => Promise<unknown>,
  other: () => Promise<unknown>,
): Promise<Spread> {
  const [ours, theirs]: [number[], number[]] = [[], []]
  // The first round warms up plans, pages and the compiler.
  for (let round = -1; round < ROUNDS; round++) {
    const times: [number[], number[]] = [[], []]
    for (let call = 0; call < calls; call++) {
      times[0].push(await timeOf(one))
      times[1].push(await timeOf(other))
    }
    if (round < 0) continue
    ours.push(median(times[0]))
    theirs.push(median(times[1]))
  }
  return ratioByRound(ours, theirs)
}

async function medians(calls: number, work: () => Promise<unknown>): Promise<number[]> {
  const found: number[] = []
  for (let round = -1; round < ROUNDS; round++) {
    const times: number[] = []
    for (let call = 0; call < calls; call++) times.push(await timeOf(work))
    if (round >= 0) found.push(median(times))
  }
  return found
}

type FoldedEvent = {
  type: 'issued' | 'redeemed' | 'expired' | 'reversed'
  at: string
  portions: { issuedOn: string; availableOn: string; expiresAt: string; amount: number }[]
}

/** A balance as one reads it first off an event store: all events of the account, folded. Of accounts without reversals. */
async function foldBalance(sql: Sql, accountId: string): Promise<Balance> {
  const events = await sql<FoldedEvent[]>`
    select type, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at, payload -> 'portions' as portions
    from points_events where account_id = ${accountId} order by version`
  const days = new Map<string, DailyBalance>()
  for (const { type, at, portions } of events) {
    if (type === 'reversed') throw new Error('reversals are not folded')
    for (const { issuedOn, availableOn, expiresAt, amount } of portions) {
      const key = `${issuedOn} ${availableOn} ${expiresAt}`
      const day = days.get(key)
      days.set(key, {
        issuedOn,
        availableOn,
        expiresAt,
        remaining: (day?.remaining ?? 0) + (type === 'issued' ? amount : -amount),
        expired: (day?.expired ?? 0) + (type === 'expired' ? amount : 0),
        lastUpdated: at,
      })
    }
  }
  return balanceOf([...days.values()], new Date().toISOString())
}

/** @throws Error when both ways to a balance do not come to the same: then there is nothing to compare */
async function requireSameBalances(sql: Sql, accountIds: readonly string[]): Promise<void> {
  for (const accountId of accountIds) {
    const [folded, kept] = [await foldBalance(sql, accountId), await readBalance(sql, accountId)]
    if (JSON.stringify(folded) === JSON.stringify(kept)) continue
    throw new Error(`the events of ${accountId} fold to ${folded.available}, its daily balances say ${kept.available}`)
  }
}

/** Days that points live. */
const TTL_DAYS = 365

/**
 * Gives an account a history up to yesterday: on each day `perDay` events, half of them issues of 10 points, the other half
 * redemptions that take one lot each, but for the last, which takes a half. What they leave lapses after 365 days and is
 * swept on that day. Written table by table, but as the ledger would have it: `npm run audit` holds.
 */
export async function bookHistory(
  owner: Database,
  history: { accountId: string; days: number; perDay: number },
): Promise<void> {
  const { accountId, days, perDay } = history
  const lotsPerDay = perDay / 2
  await owner.begin(async (sql) => {
    await sql`insert into users (id, username) values (${accountId}, ${accountId}) on conflict do nothing`
    await sql`insert into points_accounts (account_id) values (${accountId})`
    await sql`
      create temporary table history on commit drop as
      with day as (
        select d, (date_trunc('day', now(), 'UTC') - make_interval(days => ${days} - d)) as midnight
        from generate_series(0, ${days - 1}) as d
      ), lot as (
        select d, n, uuidv7(midnight + make_interval(hours => 8, secs => n) - now()) as id, midnight,
          midnight + make_interval(days => ${TTL_DAYS}) as expires_at
        from day cross join generate_series(1, ${lotsPerDay}) as n
      ), entry as (
        select d, 1 as phase, n, 'issued' as type, 10 as amount, id as transaction_id, id as lot_id, midnight, expires_at,
          midnight + make_interval(hours => 8, secs => n) as at
        from lot
        union all
        select d, 2, n, 'redeemed', case when n = ${lotsPerDay} then 5 else 10 end, null, id, midnight, expires_at,
          midnight + make_interval(hours => 16, secs => n)
        from lot
        union all
        select d + ${TTL_DAYS}, 0, 0, 'expired', 5, null, id, midnight, expires_at, expires_at
        from lot where n = ${lotsPerDay} and d + ${TTL_DAYS} < ${days}
      )
      select type, amount, lot_id, midnight, expires_at, at, row_number() over (order by d, phase, n) as version,
        coalesce(transaction_id, uuidv7(at - now())) as transaction_id,
        sum(case when type = 'issued' then amount else -amount end) over (order by d, phase, n) as balance
      from entry`
    await sql`
      insert into points_events (
        account_id, version, transaction_id, type, amount, balance, payload, reason, reference, actor, at
      )
      select ${accountId}, version, transaction_id, type, amount, balance,
        jsonb_build_object('portions', jsonb_build_array(jsonb_build_object('lotId', lot_id, 'amount', amount,
          'issuedOn', (midnight at time zone 'UTC')::date, 'availableOn', (midnight at time zone 'UTC')::date,
          'expiresAt', to_char(expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
          || case when type = 'issued' then '{"campaignId": null}' else '{}' end::jsonb)),
        'bench', 'bench', 'bench', at
      from history`
    await sql`
      insert into points_lots (
        id, transaction_id, account_id, issued_at, available_at, expires_at, original, remaining, expired
      )
      select lot_id, lot_id, ${accountId}, min(at), min(at), min(expires_at), sum(amount) filter (where type = 'issued'),
        sum(case when type = 'issued' then amount else -amount end),
        coalesce(sum(amount) filter (where type = 'expired'), 0)
      from history group by lot_id`
    await sql`
      insert into points_allocations (transaction_id, redemption_id, lot_id, amount)
      select transaction_id, transaction_id, lot_id, amount from history where type = 'redeemed'`
    await sql`
      insert into daily_balances (account_id, issued_on, available_on, expires_at, remaining, expired, last_updated)
      select ${accountId}, (midnight at time zone 'UTC')::date, (midnight at time zone 'UTC')::date, expires_at,
        sum(case when type = 'issued' then amount else -amount end),
        coalesce(sum(amount) filter (where type = 'expired'), 0), max(at)
      from history group by midnight, expires_at`
    await sql`
      update points_accounts set (version, balance, issued, redeemed, expired) = (
        select count(*), sum(case when type = 'issued' then amount else -amount end),
          coalesce(sum(amount) filter (where type = 'issued'), 0),
          coalesce(sum(amount) filter (where type = 'redeemed'), 0),
          coalesce(sum(amount) filter (where type = 'expired'), 0)
        from history
      )
      where account_id = ${accountId}`
  })
}
