import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from '#config/command.ts'
import type { ProcessIdentity } from '#config/runtime-file.ts'
import { audit } from '#db/audit.ts'
import { type Database, openDatabase } from '#db/client.ts'
import { migrateDatabase } from '#db/migrate.ts'
import { listLots, listTransactions, readAvailable, readBalance, readNextExpiry } from '#db/points.ts'
import { type CommandInput, createPointsLedger } from '#ledger/ledger.ts'
import { stopInOrder } from './launcher/supervisor.ts'
import { APPLICATION_ROLE, startPostgresServer } from './platform/postgres.ts'
import { freePort, sendSignal } from './platform/processes.ts'

/**
 * `npm run bench`: each figure against a baseline measured in the same run, as a ratio, because the figures alone say more
 * about the machine. Exits 1 when a long history costs what it must not, or the books no longer add up afterwards.
 */
async function main() {
  const say = (line: string) => console.log(line)
  let ok = false
  await withTemporaryDatabase(async (database) => {
    say(`Node ${process.version}, ${availableParallelism()} CPUs, a Postgres of its own\n`)
    const exceeded = await benchLongHistory(database, say)
    say('')
    await benchHotAccount(database, say)
    const report = await audit(database.owner)
    say(`\naudit: ${report.ok ? 'every invariant holds' : JSON.stringify(report, null, 2)}`)
    for (const line of exceeded) say(`TOO SLOW with a long history: ${line}`)
    ok = report.ok && exceeded.length === 0
  })
  return ok ? 0 : 1
}

const ROUNDS = 200

/** What must cost the same whatever the history may cost this many times as much, because machines are noisy. */
const LIMIT = 3

/**
 * What is asked of an account with 100,000 events over 1,000 days, against the same of one with 10 events. What shows every
 * day cannot cost the same for 5 days, so that is also held against 1,000 days of two events each.
 *
 * @returns what costs more than its limit, a line each
 */
async function benchLongHistory({ sql, owner }: BenchDatabase, say: (line: string) => void): Promise<string[]> {
  await bookHistory(owner, { accountId: 'long', days: 1_000, perDay: 100 })
  await bookHistory(owner, { accountId: 'sparse', days: 1_000, perDay: 2 })
  await bookHistory(owner, { accountId: 'short', days: 5, perDay: 2 })
  const ledger = createPointsLedger(sql)
  const now = new Date().toISOString()
  const why = { reason: 'bench', reference: 'bench', actor: 'bench' }
  const execute = (accountId: string, command: CommandInput) =>
    ledger.execute({ accountId, key: crypto.randomUUID(), requestHash: '', command })

  const exceeded: string[] = []

  async function compare(
    what: string,
    ask: (accountId: string) => Promise<unknown>,
    { other = 'short', limit = Number.POSITIVE_INFINITY } = {},
  ) {
    const [long, short] = await medianTimes(
      ROUNDS,
      () => ask('long'),
      () => ask(other),
    )
    const ratio = long / short
    const bound = Number.isFinite(limit) ? ` (at most ${limit}x)` : ''
    say(`  ${ratio.toFixed(2)}x  ${what}: ${long.toFixed(2)} ms / ${short.toFixed(2)} ms${bound}`)
    // Written so that a ratio that is no number is too much as well.
    if (!(ratio <= limit)) exceeded.push(`${what}: ${ratio.toFixed(2)}x, at most ${limit}x`)
  }

  const limited = { limit: LIMIT }
  say('an account with 100,000 events over 1,000 days / one with 10 events over 5 days (medians)')
  await compare('what can be spent', (accountId) => readAvailable(sql, accountId, now), limited)
  await compare('what lapses next', (accountId) => readNextExpiry(sql, accountId, now), limited)
  await compare(
    'issue a point',
    (accountId) => execute(accountId, { type: 'issue', amount: 1, ttlDays: 365, ...why }),
    limited,
  )
  await compare('redeem a point', (accountId) => execute(accountId, { type: 'redeem', amount: 1, ...why }), limited)
  await compare('20 lines of the statement', (accountId) => listTransactions(sql, { accountId, limit: 20 }))
  await compare('20 lots', (accountId) => listLots(sql, { accountId, openOnly: false, limit: 20 }))
  say('balance and all days, as GET /points gives them: costs by the number of days listed, not by events')
  await compare('GET /points, 1,000 days with 100,000 events / 5 days with 10', (accountId) =>
    readBalance(sql, accountId),
  )
  await compare(
    'GET /points, 1,000 days with 100,000 events / 1,000 days with 2,000',
    (accountId) => readBalance(sql, accountId),
    {
      other: 'sparse',
      limit: LIMIT,
    },
  )
  return exceeded
}

const HOT_ROUNDS = 3
const COMMANDS = 1_000
const AT_ONCE = 50

/**
 * Points issued to one account, 50 at once, against the straightforward way: a transaction that locks the balance, writes an
 * entry and the new balance. The latter keeps neither keys, lots nor days.
 */
