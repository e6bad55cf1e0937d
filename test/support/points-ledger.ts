import { createHash } from 'node:crypto'
import { type Database, openDatabase } from '#db/client.ts'
import { readClock } from '#db/points.ts'
import { compareAccount } from '#db/points-rebuild.ts'
import { type Instant, oneLot } from '#domain/points/account.ts'
import { type CommandInput, createPointsLedger, type PointsAnswer } from '#ledger/ledger.ts'
import { createTestDatabase } from './test-database.ts'

export type LedgerWorld = Awaited<ReturnType<typeof openLedger>>

/** A ledger on a database of its own, whose clock stands where a test puts it; unset, it is the database's. */
export async function openLedger(options: { connections?: number } = {}) {
  const database = await createTestDatabase()
  const sql: Database = openDatabase({
    databaseUrl: database.databaseUrl,
    applicationName: 'unicorn-test',
    maxConnections: options.connections ?? 20,
  })
  await addUsersAsNeeded(database.migrateDatabaseUrl)
  let now: Instant | undefined
  const clock = async () => now ?? (await readClock(sql))
  const ledger = createPointsLedger(sql, { clock })
  return {
    ...database,
    sql,
    ledger,
    clock,
    /** Where the account's rows are not as its events say; an empty list is what tests expect. */
    differences: (accountId: string) => compareAccount(sql, accountId),
    setNow: (instant: Instant) => {
      now = instant
    },
    async close() {
      await sql.end({ timeout: 5 })
      await database.drop()
    },
  }
}

/** Whatever account a test names is that of a user, who is added for it. */
async function addUsersAsNeeded(migrateDatabaseUrl: string): Promise<void> {
  const owner = openDatabase({ databaseUrl: migrateDatabaseUrl, applicationName: 'unicorn-test', maxConnections: 1 })
  await owner.unsafe(`
    create function add_user() returns trigger language plpgsql security definer as $$
    begin
      insert into users (id, username) values (new.account_id, new.account_id) on conflict do nothing;
      return new;
    end
    $$;
    create trigger add_user before insert on points_accounts for each row execute function add_user();`)
  await owner.end({ timeout: 5 })
}

const why = { reason: 'test', reference: 'test', actor: 'test' }

/** A command of tests, with a key of its own unless one is given. An issue of one lot may say `ttlDays` in place of lots. */
export function commandOf(
  command: Pick<CommandInput, 'type'> & Record<string, unknown>,
  key: string = crypto.randomUUID(),
) {
  const { ttlDays, ...given } = command
  const lots = typeof ttlDays === 'number' && oneLot(command.amount as number, ttlDays)
  const full = { ...why, ...given, ...lots } as CommandInput
  return { key, requestHash: createHash('sha256').update(JSON.stringify(full)).digest('hex'), command: full }
}

export function accepted(answer: PointsAnswer) {
  if (!answer.ok || answer.answer === null) throw new Error(`refused: ${JSON.stringify(answer)}`)
  return answer.answer
}
