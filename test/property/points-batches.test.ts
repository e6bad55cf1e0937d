import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { availablePoints, emptyAccount, type PointsCommand } from '#domain/points/account.ts'
import { balanceEntries } from '#domain/points/daily-balance.ts'
import { decideAll, loadFor } from '#domain/points/decide.ts'
import { fold, rebuild } from '#domain/points/evolve.ts'
import { pointsBatches } from '#test/support/points-arbitrary.ts'
import { InMemoryPointsTables } from '#test/support/points-tables.ts'

/** Runs each batch on a bounded load from the tables and appends its events, as the database's queue does. */
function runBatches(
  batches: readonly PointsCommand[][],
  each: (tables: InMemoryPointsTables, now: string) => void = () => {},
) {
  const tables = new InMemoryPointsTables()
  const answers = batches.flatMap((batch) => {
    const load = loadFor(batch as [PointsCommand, ...PointsCommand[]])
    const decided = decideAll(tables.load(load), batch)
    tables.append(decided.events)
    each(tables, load.now)
    return decided.answers
  })
  return { tables, answers }
}

function check(property: (batches: PointsCommand[][]) => void): void {
  fc.assert(fc.property(pointsBatches, property), { numRuns: 500 })
}

describe('commands decided in batches on bounded loads', { timeout: 60_000 }, () => {
  test('get the answers and make the events that one by one on the whole history would', () => {
    check((batches) => {
      const { tables, answers } = runBatches(batches)
      const whole = decideAll(emptyAccount('ann'), batches.flat())
      expect(answers).toEqual(whole.answers)
      expect(tables.events).toEqual(whole.events)
    })
  })

  test('leave tables that equal a rebuild from events', () => {
    check((batches) => {
      runBatches(batches, ({ rows, events }) => expect(rows).toEqual(rebuild('ann', events)))
    })
  })

  test('leave allocations that sum up to what is redeemed, and never below zero for a redemption', () => {
    check((batches) => {
      runBatches(batches, ({ rows }) => {
        const perRedemption = Map.groupBy(rows.allocations, ({ redemptionId }) => redemptionId)
        const sums = [...perRedemption.values()].map((rows) => rows.reduce((sum, { amount }) => sum + amount, 0))
        expect(sums.reduce((sum, amount) => sum + amount, 0)).toBe(rows.counters.redeemed)
        expect(Math.min(0, ...sums)).toBe(0)
      })
    })
  })

  test('leave daily balances whose active entries sum up to what can be spent, at any moment', () => {
    check((batches) => {
      runBatches(batches, ({ rows, events }, now) => {
        const active = balanceEntries(rows.daily, now).filter((entry) => entry.status === 'active')
        const available = availablePoints(fold(emptyAccount('ann'), events), now)
        expect(active.reduce((sum, entry) => sum + entry.balance, 0)).toBe(available)
      })
    })
  })

  test('change nothing when all are refused', () => {
    check((batches) => {
      const { account } = decideAll(emptyAccount('ann'), batches.flat())
      const refused = batches.flat().flatMap((command): PointsCommand[] => {
        const again = { ...command, transactionId: `again-${command.transactionId}` }
        return decideAll(account, [again]).answers[0]?.ok ? [] : [again]
      })
      const batch = decideAll(account, refused)
      expect(batch.events).toEqual([])
      expect(batch.account).toBe(account)
    })
  })
})
