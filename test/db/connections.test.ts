import postgres from 'postgres'
import { afterAll, afterEach, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { type Database, type DatabaseOptions, openDatabase, type Sql } from '#db/client.ts'
import { openTcpProxy, type TcpProxy } from '#test/support/tcp-proxy.ts'
import { createEmptyDatabase, type TestDatabase } from '#test/support/test-database.ts'

let database: TestDatabase
let direct: Database
let admin: postgres.Sql
let proxy: TcpProxy
const opened: Database[] = []

beforeAll(async () => {
  database = await createEmptyDatabase()
  direct = openDatabase({ databaseUrl: database.migrateDatabaseUrl, applicationName: 'direct', maxConnections: 2 })
  admin = postgres(inject('adminUrl'), { max: 1 })
  await direct`create table things (id integer primary key, note text not null default '')`
  const { hostname: host, port } = new URL(database.migrateDatabaseUrl)
  proxy = await openTcpProxy({ host, port: Number(port) })
})
afterEach(async () => {
  await proxy.heal()
  await Promise.all(opened.splice(0).map((sql) => sql.end({ timeout: 0.1 })))
  // Nobody has notified the server that the silent ones are gone, and they may hold locks.
  await direct`
    select pg_terminate_backend(pid, 5_000) from pg_stat_activity
    where datname = current_database() and application_name like 'test-%'`
  await direct`delete from things`
})
afterAll(async () => {
  await proxy.close()
  await direct.end({ timeout: 1 })
  await admin.end({ timeout: 1 })
  await database.drop()
})

/** A pool of one connection, which leads through the proxy. */
function open(options: Partial<DatabaseOptions> = {}): Database {
  const sql = openDatabase({
    databaseUrl: proxy.through(database.migrateDatabaseUrl),
    applicationName: `test-${crypto.randomUUID()}`,
    maxConnections: 1,
    ...options,
  })
  opened.push(sql)
  return sql
}

async function pidOf(sql: Sql): Promise<number> {
  const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`
  return row?.pid ?? 0
}

async function countThings(): Promise<number> {
  return (await direct`select from things`).length
}

describe('after a read that broke off in the middle of its rows', () => {
  /** So much that the server has to send what there is before it gets to what goes wrong. */
  const rowsAnd = (whatGoesWrong: (sql: Sql) => postgres.PendingQuery<postgres.Row[]>) => (sql: Sql) =>
    sql`
    select i, repeat('x', 1000) as filling, ${whatGoesWrong(sql)} from generate_series(1, 100) as i`
  const dividing = rowsAnd((sql) => sql`1 / (90 - i)`)
  const sleeping = rowsAnd((sql) => sql`case when i = 90 then pg_sleep(30) end`)

  const cuts: [string, string, (sql: Database) => Promise<unknown>][] = [
    ['a division by zero', '22012', (sql) => dividing(sql)],
    ['the timeout of the statement', '57014', (sql) => sleeping(sql)],
    [
      'the end of its server process',
      'CONNECTION_CLOSED',
      async (sql) => {
        const pid = await pidOf(sql)
        const read = sleeping(sql)
        const broken = expect(read).rejects.toMatchObject({ code: expect.any(String) })
        await expect
          .poll(() =>
            admin`select pg_terminate_backend(pid) from pg_stat_activity
          where pid = ${pid} and wait_event = 'PgSleep'`.then(({ length }) => length),
          )
          .toBe(1)
        await broken
        return await read
      },
    ],
    [
      'a connection that was reset',
      'ECONNRESET',
      async (sql) => {
        proxy.alter((data) => {
          if (data.length > 5_000) setImmediate(proxy.reset)
          return data
        })
        return await sleeping(sql).finally(() => proxy.alter((data) => data))
      },
    ],
  ]

  const kinds: [string, (sql: Database) => Promise<unknown>, unknown][] = [
    ['a row', (sql) => sql`select 1 as one`, [{ one: 1 }]],
    ['a row by parameter', (sql) => sql`select ${7}::bigint as seven`, [{ seven: 7 }]],
    ['rows', (sql) => sql`select i from generate_series(1, 3) as i`, [{ i: 1 }, { i: 2 }, { i: 3 }]],
    ['no row', (sql) => sql`select 1 as one where false`, []],
    ['values', (sql) => sql`select 1, 'a'`.values(), [[1, 'a']]],
    ['an insert returning', (sql) => sql`insert into things values (1) returning id`, [{ id: 1 }]],
    ['an insert', async (sql) => (await sql`insert into things values (1), (2)`).count, 2],
    ['an update', async (sql) => (await sql`update things set note = 'x' where id = 0`).count, 0],
    ['a transaction', (sql) => sql.begin(async (tx) => [...(await tx`select 1 as one`)]), [{ one: 1 }]],
    ['a simple statement', (sql) => sql.unsafe('select 1 as one'), [{ one: 1 }]],
    ['several simple statements', (sql) => sql.unsafe('select 1 as a; select 2 as b'), [[{ a: 1 }], [{ b: 2 }]]],
    ['a command without a count', (sql) => sql`show time zone`, [{ TimeZone: 'UTC' }]],
  ]

  describe.each(cuts)('by %s', (_cut, code, cut) => {
    test.each(kinds)('%s is what it should be, the first time', async (_kind, statement, expected) => {
      const sql = open({ statementTimeoutMs: _cut.includes('timeout') ? 200 : 8_000 })
      await sql`select 1`
      await expect(cut(sql)).rejects.toMatchObject({ code })
      const answer = await statement(sql)
      expect(answer).toEqual(expected)
      // `toEqual` takes a hole for undefined.
      if (Array.isArray(answer)) expect(Object.keys(answer)).toHaveLength(answer.length)
    })
  })

  test('the driver by itself still answers wrongly: once it does not, some of this can go', async () => {
    const driver = postgres(database.migrateDatabaseUrl, { max: 1 })
    onTestFinished(() => driver.end())
    await expect(dividing(driver as never)).rejects.toMatchObject({ code: '22012' })
    expect((await driver`select 1 as one`)[0]).toBeUndefined()
  })
})

describe('an answer with fewer rows than the database sent', () => {
  /** Takes the first row out of what the server sends (message `D`). */
  function withoutFirstRow(data: Buffer): Buffer {
    for (let at = 0; at + 5 <= data.length; at += 1 + data.readUInt32BE(at + 1)) {
      if (data[at] === 'D'.charCodeAt(0)) {
        return Buffer.concat([data.subarray(0, at), data.subarray(at + 1 + data.readUInt32BE(at + 1))])
      }
    }
    return data
  }

  test.each([
    ['a statement', (sql: Sql) => sql`select i from generate_series(1, 2) as i`],
    ['one of several statements', (sql: Sql) => sql.unsafe('select 1 as one; select 2 as two')],
    ['an insert', (sql: Sql) => sql`insert into things values (1) returning id`],
  ])('of %s is an error, and ends its connection', async (_of, statement) => {
    const sql = open()
    const pid = await pidOf(sql)
    proxy.alter(withoutFirstRow)
    await expect(statement(sql)).rejects.toMatchObject({ code: 'DESYNCHRONIZED_CONNECTION' })
    proxy.alter((data) => data)
    expect(await pidOf(sql)).not.toBe(pid)
  })
})

describe('a connection that is lost', () => {
  test('while it is idle costs nobody an error', async () => {
    const sql = open()
    const pid = await pidOf(sql)
    await admin`select pg_terminate_backend(${pid})`
    await expect.poll(() => proxy.connections()).toBe(0)
    expect(await pidOf(sql)).not.toBe(pid)
  })

  test('at any moment of its opening is an error, and the next one is opened anew', async () => {
    for (let messages = 1; messages <= 4; messages++) {
      const sql = open()
      let seen = 0
      proxy.alter((data) => {
        seen += 1
        if (seen === messages) proxy.reset()
        return data
      })
      await sql`select 1`.catch((error) => expect(error.code).toMatch(/ECONNRESET|CONNECTION_CLOSED/))
      proxy.alter((data) => data)
      expect([...(await sql`select 1 as one`)]).toEqual([{ one: 1 }])
    }
  })

  test('takes its transaction with it: nothing of it goes on against another connection', async () => {
    const sql = open({ maxConnections: 2 })
    const lost = sql.begin(async (tx) => {
      await tx`insert into things values (1)`
      const pid = await pidOf(tx)
      await admin`select pg_terminate_backend(${pid})`
      await tx`select 1`.catch(() => {})
      await sql`select 1`
      await tx`insert into things values (2)`
    })
    await expect(lost).rejects.toMatchObject({ code: expect.stringMatching(/CONNECTION_CLOSED|ECONNRESET|57P01/) })
    expect(await countThings()).toBe(0)
  })

  test('is said to whatever is sent on it later, at once, instead of at its deadline', async () => {
    // Had one of these to wait for its deadline, this would take longer than a test may.
    const sql = open({ deadlineMs: 600_000 })
    const lost = sql.begin(async (tx) => {
      const pid = await pidOf(tx)
      await admin`select pg_terminate_backend(${pid})`
      await tx`select 1`.catch(() => {})
      await expect(tx`select 2`).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' })
      return await tx`select 3`
    })
    await expect(lost).rejects.toMatchObject({ code: expect.stringMatching(/CONNECTION_CLOSED|ECONNRESET|57P01/) })
    expect([...(await sql`select 1 as one`)]).toEqual([{ one: 1 }])
  })
})

describe('a transaction', () => {
  test('is kept when its work succeeds, and undone when it throws', async () => {
    const sql = open()
    expect(await sql.begin(async (tx) => (await tx`insert into things values (1) returning id`)[0])).toEqual({ id: 1 })
    const undone = sql.begin(async (tx) => {
      await tx`insert into things values (2)`
      throw new Error('changed my mind')
    })
    await expect(undone).rejects.toThrow('changed my mind')
    expect(await countThings()).toBe(1)
  })

  test('fails with a statement that failed in it, even if nobody waited for that', async () => {
    const sql = open()
    const failed = sql.begin(async (tx) => {
      await tx`insert into things values (1)`
      tx`select 1 / 0`.catch(() => {})
    })
    await expect(failed).rejects.toMatchObject({ code: '22012' })
    expect(await countThings()).toBe(0)
    expect([...(await sql`select 1 as one`)]).toEqual([{ one: 1 }])
  })

  test('takes no statement once it has ended', async () => {
    const sql = open()
    const kept = await sql.begin(async (tx) => ({ tx }))
    await expect(kept.tx`insert into things values (1)`).rejects.toThrow('the transaction has ended')
    expect(await countThings()).toBe(0)
  })

  test('that says so may take longer than any statement', async () => {
    const sql = open({ statementTimeoutMs: 100, deadlineMs: 200 })
    await expect(sql`select pg_sleep(0.5)`).rejects.toMatchObject({ code: '57014' })
    expect(await sql.begin({ unlimited: true }, async (tx) => (await tx`select pg_sleep(0.5)`).length)).toBe(1)
    await expect(sql`select pg_sleep(0.5)`).rejects.toMatchObject({ code: '57014' })
  })
})

describe('when established connections go silent while new ones work', () => {
  test('one statement waits until its deadline, and the next ones use new connections', async () => {
    const sql = open({ maxConnections: 5, deadlineMs: 300 })
    const reserved = await Promise.all(Array.from({ length: 5 }, () => sql.reserve()))
    const before = new Set(await Promise.all(reserved.map(pidOf)))
    expect(before.size).toBe(5)
    for (const one of reserved) one.release()
    proxy.silence()
    await expect(sql`select 1`).rejects.toMatchObject({ code: 'STATEMENT_DEADLINE' })
    for (let count = 0; count < 5; count++) expect(before).not.toContain(await pidAfterAMoment(sql))
  })

  test('so it is when the server has closed them, and only this end does not know', async () => {
    const sql = open({ deadlineMs: 300 })
    const before = await pidOf(sql)
    proxy.halfOpen()
    await expect(sql`insert into things values (1)`).rejects.toMatchObject({ code: 'STATEMENT_DEADLINE' })
    expect(await pidOf(sql)).not.toBe(before)
    expect(await countThings()).toBe(0)
  })

  test('a statement that waits for a connection gets a new one', async () => {
    const sql = open({ deadlineMs: 300 })
    await sql`select 1`
    proxy.silence()
    const [first, second] = await Promise.allSettled([sql`select 1`, sql`select 1 as one`])
    expect(first).toMatchObject({ status: 'rejected', reason: { code: 'STATEMENT_DEADLINE' } })
    expect(second).toMatchObject({ status: 'fulfilled' })
  })

  test('a transaction is given up', async () => {
    const sql = open({ deadlineMs: 300 })
    const silent = sql.begin(async (tx) => {
      await tx`insert into things values (1)`
      proxy.silence()
      await tx`insert into things values (2)`
    })
    await expect(silent).rejects.toMatchObject({ code: 'STATEMENT_DEADLINE' })
    expect([...(await sql`select 1 as one`)]).toEqual([{ one: 1 }])
  })

  test('the pool can be closed', async () => {
    const sql = open({ maxConnections: 2 })
    await Promise.all([sql`select 1`, sql`select 1`])
    proxy.silence()
    const waiting = expect(sql`select 1`).rejects.toMatchObject({ code: 'CONNECTION_ENDED' })
    await sql.end({ timeout: 0.1 })
    await waiting
    await expect(sql`select 1`).rejects.toMatchObject({ code: 'CONNECTION_ENDED' })
  })

  async function pidAfterAMoment(sql: Sql): Promise<number> {
    const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid, pg_sleep(0.05)`
    return row?.pid ?? 0
  }
})

