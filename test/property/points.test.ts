import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  availablePoints,
  dayOf,
  emptyAccount,
  type Lot,
  type PointsAccount,
  type PointsCommand,
  type PointsEvent,
  pointsIn,
} from '#domain/points/account.ts'
import { answerOf, decide } from '#domain/points/decide.ts'
import { evolve, fold } from '#domain/points/evolve.ts'
import { pointsCommands } from '#test/support/points-arbitrary.ts'
import { numbersOf, PointsModel, type Prediction } from '#test/support/points-model.ts'

type Step = {
  command: PointsCommand
  before: PointsAccount
  after: PointsAccount
  event: PointsEvent | null
  said: Prediction
}

/** Decides the commands one by one, on states that nobody may write to. */
function run(commands: readonly PointsCommand[]): Step[] {
  let account = frozen(emptyAccount('ann'))
  return commands.map((command) => {
    const before = account
    const decision = decide(before, frozen(command))
    if (!decision.ok) return { command, before, after: before, event: null, said: { refused: decision.refusal.code } }
    const [event] = decision.events
    account = frozen(evolve(before, frozen(event)))
    const { amount, balance, reversal } = answerOf(event, account)
    const { notTakenBack, withheld } = reversal ?? {}
    const said = { amount, balance, ...(notTakenBack && { ...notTakenBack, withheld }) } as Prediction
    return { command, before, after: account, event, said }
  })
}

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const inner of Object.values(value)) frozen(inner)
  }
  return value
}

function checkSteps(check: (step: Step) => void): void {
  fc.assert(
    fc.property(pointsCommands, (commands) => run(commands).forEach(check)),
    { numRuns: 500 },
  )
}

