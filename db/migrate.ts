import { readdir, readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import Postgrator from 'postgrator'
import { type Database, openDatabase, ROLE_SETTINGS, type Sql } from './client.ts'
import { type Currency, keepCurrency } from './currency.ts'
import { isLockTimeout } from './outages.ts'

const MIGRATIONS = fileURLToPath(new URL('./migrations/', import.meta.url))
const FUNCTIONS = new URL('./functions/', import.meta.url)
const PRIVILEGES = new URL('./privileges.sql', import.meta.url)
/** Any number, as long as it is ours: whoever holds this advisory lock migrates. */
const MIGRATION_LOCK = 7_240_301
/**
 * Put before each script, so that both are one implicit transaction, which belongs to whoever holds the lock: nothing of a
 * script is applied outside of the migration that it is part of.
 */
const STILL_OURS = `do $$ begin
  if not exists (select from pg_locks where locktype = 'advisory' and objid = ${MIGRATION_LOCK} and pid = pg_backend_pid())
  then raise exception 'the connection was lost while migrating: nothing was applied, run it again';
  end if;
end $$;
`

export type MigrateOptions = {
  /** URL of the owner of the schema. */
  migrateDatabaseUrl: string
  /** Role of the running application; left out, or the owner itself: no privileges to give. */
  applicationRole?: string
  /** Of the books. */
  currency?: Currency
}

/**
 * Brings the schema to the newest version: all missing migrations, the functions and the privileges in one transaction, or
 * none. Two processes may start it at once: the second waits for the first and finds nothing to do.
 *
 * It waits for a lock only so long: whoever comes later waits behind it, reads included. Then it lets go of everything and
 * begins anew.
 *
 * @returns the file names of the migrations that were applied
 * @throws OtherSchema when an applied migration is not the one that comes with this code
 * @throws OtherCurrency when there are amounts already, in another currency
 */
export async function migrateDatabase(options: MigrateOptions): Promise<{ applied: string[] }> {
  const sql = openDatabase({
    databaseUrl: options.migrateDatabaseUrl,
    applicationName: 'unicorn-migrate',
    maxConnections: 1,
    // Building an index, and waiting for another process that migrates, takes as long as it takes.
    statementTimeoutMs: 0,
    lockTimeoutMs: 0,
  })
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        return await migrate(sql, options)
      } catch (error) {
        if (!isLockTimeout(error) || attempt === MAX_ATTEMPTS) throw error
        await sleep(PAUSE_MS)
      }
    }
  } finally {
    await sql.end({ timeout: 5 })
  }
}

const LOCK_TIMEOUT = '2s'
const MAX_ATTEMPTS = 30
const PAUSE_MS = 1_000

async function migrate(sql: Database, options: MigrateOptions): Promise<{ applied: string[] }> {
  return await sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${MIGRATION_LOCK})`
    await tx.unsafe(`set local lock_timeout = '${LOCK_TIMEOUT}'`)
    const postgrator = new Postgrator({
      migrationPattern: `${literally(MIGRATIONS)}*.sql`,
      driver: 'pg',
      schemaTable: 'schema_migrations',
      execQuery: async (query) => ({ rows: await tx.unsafe(query) }),
      execSqlScript: async (script) => {
        await tx.unsafe(STILL_OURS + script)
      },
    })
    if ((await postgrator.getMigrations()).length === 0) throw new Error(`No migration was found in ${MIGRATIONS}.`)
    await refuseOtherSchema(tx, await postgrator.getMigrations())
    const applied = await postgrator.migrate()
    await createFunctions(tx)
    if (options.currency) await keepCurrency(tx, options.currency)
    if (options.applicationRole) await grantPrivileges(tx, options.applicationRole)
    return { applied: applied.map((migration) => basename(migration.filename)) }
  })
}

/**
 * Gives the application's role the settings of its sessions (`ROLE_SETTINGS`), as that role, which may do so for itself; for sessions
 * that begin from now on. Safe to repeat, and to run from two places at once.
 */
export async function setRoleSettings(databaseUrl: string): Promise<void> {
  const sql = openDatabase({ databaseUrl, applicationName: 'unicorn-migrate', maxConnections: 1 })
  try {
    await sql.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(${MIGRATION_LOCK})`
      for (const [setting, value] of Object.entries(ROLE_SETTINGS)) {
        await tx.unsafe(`alter role current_user set ${setting} = '${value}'`)
      }
    })
  } finally {
    await sql.end({ timeout: 5 })
  }
}

/** The database has the schema of another version, of which there is no way to this one. */
export class OtherSchema extends Error {
  override readonly name = 'OtherSchema'
}

/** Until 1.0 the first migration is edited in place: a database that was made by another version cannot be brought up to it. */
async function refuseOtherSchema(tx: Sql, ours: Postgrator.Migration[]): Promise<void> {
  const [table] = await tx`select to_regclass('schema_migrations') is not null as exists`
  if (!table?.exists) return
  const applied = await tx<{ version: number; md5: string }[]>`
    select version::int, md5 from schema_migrations where version > 0 order by version`
  for (const { version, md5 } of applied) {
    const migration = ours.find((one) => one.version === version)
    if (migration?.md5 === md5 || (migration === undefined && version > ours.length)) continue
    throw new OtherSchema(
      'This database was made by another version of the schema, which until 1.0 cannot be upgraded: start with an empty one.',
    )
  }
}

/**
 * Creates or replaces what is in db/functions. What they do may change with any release; a signature never does (see
 * functions.ts), so that processes of the release before go on calling them.
 */
async function createFunctions(tx: Sql): Promise<void> {
  // Whoever may connect could otherwise call them with the rights of their owner: Postgres grants that by default.
  await tx.unsafe('alter default privileges in schema public revoke execute on functions from public')
  const files = (await readdir(FUNCTIONS)).filter((file) => file.endsWith('.sql')).sort()
  for (const file of files) await tx.unsafe(STILL_OURS + (await readFile(new URL(file, FUNCTIONS), 'utf8')))
  await tx.unsafe(`do $$
    declare
      ours regprocedure;
    begin
      for ours in
        select oid from pg_proc where pronamespace = 'public'::regnamespace and proowner = current_user::regrole
      loop
        execute format('revoke execute on routine %s from public', ours);
      end loop;
    end
    $$`)
}

/** A path as part of a glob pattern: whatever it contains stands for itself. */
function literally(path: string): string {
  return path.replaceAll(/[\\?*()[\]{}!+@|]/g, '\\$&')
}

async function grantPrivileges(tx: Sql, role: string): Promise<void> {
  const [owner] = await tx`select current_user = ${role} as same`
  if (owner?.same) return
  const script = await readFile(PRIVILEGES, 'utf8')
  const quoted = `"${role.replaceAll('"', '""')}"`
  await tx.unsafe(script.replaceAll(/:role\b/g, quoted))
}
