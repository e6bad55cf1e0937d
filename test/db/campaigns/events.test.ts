import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { awardPoints, parkAward } from '#activities/points.ts'
import { readAward, readEvaluation, recordExternalEvent } from '#db/awards.ts'
import type { Database } from '#db/client.ts'
import { readAvailable } from '#db/points.ts'
import { createPointsLedger } from '#ledger/ledger.ts'
import { giving } from '#test/support/campaign-examples.ts'
import { type CampaignShop, openCampaignShop } from '#test/support/campaign-shop.ts'
import { interceptSql } from '#test/support/intercepted-sql.ts'
import { aRequest } from '#test/support/shop.ts'

/**
 * Temporal runs an activity again when its report is lost, and the lost attempt may still be under way. Each attempt here has a
 * ledger of its own, as in another process.
 */

let shop: CampaignShop
let run = 0
let member: string
let eventId: string

beforeAll(async () => {
  shop = await openCampaignShop()
  await shop.addCampaign('stars', {
    rules: [giving('$.stars*2', { variable: '$.stars', rule: 'numeric_greater_than', value: 0 })],
    caps: { totalPoints: null, pointsPerCustomer: 10 },
  })
})
afterAll(async () => {
  const broken = await shop.brokenInvariants()
  await shop.close()
  expect(broken).toEqual([])
})
beforeEach(() => aReview())

/** A review of somebody new, which earns ten points and with them reaches the cap. */
async function aReview(): Promise<void> {
  run += 1
  member = `member-${run}`
  eventId = crypto.randomUUID()
  const request = aRequest(eventId)
  const event = { type: 'Review', client: 'UnicornStore', username: member, payload: { stars: 5 }, actor: 'test' }
  await shop.addUser(member)
  await recordExternalEvent(shop.sql, request, { eventId, ...event })
}

const partsOf = (sql: Database) => ({ sql, ledger: createPointsLedger(sql), pointsTtlDays: 365 })
const book = (sql: Database = shop.sql) => awardPoints(partsOf(sql), { eventId })
const park = (sql: Database = shop.sql) => parkAward(partsOf(sql), { eventId }, 'unavailable')
const stands = async () => ({
  ...(await readAward(shop.sql, eventId)),
  evaluation: await readEvaluation(shop.sql, eventId),
})
const available = () => readAvailable(shop.sql, member, new Date().toISOString())

/** The connection is lost at the first statement that holds the words, before or after its effect. */
function lostAt(words: string, when: 'before' | 'after'): Database {
  let isLost = false
  return interceptSql(shop.sql, async (text, send) => {
    if (isLost || !text.includes(words)) return await send()
    isLost = true
    if (when === 'after') await send()
    throw new Error('injected fault: the connection is lost')
  })
}

/** Something else happens from beginning to end right before a statement, counted from 0. */
function interruptedAt(statement: number, happens: () => Promise<unknown>) {
  let sent = 0
  const sql = interceptSql(shop.sql, async (_, send) => {
    if (sent++ === statement) await happens()
    return await send()
  })
  return { sql, sent: () => sent }
}

const APPENDS = 'append_points'

describe('a booking of an event whose connection is lost', () => {
  test.each([
    ['before its points are appended', APPENDS, 'before'],
    ['after its points were appended', APPENDS, 'after'],
  ] as const)(
    '%s is made once by the next attempt, which reports it, though it used the cap up',
    async (_, words, when) => {
      await expect(book(lostAt(words, when))).rejects.toThrow('the connection is lost')
      expect(await book()).toEqual({ points: 10 })
      expect(await stands()).toMatchObject({ state: 'booked', points: 10, evaluation: { points: 10 } })
      expect(await available()).toBe(10)
    },
  )

  test('after its points were appended is found by who wants to park it', async () => {
    await expect(book(lostAt(APPENDS, 'after'))).rejects.toThrow('the connection is lost')
    await park()
    expect(await stands()).toMatchObject({ state: 'booked', points: 10 })
  })
})

describe('overtaken at any of its statements', () => {
  test.each([
    ['a booking of an event by another', book, book],
    ['a booking of an event by its parking', book, park],
    ['the parking of an event by its booking', park, book],
  ])('%s gives the points once, and the event says booked', async (_, overtaken, overtaking) => {
    for (let statement = 0; ; statement++) {
      await aReview()
      const mine = interruptedAt(statement, overtaking)
      await overtaken(mine.sql)
      const isBehindTheLast = statement >= mine.sent()
      if (isBehindTheLast) await overtaking()
      expect(await stands()).toMatchObject({ state: 'booked', points: 10, evaluation: { points: 10 } })
      expect(await available()).toBe(10)
      if (isBehindTheLast) break
    }
  })
})

test('a booking that another overtakes at any of its statements reports what was given, though nothing is left by then', async () => {
  for (let statement = 0; ; statement++) {
    await aReview()
    const mine = interruptedAt(statement, book)
    expect([statement, await book(mine.sql)]).toEqual([statement, { points: 10 }])
    if (statement >= mine.sent()) break
  }
})