describe('whatever is asked of a points account, in whatever order, while time moves on', { timeout: 60_000 }, () => {
  test('every answer and every lot is as a count of single points predicts', () => {
    const property = fc.property(pointsCommands, (commands) => {
      const model = new PointsModel()
      for (const { command, after, said } of run(commands)) {
        expect(said).toEqual(model.predict(command))
        expect(numbersOf(after.lots)).toEqual(model.left())
      }
    })
    fc.assert(property, { numRuns: 1000 })
  })

  test('no point is lost or made: issued = remaining + redeemed + expired + taken back', () => {
    checkSteps(({ after: { counters, lots } }) => {
      expect(counters.issued).toBe(counters.balance + counters.redeemed + counters.expired + counters.takenBack)
      expect(sum(lots.map((lot) => lot.original))).toBe(counters.issued)
      expect(sum(lots.map((lot) => lot.remaining))).toBe(counters.balance)
      expect(sum(lots.map((lot) => lot.expired))).toBe(counters.expired)
      expect(sum(lots.map((lot) => lot.takenBack))).toBe(counters.takenBack)
      expect(sum(lots.map(spentOf))).toBe(counters.redeemed)
    })
  })

  test('nothing is ever below zero, and no lot holds more than it was issued with', () => {
    checkSteps(({ after, command }) => {
      const counts = [
        ...Object.values(after.counters),
        ...after.lots.flatMap((lot) => [lot.remaining, lot.expired, lot.takenBack, lot.owed, spentOf(lot)]),
      ]
      expect(Math.min(...counts)).toBeGreaterThanOrEqual(0)
      const isImpossible = (lot: Lot) =>
        lot.owed > spentOf(lot) ||
        lot.claimed > lot.original ||
        lot.claimedExpired > lot.expired ||
        lot.takenBack + lot.claimedExpired + lot.owed > lot.claimed
      expect(after.lots.filter(isImpossible)).toEqual([])
      expect(availablePoints(after, command.now)).toBeGreaterThanOrEqual(0)
    })
  })

  test('points that have lapsed, or do not count yet, are never spent, and live ones never expired', () => {
    checkSteps(({ event }) => {
      if (event?.type === 'redeemed')
        expect(event.portions.filter((portion) => portion.expiresAt <= event.at)).toEqual([])
      if (event?.type === 'redeemed')
        expect(event.portions.filter((portion) => portion.availableOn > dayOf(event.at))).toEqual([])
      if (event?.type === 'expired')
        expect(event.portions.filter((portion) => portion.expiresAt > event.at)).toEqual([])
    })
  })

  test('an event’s portions are of distinct lots, each above zero, and sum up to its amount', () => {
    checkSteps(({ event }) => {
      if (event === null) return
      expect(sum(event.portions.map((portion) => portion.amount))).toBe(event.amount)
      for (const portions of [event.portions, event.type === 'reversed' ? event.withheld : []]) {
        expect(new Set(portions.map((portion) => portion.lotId)).size).toBe(portions.length)
        expect(portions.every((portion) => portion.amount > 0)).toBe(true)
      }
    })
  })

  test('nothing comes back to a lot of which something is owed', () => {
    checkSteps(({ event, after }) => {
      if (event?.type !== 'reversed' || event.reverses.type === 'issue') return
      const owing = new Set(after.lots.filter(({ owed }) => owed > 0).map(({ id }) => id))
      expect(event.portions.filter(({ lotId }) => owing.has(lotId))).toEqual([])
    })
  })

  test('folding all events at once gives the state that evolved with them', () => {
    const property = fc.property(pointsCommands, (commands) => {
      const steps = run(commands)
      const events = steps.flatMap(({ event }) => event ?? [])
      expect(fold(emptyAccount('ann'), events)).toEqual(steps.at(-1)?.after ?? emptyAccount('ann'))
      expect(events.map((event) => event.version)).toEqual(events.map((_, n) => n + 1))
    })
    fc.assert(property, { numRuns: 500 })
  })

  test('(the random commands reach every event and every refusal, so that the above means something)', () => {
    const reached = new Set<string>()
    for (const commands of fc.sample(pointsCommands, { numRuns: 1000, seed: 4 })) {
      for (const { before, event, said } of run(commands))
        reached.add('refused' in said ? said.refused : describeEvent(event, before))
    }
    expect([...reached].sort()).toEqual([
      'already_reversed',
      'expired',
      'insufficient_points',
      'invalid_amount',
      'issued',
      'issued as several lots',
      'issued for later',
      'not_reversible',
      'nothing_to_expire',
      'redeemed',
      'reversed a part of issue',
      'reversed a part of issue with a shortfall',
      'reversed a part of issue with a shortfall, made good in part',
      'reversed a part of issue, which settles what was owed before',
      'reversed a part of redeem',
      'reversed a part of redeem into a lapsed lot',
      'reversed a part of redeem, all of it withheld',
      'reversed a part of redeem, some of it withheld',
      'reversed all of issue',
      'reversed all of issue with a shortfall',
      'reversed all of issue with a shortfall, made good in part',
      'reversed all of redeem',
      'reversed all of redeem into a lapsed lot',
      'reversed all of redeem, all of it withheld',
      'reversed all of redeem, some of it withheld',
      'unknown_transaction',
    ])
  })
})

/** @param before the account: how much of a transaction a reversal is of */
function describeEvent(event: PointsEvent | null, before: PointsAccount): string {
  if (event?.type === 'issued' && event.portions.length > 1) return 'issued as several lots'
  if (event?.type === 'issued' && event.portions.some(({ availableOn }) => availableOn > dayOf(event.at)))
    return 'issued for later'
  if (event?.type !== 'reversed') return event?.type ?? 'nothing'
  const { transactionId, type, amount } = event.reverses
  const target = before.transactions.find(({ id }) => id === transactionId)
  const reversed = `reversed ${amount < pointsIn(target?.portions ?? []) ? 'a part' : 'all'} of ${type}`
  const { spent, expired, owed } = event.notTakenBack
  if (owed < 0) return `${reversed}, which settles what was owed before`
  if (owed > 0 && owed < spent) return `${reversed} with a shortfall, made good in part`
  if (spent + expired > 0) return `${reversed} with a shortfall`
  if (event.withheld.length > 0) return `${reversed}, ${event.amount > 0 ? 'some' : 'all'} of it withheld`
  const lapsed = type === 'redeem' && event.portions.some((portion) => portion.expiresAt <= event.at)
  return `${reversed}${lapsed ? ' into a lapsed lot' : ''}`
}

function spentOf({ original, remaining, expired, takenBack }: Lot): number {
  return original - remaining - expired - takenBack
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
