import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { listLapsedAccounts, readAvailable, readBalanceEntries } from '#db/points.ts'
import { readTables } from '#db/points-rebuild.ts'
import { createPointsLedger, type PointsRequest } from '#ledger/ledger.ts'
import { interceptSql } from '#test/support/intercepted-sql.ts'
import { accepted, commandOf, type LedgerWorld, openLedger } from '#test/support/points-ledger.ts'

const LAST_MOMENT = '2026-03-01T23:59:59.999Z'
const MIDNIGHT = '2026-03-02T00:00:00.000Z'
let world: LedgerWorld
let accountId: string

beforeAll(async () => {
  world = await openLedger()
})
afterAll(async () => {
  await world.close()
})
beforeEach(async () => {
  accountId = `account-${crypto.randomUUID()}`
  world.setNow('2026-03-01T10:00:00.000Z')
})

const execute = (command: Parameters<typeof commandOf>[0]) => world.ledger.execute(request(command))
const request = (command: Parameters<typeof commandOf>[0]): PointsRequest => ({ accountId, ...commandOf(command) })
const issue = (amount: number, ttlDays: number) => execute({ type: 'issue', amount, ttlDays })
const lots = async () =>
  (await readTables(world.sql, accountId)).lots.map(({ remaining, expired }) => ({ remaining, expired }))

describe('at midnight UTC', () => {
  test('points of one day can be spent until the last millisecond, and not after it', async () => {
    await issue(100, 1)
    world.setNow(LAST_MOMENT)
    expect(await execute({ type: 'redeem', amount: 60 })).toMatchObject({ ok: true, answer: { balance: 40 } })
    world.setNow(MIDNIGHT)
    expect(await execute({ type: 'redeem', amount: 1 })).toMatchObject({ ok: false, refusal: { available: 0 } })
    expect(await readAvailable(world.sql, accountId, LAST_MOMENT)).toBe(40)
    expect(await readAvailable(world.sql, accountId, MIDNIGHT)).toBe(0)
  })

  test('lapsed points are shown as lost before they are swept, and alike after it', async () => {
    await issue(100, 1)
    await execute({ type: 'redeem', amount: 30 })
    const shown = async () =>
      (await readBalanceEntries(world.sql, accountId, MIDNIGHT)).map(({ lastUpdated: _, ...entry }) => entry)
    const before = await shown()
    expect(before).toEqual([{ issuedDate: '2026-03-01', balance: 70, status: 'expired' }])
    world.setNow(MIDNIGHT)
    await execute({ type: 'expire' })
    expect(await shown()).toEqual(before)
    expect(await lots()).toEqual([{ remaining: 0, expired: 70 }])
  })
})

describe('points that wait', () => {
  /** 30 points that count at once, 20 from the next midnight on, 10 from the one after it. */
  const issueSome = () => {
    const lots = [30, 20, 10].map((amount, availableAfterDays) => ({
      amount,
      terms: { availableAfterDays, ends: { days: 9 - availableAfterDays } },
    }))
    return execute({ type: 'issue', amount: 60, lots })
  }

  test('can be spent from midnight on, and not a millisecond before it', async () => {
    expect(await issueSome()).toMatchObject({ ok: true, answer: { amount: 60, balance: 30 } })
    world.setNow(LAST_MOMENT)
    expect(await execute({ type: 'redeem', amount: 31 })).toMatchObject({ ok: false, refusal: { available: 30 } })
    expect(await execute({ type: 'redeem', amount: 30 })).toMatchObject({ ok: true, answer: { balance: 0 } })
    expect(await readAvailable(world.sql, accountId, LAST_MOMENT)).toBe(0)
    expect(await readAvailable(world.sql, accountId, MIDNIGHT)).toBe(20)
    world.setNow(MIDNIGHT)
    expect(await execute({ type: 'redeem', amount: 21 })).toMatchObject({ ok: false, refusal: { available: 20 } })
    expect(await execute({ type: 'redeem', amount: 20 })).toMatchObject({ ok: true, answer: { balance: 0 } })
    expect(await world.differences(accountId)).toEqual([])
  })

  test('are none of a day that has begun, though the clock is set back since they were issued', async () => {
    world.setNow('2026-03-01T12:00:00.005Z')
    await issue(50, 9)
    world.setNow('2026-03-01T12:00:00.000Z')
    expect(await execute({ type: 'redeem', amount: 20 })).toMatchObject({ ok: true, answer: { balance: 30 } })
    expect(await readAvailable(world.sql, accountId, '2026-03-01T12:00:00.000Z')).toBe(30)
  })

  test('are taken back whole, and a part of them first', async () => {
    const { id } = accepted(await issueSome())
    expect(await execute({ type: 'reverse', reverses: id, amount: 25 })).toMatchObject({
      answer: { amount: 25, balance: 30 },
    })
    expect(await execute({ type: 'reverse', reverses: id })).toMatchObject({ answer: { amount: 35, balance: 0 } })
    expect(await execute({ type: 'reverse', reverses: id })).toMatchObject({
      refusal: { code: 'already_reversed', left: 0 },
    })
    expect(await world.differences(accountId)).toEqual([])
  })

  test('are known by the day from which they count, whichever lots a decision loads', async () => {
    const { id } = accepted(await issueSome())
    expect(accepted(await execute({ type: 'redeem', amount: 10 })).balance).toBe(20)
    // All lots of the issue are loaded for it.
    expect(
      accepted(await execute({ type: 'reverse', reverses: id, amount: 5, prefer: [{ lotId: id, amount: 5 }] })).balance,
    ).toBe(15)
    const entries = await readBalanceEntries(world.sql, accountId, LAST_MOMENT)
    expect(entries.map(({ balance, status }) => [balance, status])).toEqual([[15, 'active']])
  })
})

