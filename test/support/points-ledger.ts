import { createHash } from 'node:crypto'
import { type Database, openDatabase } from '#db/client.ts'
import { type CommandWish, createPointsLedger, type PointsAnswer } from '#db/points/ledger.ts'
import { readClock } from '#db/points/load.ts'
import { compareAccount } from '#db/points/rebuild.ts'
import type { Instant } from '#domain/points/instant.ts'
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
  let now: Instant | undefined
  const clock = async () => now ?? (await readClock(sql))
  const ledger = createPointsLedger(sql, clock)
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

const why = { reason: 'test', reference: 'test', actor: 'test' }

/** A wish of tests, with a key of its own unless one is given. */
export function wishOf(wish: Pick<CommandWish, 'type'> & Record<string, unknown>, key: string = crypto.randomUUID()) {
  const full = { ...why, ...wish } as CommandWish
  return { key, requestHash: createHash('sha256').update(JSON.stringify(full)).digest('hex'), wish: full }
}

export function accepted(answer: PointsAnswer) {
  if (!answer.ok || answer.answer === null) throw new Error(`refused: ${JSON.stringify(answer)}`)
  return answer.answer
}
