import type { Database } from '#db/client.ts'
import { createPointsLedger } from '#ledger/ledger.ts'
import { atOnce, median, timeOf } from './measure.ts'
import type { BenchDatabase } from './temporary-database.ts'

const ROUNDS = 3
const COMMANDS = 1_000
const AT_ONCE = 50

/**
 * Points issued to one account, 50 at once, against the straightforward way: a transaction that locks the balance, writes an
 * entry and the new balance. The latter keeps neither keys, lots nor days.
 */
export async function benchHotAccount({ sql, owner }: BenchDatabase, say: (line: string) => void): Promise<void> {
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
    `${COMMANDS} issues, ${AT_ONCE} at once, against transactions with "select ... for update" (medians of ${ROUNDS})`,
  )
  for (const accounts of [1, 1_000]) {
    const name = (n: number) => `hot-${accounts}-${n % accounts}`
    await owner`
      insert into users (id, username)
      select name, name from generate_series(0, ${accounts - 1}) n, concat('hot-', ${accounts}::int, '-', n) as name`
    await owner`
      insert into bench_balances select 'hot-' || ${accounts}::int || '-' || n, 0 from generate_series(0, ${accounts - 1}) n`
    const [ours, theirs]: [number[], number[]] = [[], []]
    for (let round = 0; round < ROUNDS; round++) {
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
