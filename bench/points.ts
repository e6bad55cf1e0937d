import { v7 as uuidv7 } from 'uuid'
import { createActivities } from '#activities/create-activities.ts'
import { recordExternalEvent } from '#db/awards.ts'
import { addMissingCampaigns, readGrantsTakenBack } from '#db/campaigns.ts'
import type { Sql } from '#db/client.ts'
import { DEFAULT_TERMS } from '#domain/campaigns/campaign.ts'
import type { Rule } from '#domain/campaigns/condition.ts'
import { oneLot } from '#domain/points/account.ts'
import { createPointsLedger } from '#ledger/ledger.ts'
import type { Figures } from './figures.ts'
import { closedLoop, rateOf, type Work } from './load.ts'
import { type BenchDatabase, type Machine, requireSoundBooks } from './machine.ts'
import { ratioByRound, type Spread, spreadOf } from './statistics.ts'

export type PointsSizes = {
  readonly rounds: number
  /** Of each way to issue points, on each number of accounts. */
  readonly durationMs: number
  /** Of each kind, in each round. */
  readonly awards: number
}

export type PointsResults = {
  /** Per second, 50 at once. */
  readonly issues: readonly { accounts: number; ledger: Spread; bareInsert: Spread; rowLock: Spread }[]
  readonly awards: Readonly<Record<AwardKind, Spread>>
  readonly figures: Figures
}

const AT_ONCE = 50

/** Points issued and awarded, through the ledger in this process: what the ledger itself can do, with HTTP left out. */
export async function benchPoints(machine: Machine, sizes: PointsSizes): Promise<PointsResults> {
  const database = await machine.createDatabase('bench_points')
  const issues = await benchIssues(machine, database, sizes)
  const awards = await benchAwards(machine, database, sizes)
  const [one, , most] = issues
  return {
    issues: issues.map(({ accounts, ledger, bareInsert, rowLock }) => ({
      accounts,
      ledger: spreadOf(ledger),
      bareInsert: spreadOf(bareInsert),
      rowLock: spreadOf(rowLock),
    })),
    awards: {
      none: spreadOf(awards.none),
      uncapped: spreadOf(awards.uncapped),
      capped: spreadOf(awards.capped),
    },
    figures: {
      points_rate_vs_bare_insert: ratioByRound(most.ledger, most.bareInsert),
      points_hot_vs_row_lock: ratioByRound(one.ledger, one.rowLock),
      award_rate_uncapped_vs_none: ratioByRound(awards.uncapped, awards.none),
      award_rate_capped_vs_none: ratioByRound(awards.capped, awards.none),
    },
  }
}

type IssueRates = { accounts: number; ledger: number[]; bareInsert: number[]; rowLock: number[] }

/**
 * Points issued to 1, 10 and 10,000 accounts: by the ledger, with keys, lots, days and a statement; by a bare insert of an event,
 * which is all that a log needs; and by a transaction that locks the balance, the straightforward way.
 */
async function benchIssues(
  machine: Machine,
  database: BenchDatabase,
  { rounds, durationMs }: PointsSizes,
): Promise<[IssueRates, IssueRates, IssueRates]> {
  const { owner, sql } = database
  await owner`
    create table bench_events (
      transaction_id uuid primary key, account_id text not null, type text not null, amount bigint not null,
      payload jsonb not null, at timestamptz not null default now()
    )`
  await owner`create table bench_balances (account_id text primary key, balance bigint not null)`
  await owner`
    create table bench_entries (
      id bigint generated always as identity primary key, account_id text not null, amount bigint not null,
      at timestamptz not null default now()
    )`
  const ledger = createPointsLedger(sql)
  const rates = (accounts: number): IssueRates => ({ accounts, ledger: [], bareInsert: [], rowLock: [] })
  const results: [IssueRates, IssueRates, IssueRates] = [rates(1), rates(10), rates(10_000)]
  for (const { accounts } of results) await openAccounts(owner, accounts)
  for (let round = 0; round < rounds; round++) {
    for (const rates of results) {
      const { accounts } = rates
      const account = (n: number) => `points-${accounts}-${n % accounts}`
      const perSecond = async (work: Work) => (await closedLoop({ atOnce: AT_ONCE, durationMs }, work)).rate
      rates.ledger.push(await perSecond((n) => issue(ledger, account(n))))
      rates.bareInsert.push(await perSecond((n) => insertEvent(owner, account(n))))
      rates.rowLock.push(await perSecond((n) => addLocked(database, account(n))))
      machine.say(
        `points: round ${round + 1} of ${rounds}, ${accounts} accounts: ledger ${rates.ledger.at(-1)?.toFixed(0)}/s, ` +
          `bare insert ${rates.bareInsert.at(-1)?.toFixed(0)}/s, row lock ${rates.rowLock.at(-1)?.toFixed(0)}/s`,
      )
    }
    await requireSoundBooks(database)
  }
  return results
}