async function benchHotAccount({ sql, owner }: BenchDatabase, say: (line: string) => void): Promise<void> {
  await owner`create table bench_balances (account_id text primary key, balance bigint not null)`
  await owner`
    create table bench_entries (
      id bigint generated always as identity primary key, account_id text not null, amount bigint not null,
      at timestamptz not null default now()
    )`
  const ledger = createPointsLedger(sql)
  const issue = (accountId: string) =>
    ledger.execute({
      accountId,
      key: crypto.randomUUID(),
      requestHash: '',
      command: { type: 'issue', amount: 1, ttlDays: 365, reason: 'bench', reference: 'bench', actor: 'bench' },
    })
  say(
    `${COMMANDS} issues, ${AT_ONCE} at once, against transactions with "select ... for update" (medians of ${HOT_ROUNDS})`,
  )
  for (const accounts of [1, 1_000]) {
    const name = (n: number) => `hot-${accounts}-${n % accounts}`
    await owner`
      insert into users (id, username)
      select name, name from generate_series(0, ${accounts - 1}) n, concat('hot-', ${accounts}::int, '-', n) as name`
    await owner`
      insert into bench_balances select 'hot-' || ${accounts}::int || '-' || n, 0 from generate_series(0, ${accounts - 1}) n`
    const [ours, theirs]: [number[], number[]] = [[], []]
    for (let round = 0; round < HOT_ROUNDS; round++) {
      ours.push(await timeOf(() => atOnce(COMMANDS, AT_ONCE, (n) => issue(name(n)))))
      theirs.push(await timeOf(() => atOnce(COMMANDS, AT_ONCE, (n) => addLocked(owner, name(n)))))
    }
    const perSecond = (times: number[]) => (COMMANDS / median(times)) * 1_000
    const [us, them] = [perSecond(ours), perSecond(theirs)]
    say(
      `  ${(us / them).toFixed(2)}x  ${accounts === 1 ? 'one account' : `${accounts} accounts`}: ${us.toFixed(0)}/s / ${them.toFixed(0)}/s`,
    )
  }
}

async function addLocked(database: Database, accountId: string): Promise<void> {
  await database.begin(async (sql) => {
    const [row] = await sql<{ balance: number }[]>`
      select balance from bench_balances where account_id = ${accountId} for update`
    await sql`insert into bench_entries (account_id, amount) values (${accountId}, 1)`
    await sql`update bench_balances set balance = ${(row?.balance ?? 0) + 1} where account_id = ${accountId}`
  })
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
          'issuedOn', (midnight at time zone 'UTC')::date,
          'expiresAt', to_char(expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))),
        'bench', 'bench', 'bench', at
      from history`
    await sql`
      insert into points_lots (id, account_id, issued_at, expires_at, original, remaining, expired)
      select lot_id, ${accountId}, min(at), min(expires_at), sum(amount) filter (where type = 'issued'),
        sum(case when type = 'issued' then amount else -amount end),
        coalesce(sum(amount) filter (where type = 'expired'), 0)
      from history group by lot_id`
    await sql`
      insert into points_allocations (transaction_id, redemption_id, lot_id, amount)
      select transaction_id, transaction_id, lot_id, amount from history where type = 'redeemed'`
    await sql`
      insert into daily_balances (account_id, issued_on, expires_at, remaining, expired, last_updated)
      select ${accountId}, (midnight at time zone 'UTC')::date, expires_at,
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
  await owner`vacuum analyze`
}

/** How long one call takes, in milliseconds: the medians of calls that alternate, so that both see the same machine. */
async function medianTimes(
  rounds: number,
  one: () => Promise<unknown>,
  other: () => Promise<unknown>,
): Promise<[one: number, other: number]> {
  const times: [number[], number[]] = [[], []]
  for (let round = -Math.ceil(rounds / 10); round < rounds; round++) {
    const [mine, theirs] = [await timeOf(one), await timeOf(other)]
    // The first tenth warms up plans, pages and the compiler.
    if (round < 0) continue
    times[0].push(mine)
    times[1].push(theirs)
  }
  return [median(times[0]), median(times[1])]
}

/** In milliseconds. */
async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** Does `work` so many times in all, so many of them at once. */
async function atOnce(count: number, width: number, work: (n: number) => Promise<unknown>): Promise<void> {
  let next = 0
  const one = async () => {
    while (next < count) {
      next += 1
      await work(next)
    }
  }
  await Promise.all(Array.from({ length: width }, one))
}

/** As many connections as the API has. */
const CONNECTIONS = 20

/** As the application sees it, and as its owner does. */
type BenchDatabase = { sql: Database; owner: Database }

/** Runs `work` on a migrated Postgres of its own with stock settings, which is gone afterwards, also after Ctrl-C. */
async function withTemporaryDatabase(work: (database: BenchDatabase) => Promise<void>): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'unicorn-store-bench-'))
  // The user that Postgres runs as has to get through; what is secret inside has its own mode.
  chmodSync(dataDir, 0o711)
  let server: ProcessIdentity | undefined
  const remove = () => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 })
  const stopAtOnce = () => {
    if (server) sendSignal(server, 'SIGKILL')
    remove()
  }
  process.once('exit', stopAtOnce)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  try {
    const { databaseUrl, migrateDatabaseUrl } = await startPostgresServer({
      dataDir,
      logFile: join(dataDir, 'postgres.log'),
      port: await freePort(),
      onSpawn: (identity) => {
        server = identity
      },
    })
    await migrateDatabase({ migrateDatabaseUrl, applicationRole: APPLICATION_ROLE })
    await withPools(databaseUrl, migrateDatabaseUrl, work)
  } finally {
    if (server) await stopInOrder({ postgres: server })
    remove()
    process.off('exit', stopAtOnce)
  }
}

async function withPools(databaseUrl: string, ownerUrl: string, work: (database: BenchDatabase) => Promise<void>) {
  const sql = openDatabase({ databaseUrl, applicationName: 'bench', maxConnections: CONNECTIONS })
  const owner = openDatabase({
    databaseUrl: ownerUrl,
    applicationName: 'bench-owner',
    maxConnections: CONNECTIONS,
    statementTimeoutMs: 0,
  })
  try {
    await work({ sql, owner })
  } finally {
    await Promise.all([sql.end({ timeout: 5 }), owner.end({ timeout: 5 })])
  }
}

if (import.meta.main) runCommand(main)