describe('a statement that waits for a connection', () => {
  test('is rejected after a while, and never sent', async () => {
    const sql = open({ waitMs: 1_000 })
    const held = await sql.reserve()
    await expect(sql`insert into things values (1)`).rejects.toMatchObject({ code: 'CONNECTION_WAIT_TIMEOUT' })
    held.release()
    await sql`insert into things values (2)`
    expect([...(await direct`select id from things`)]).toEqual([{ id: 2 }])
  })

  test('is rejected after a while when nobody answers at the other end, and never sent', async () => {
    const sql = open({ waitMs: 300, connectTimeoutMs: 200 })
    proxy.swallowNew(true)
    await expect(sql`insert into things values (1)`).rejects.toMatchObject({
      code: expect.stringMatching(/CONNECTION_WAIT_TIMEOUT|CONNECT_TIMEOUT/),
    })
    proxy.swallowNew(false)
    expect([...(await sql`select 1 as one`)]).toEqual([{ one: 1 }])
    expect(await countThings()).toBe(0)
  })

  test('does not wait behind a slow one: whatever is fast goes past it on the other connections', async () => {
    const sql = open({ maxConnections: 3 })
    let slowIsThrough = false
    const slow = sql`select pg_sleep(1)`.then(() => {
      slowIsThrough = true
    })
    await Promise.all(Array.from({ length: 200 }, () => sql`select 1`))
    expect(slowIsThrough).toBe(false)
    await slow
  })
})