async function openAccounts(owner: Sql, accounts: number): Promise<void> {
  const names = owner`
    select 'points-' || ${accounts}::int || '-' || n as name from generate_series(0, ${accounts - 1}::int) as n`
  await owner`insert into users (id, username) select name, name from (${names}) as named`
  await owner`insert into bench_balances (account_id, balance) select name, 0 from (${names}) as named`
}

async function issue(ledger: ReturnType<typeof createPointsLedger>, accountId: string): Promise<void> {
  const key = crypto.randomUUID()
  const answer = await ledger.execute({
    accountId,
    key,
    requestHash: '',
    command: { type: 'issue', ...oneLot(1, 365), reason: 'bench', reference: key, actor: 'bench' },
  })
  if (!answer.ok) throw new Error(`issuing points was answered ${JSON.stringify(answer)}`)
}

async function insertEvent(sql: Sql, accountId: string): Promise<void> {
  const payload = { expiresAt: '2099-01-01T00:00:00.000Z', reason: 'bench' }
  await sql`
    insert into bench_events (transaction_id, account_id, type, amount, payload)
    values (${uuidv7()}, ${accountId}, 'issued', 1, ${sql.json(payload)})`
}

async function addLocked({ owner }: BenchDatabase, accountId: string): Promise<void> {
  await owner.begin(async (sql) => {
    const [row] = await sql<{ balance: number }[]>`
      select balance from bench_balances where account_id = ${accountId} for update`
    await sql`insert into bench_entries (account_id, amount) values (${accountId}, 1)`
    await sql`update bench_balances set balance = ${(row?.balance ?? 0) + 1} where account_id = ${accountId}`
  })
}

type AwardKind = 'none' | 'uncapped' | 'capped'

/** Each kind has a client of its own, with one campaign or none. What a client without campaigns is awarded is: nothing. */
const AWARDS: Readonly<Record<AwardKind, { client: string; points: number; totalPoints?: number | null }>> = {
  none: { client: 'bench-none', points: 0 },
  uncapped: { client: 'bench-uncapped', points: 170, totalPoints: null },
  capped: { client: 'bench-capped', points: 170, totalPoints: 1_000_000_000_000 },
}

const RULE: Rule = {
  variable: '$.amount',
  condition: { rule: 'numeric_greater_than', value: 100 },
  action: { command: 'issue', formula: '$.amount/10' },
}

const AWARDED_ACCOUNTS = 1_000

/** Awards of events of other systems, as their workflow's step books them: evaluated, and what they give issued. */
async function benchAwards(
  machine: Machine,
  database: BenchDatabase,
  { rounds, awards }: PointsSizes,
): Promise<Record<AwardKind, number[]>> {
  const { sql } = database
  const kinds = Object.keys(AWARDS) as AwardKind[]
  for (const { client, totalPoints } of Object.values(AWARDS)) {
    if (totalPoints === undefined) continue
    const caps = { totalPoints, pointsPerCustomer: null }
    const terms = { ...DEFAULT_TERMS, eventTypes: ['Ride'], caps, rules: [RULE] }
    await addMissingCampaigns(sql, [{ client, name: 'bench', terms }], 'bench')
  }
  const ledger = createPointsLedger(sql, { alsoCommits: readGrantsTakenBack })
  const { awardPoints } = createActivities({
    sql,
    ledger,
    pointsTtlDays: 365,
    readWorkflow: async () => ({ isOpen: true }),
    startLost: async () => false,
  })
  const rates: Record<AwardKind, number[]> = { none: [], uncapped: [], capped: [] }
  // The first round, which warms up, is not counted.
  for (let round = 0; round <= rounds; round++) {
    for (const kind of kinds) {
      const { client, points } = AWARDS[kind]
      const events = await recordEvents(sql, client, awards)
      const rate = await rateOf({ atOnce: AT_ONCE, total: awards }, async (n) => {
        const awarded = await awardPoints({ eventId: events[n] ?? '' })
        if (awarded.points !== points) throw new Error(`${client} awarded ${awarded.points} points, not ${points}`)
      })
      if (round > 0) rates[kind].push(rate)
    }
    const shown = kinds.map((kind) => `${kind} ${rates[kind].at(-1)?.toFixed(0) ?? 'warm'}/s`)
    machine.say(`points: awards, round ${round} of ${rounds}: ${shown.join(', ')}`)
    await requireSoundBooks(database)
  }
  return rates
}

async function recordEvents(sql: Sql, client: string, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => uuidv7())
  await rateOf({ atOnce: AT_ONCE, total: count }, async (n) => {
    const eventId = ids[n] ?? ''
    const request = { scope: client, key: eventId, requestHash: '' }
    const username = `awarded-${n % AWARDED_ACCOUNTS}`
    await recordExternalEvent(sql, request, {
      eventId,
      type: 'Ride',
      client,
      username,
      payload: { amount: 1_700 },
      actor: 'bench',
    })
  })
  return ids
}