describe('lots that lapse between load and append', () => {
  /** A ledger whose clock strikes midnight once its decision has been made, and that is run over by another append then. */
  function overtaken(meanwhile: () => Promise<unknown>) {
    let now = LAST_MOMENT
    let overtakenOnce = false
    const sql = interceptSql(world.sql, async (text, send) => {
      if (!overtakenOnce && text.includes('append_points')) {
        overtakenOnce = true
        await meanwhile()
        now = MIDNIGHT
      }
      return await send()
    })
    return createPointsLedger(sql, { clock: async () => now })
  }

  test('are spent as of the moment of the decision when nothing came in between', async () => {
    await issue(100, 1)
    const answer = accepted(await overtaken(async () => {}).execute(request({ type: 'redeem', amount: 100 })))
    expect(answer.dateTime).toBe(LAST_MOMENT)
  })

  test('are not spendable when it is to be decided again after midnight', async () => {
    await issue(100, 1)
    await issue(5, 2)
    const ledger = overtaken(() => issue(7, 2))
    const answer = await ledger.execute(request({ type: 'redeem', amount: 100 }))
    expect(answer).toMatchObject({ ok: false, refusal: { code: 'insufficient_points', available: 12 } })
    const spent = accepted(await ledger.execute(request({ type: 'redeem', amount: 12 })))
    expect(spent).toMatchObject({ balance: 0, dateTime: MIDNIGHT })
    expect(await lots()).toEqual(expect.arrayContaining([{ remaining: 100, expired: 0 }]))
  })

  test('are not spendable when they were swept meanwhile', async () => {
    await issue(100, 1)
    const ledger = overtaken(async () => {
      world.setNow(MIDNIGHT)
      expect(await execute({ type: 'expire' })).toMatchObject({ ok: true, answer: { amount: 100 } })
    })
    expect(await ledger.execute(request({ type: 'redeem', amount: 1 }))).toMatchObject({ ok: false })
    expect(await world.differences(accountId)).toEqual([])
  })
})

describe('points that are given back into a lapsed lot', () => {
  test('cannot be spent, and lapse again at the next sweep', async () => {
    await issue(100, 1)
    const redeemed = accepted(await execute({ type: 'redeem', amount: 100 }))
    world.setNow(MIDNIGHT)
    expect(await execute({ type: 'expire' })).toMatchObject({ refusal: { code: 'nothing_to_expire' } })
    expect(await execute({ type: 'reverse', reverses: redeemed.id })).toMatchObject({
      ok: true,
      answer: { amount: 100, balance: 0 },
    })
    expect(await listLapsedAccounts(world.sql, { now: MIDNIGHT, limit: 1_000 })).toContain(accountId)
    expect(await execute({ type: 'redeem', amount: 1 })).toMatchObject({ refusal: { available: 0 } })
    expect(await execute({ type: 'expire' })).toMatchObject({ ok: true, answer: { amount: 100, balance: 0 } })
    expect(await listLapsedAccounts(world.sql, { now: MIDNIGHT, limit: 1_000 })).not.toContain(accountId)
    expect(await world.differences(accountId)).toEqual([])
  })
})
