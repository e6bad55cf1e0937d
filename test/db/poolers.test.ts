import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { type Database, openDatabase, ROLE_SETTINGS, type Sql } from '#db/client.ts'
import { migrateDatabase, setRoleSettings } from '#db/migrate.ts'
import { createTestDatabase, type TestDatabase } from '#test/support/test-database.ts'

/** What a Postgres that others run asks of its clients: poolers in front of it, failovers, and migrations under traffic. */

let database: TestDatabase
let owner: postgres.Sql

beforeAll(async () => {
  database = await createTestDatabase()
  owner = postgres(database.migrateDatabaseUrl, { max: 2, onnotice: () => {} })
})
afterAll(async () => {
  await owner.end({ timeout: 1 })
  await database.drop()
})

function open(databaseUrl = database.databaseUrl, maxConnections = 1): Database {
  const sql = openDatabase({ databaseUrl, applicationName: 'test', maxConnections })
  onTestFinished(() => sql.end({ timeout: 1 }))
  return sql
}

describe('a session of the application', () => {
  test('begins with no parameter that PgBouncer refuses', async () => {
    const pooler = createServer((socket) => socket.once('data', (data) => socket.destroy(void received.resolve(data))))
    const received = Promise.withResolvers<Buffer>()
    onTestFinished(() => void pooler.close())
    await once(pooler.listen(0, '127.0.0.1'), 'listening')
    const { port } = pooler.address() as AddressInfo
    await expect(open(`postgres://app:secret@127.0.0.1:${port}/store`)`select 1`).rejects.toThrow()
    // Length and version of the protocol, then names and values in turn.
    const parameters = (await received.promise).toString('utf8', 8).split('\0')
    const names = parameters.filter((name, index) => index % 2 === 0 && name !== '')
    // https://www.pgbouncer.org/config.html#ignore_startup_parameters
    expect(names.toSorted()).toEqual(['TimeZone', 'application_name', 'client_encoding', 'database', 'user'])
  })

  test('has the settings of its role, which it got by the migration', async () => {
    const sql = open()
    await setRoleSettings(database.databaseUrl)
    for (const [setting, value] of Object.entries(ROLE_SETTINGS)) {
      const [row] = await sql<{ now: string }[]>`select current_setting(${setting}) as now`
      expect([setting, row?.now]).toEqual([setting, value])
    }
  })

  test('prepares its statements on the server, unless the URL says otherwise', async () => {
    const prepared = async (sql: Sql) => {
      for (let n = 0; n < 3; n++) await sql`select ${n}::int as n`
      return (await sql.unsafe('select from pg_prepared_statements')).length
    }
    expect(await prepared(open())).toBeGreaterThan(0)
    expect(await prepared(open(`${database.databaseUrl}?prepare=false`))).toBe(0)
  })
})

describe('after a failover', () => {
  const setReadOnly = (on: boolean) =>
    owner.unsafe(`alter database ${new URL(database.migrateDatabaseUrl).pathname.slice(1)}
      set default_transaction_read_only = ${on}`)
  const write = (sql: Sql) => sql`select call_me()`

  test('connections to a server that takes no writes any more are not used again, the idle ones included', async () => {
    await owner`create or replace function call_me() returns void language sql security definer as $$
      insert into users (id, username) values ('u' || txid_current(), 'u' || txid_current()) $$`
    await owner`grant execute on function call_me() to public`
    await setReadOnly(true)
    const sql = open(database.databaseUrl, 3)
    const pids = async () => {
      const rows = await Promise.all(
        Array.from({ length: 3 }, () => sql<{ pid: number }[]>`select pg_backend_pid() as pid, pg_sleep(0.2)`),
      )
      return new Set(rows.map(([row]) => row?.pid))
    }
    const before = await pids()
    expect(before.size).toBe(3)
    await expect(write(sql)).rejects.toMatchObject({ code: '25006' })
    await setReadOnly(false)
    // The server that it was gives each of its old connections what it gave before.
    await write(sql)
    for (const pid of await pids()) expect(before).not.toContain(pid)
    expect(sql.health().failingSince).toBeUndefined()
  })

  test('nor is one that is being stopped', async () => {
    const sql = open()
    const [first] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`
    const stopped = sql`do $$ begin raise 'the server is being stopped' using errcode = '57P01'; end $$`
    await expect(stopped).rejects.toMatchObject({ code: '57P01' })
    const [second] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`
    expect(second?.pid).not.toBe(first?.pid)
  })
})

test('a migration that does not get a lock lets go of all of its own, and begins anew', async () => {
  const { migrateDatabaseUrl } = database
  const released = Promise.withResolvers<void>()
  const held = Promise.withResolvers<void>()
  const holder = owner.begin(async (sql) => {
    await sql`lock table schema_migrations in access exclusive mode`
    held.resolve()
    await released.promise
  })
  await held.promise
  const migrating = migrateDatabase({ migrateDatabaseUrl })
  // The lock that it begins with, and keeps to its end.
  const itsLocks = async () =>
    (
      await owner`
        select from pg_locks join pg_stat_activity using (pid)
        where application_name = 'unicorn-migrate' and datname = current_database() and locktype = 'advisory'`
    ).length
  await expect.poll(itsLocks, { interval: 20 }).toBe(1)
  await expect.poll(itsLocks, { interval: 20 }).toBe(0)
  await expect.poll(itsLocks, { interval: 20 }).toBe(1)
  released.resolve()
  await holder
  expect(await migrating).toEqual({ applied: [] })
})

test('our own Postgres writes no rows into its log', async () => {
  const admin = postgres(inject('adminUrl'), { max: 1 })
  onTestFinished(() => admin.end())
  expect(await admin`show log_error_verbosity`).toMatchObject([{ log_error_verbosity: 'terse' }])
})