test('a statement that waits for a lock ends before anybody loses patience', async () => {
  const sql = open({ maxConnections: 2, lockTimeoutMs: 200 })
  await sql`insert into things values (1)`
  await sql.begin(async (tx) => {
    await tx`update things set note = 'held'`
    await expect(sql`update things set note = 'waited'`).rejects.toMatchObject({ code: '55P03' })
  })
  await sql`update things set note = 'free'`
})

describe('values', () => {
  test.each([
    ['text', ['a', 'b "quoted" \\ and, {braces}', '', 'NULL', null]],
    ['uuid', ['0192d3a0-0000-7000-8000-000000000000']],
    ['integer', [1, -2, null]],
    ['bigint', [9_007_199_254_740_991]],
    ['numeric', ['1.50']],
    ['name', ['things']],
    ['text', []],
  ])('of an array of %s come back as they were sent', async (type, values) => {
    const [row] = await direct.unsafe(`select $1::${type}[] as values`, [values as never])
    expect(row?.values).toEqual(values)
  })

  test.each([
    ['boolean', '{t,f}', [true, false]],
    ['timestamptz', '{"2026-01-31 12:00:00.123+00"}', [new Date('2026-01-31T12:00:00.123Z')]],
    ['date', '{2026-01-31}', [new Date('2026-01-31T00:00:00.000Z')]],
    ['jsonb', '{"{\\"a\\": [1]}"}', [{ a: [1] }]],
    ['double precision', '{1.5,NULL}', [1.5, null]],
  ])('of an array of %s are read', async (type, written, values) => {
    const [row] = await direct.unsafe(`select '${written}'::${type}[] as values`)
    expect(row?.values).toEqual(values)
  })

  test('of a bigint beyond the safe integers are an error rather than another number', async () => {
    const sql = open()
    await expect(sql`select 9007199254740993::bigint as large`).rejects.toThrow(RangeError)
    expect([...(await sql`select 1 as one`)]).toEqual([{ one: 1 }])
  })
})

test('the error of a statement names the place in the code that it comes from', async () => {
  const error: Error = await direct`select 1 / 0`.catch((reason) => reason)
  expect(error.stack).toContain('connections.test.ts')
})

test.each([
  ['a cursor', (sql: Sql) => sql`select 1`.cursor(() => {})],
  ['a stream', (sql: Sql) => sql`select 1`.forEach(() => {})],
])('%s is refused, for the guard does not see into it', async (_what, read) => {
  await expect(read(open())).rejects.toThrow('not supported')
})
