import fc from 'fast-check'
import { v7 as uuidv7 } from 'uuid'
import type { PointsCommand } from '#domain/points/account.ts'
import { expire, issue, issueLots, redeem, reverse } from './points.ts'

const minuteMs = 60 * 1000
const dayMs = 24 * 60 * minuteMs

/** Small amounts so that lots run empty, with the odd impossible one. */
const amount = fc.oneof(
  { weight: 10, arbitrary: fc.integer({ min: 1, max: 10 }) },
  { weight: 10, arbitrary: fc.integer({ min: 1, max: 30 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, -3, 1.5, Number.NaN, 1_000_000_001, 1e300) },
)

/** How time moves on: not at all, by minutes, to the last millisecond of the day, to midnight, by days. */
const pause = fc.oneof(
  { weight: 3, arbitrary: fc.constant('none' as const) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 600 }).map((minutes) => minutes * minuteMs) },
  fc.constant('last millisecond' as const),
  fc.constant('midnight' as const),
  fc.integer({ min: 1, max: 3 }).map((days) => days * dayMs),
)

/** Lots live for days, across the end of a leap February, and some wait before they count. */
const terms = fc.record({
  availableAfterDays: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 3 })),
  ends: fc.oneof(
    { weight: 4, arbitrary: fc.record({ days: fc.integer({ min: 1, max: 4 }) }) },
    fc.record({ endOfMonth: fc.nat({ max: 1 }) }),
    fc.record({ on: fc.constantFrom('2028-02-20', '2028-02-28', '2028-02-29', '2028-03-04') }),
  ),
})

/** Smaller than what redemptions take, so that issues are spent wholly now and then. */
const newLot = fc.record({
  amount: fc.integer({ min: 1, max: 9 }),
  terms,
  letter: fc.constantFrom('a', 'b', 'c', 'd'),
  campaignId: fc.option(fc.constantFrom(...['7', '8'].map((digit) => `0199d6a4-7f1e-7c3a-9b0e-5a1c2d3e4f5${digit}`)), {
    nil: undefined,
  }),
})

const stepFields = {
  type: fc.constantFrom<PointsCommand['type'][]>('issue', 'issue', 'redeem', 'redeem', 'reverse', 'reverse', 'expire'),
  amount,
  lots: fc.array(newLot, { minLength: 1, maxLength: 3 }),
  pause,
  /** Ids must not sort by age, or the order of lots that tie on everything else would not be tested. */
  letter: fc.constantFrom('a', 'b', 'c', 'd'),
  /** Which earlier command a reversal is of, counted back from it: mostly of those that can be reversed; and how much of it. */
  back: fc.nat({ max: 5 }),
  ofAny: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.constant(true)),
  part: fc.option(fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 0, max: 9 }) }, amount), {
    nil: undefined,
    freq: 2,
  }),
  prefer: fc.shuffledSubarray([0, 1, 2], { maxLength: 2 }),
  /** Of each of the lots that are preferred, so many points at most. */
  most: fc.oneof(fc.constant(30), fc.integer({ min: 1, max: 6 })),
  makesGood: fc.oneof(fc.constant(0), fc.nat({ max: 20 })),
}
const step = fc.record(stepFields)
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never

/** Points that are issued, spent, and asked back: alone, steps seldom come to that. */
const spentAndReversed = fc
  .tuple(
    fc.record({ ...stepFields, type: fc.constant('issue' as const) }),
    fc.record({ ...stepFields, type: fc.constant('redeem' as const) }),
    fc.array(
      fc.record({
        ...stepFields,
        type: fc.constant('reverse' as const),
        back: fc.nat({ max: 1 }),
        ofAny: fc.constant(false),
        makesGood: fc.constantFrom(0, 30),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  )
  .map(([issued, redeemed, reversals]): Step[] => [issued, redeemed, ...reversals])

const steps = fc
  .array(fc.oneof({ weight: 3, arbitrary: step.map((one) => [one]) }, spentAndReversed), { maxLength: 30, size: 'max' })
  .map((some) => some.flat().slice(0, 40))

/** Commands to one account, in the order of time; lots live for days. Reversals are of any earlier command, or of a part of it. */
export const pointsCommands: fc.Arbitrary<PointsCommand[]> = steps.map((steps) => {
  let ms = Date.parse('2028-02-26T22:00:00.000Z')
  const ids: string[] = []
  return steps.map((step, n) => {
    ms = later(ms, step.pause)
    const now = new Date(ms).toISOString()
    const id = `${step.letter}${n}`
    const reversible = [...ids.keys()].filter((index) => step.ofAny || /issue|redeem/.test(steps[index]?.type ?? ''))
    const target = reversible.at(-1 - step.back) ?? -1
    ids.push(id)
    if (step.type === 'issue') return issueOf(step, id, now)
    if (step.type === 'redeem') return redeem(id, step.amount, now)
    if (step.type === 'expire') return expire(id, now)
    const lots = steps[target]?.lots ?? []
    const prefer = step.prefer.map((index) => ({
      lotId: lotId(ids[target] ?? '', lots[index], index),
      amount: step.most,
    }))
    const part = { prefer, ...(step.part !== undefined && { amount: step.part }) }
    return reverse(id, ids[target] ?? 'nobody', now, step.makesGood, part)
  })
})

/** Mostly of all its lots; now and then of an impossible amount. */
function issueOf({ amount, lots }: Step, id: string, now: string): PointsCommand {
  if (!Number.isInteger(amount) || amount < 1 || amount > 30) return issue(id, amount, now)
  const made = lots.map(({ letter, campaignId, ...terms }, index) => ({
    ...terms,
    ...(campaignId !== undefined && { campaignId }),
    ...(index > 0 && { id: lotId(id, { letter }, index) }),
  }))
  return issueLots(id, now, ...made)
}

function lotId(transaction: string, lot: { letter: string } | undefined, index: number): string {
  return index === 0 ? transaction : `${lot?.letter}-of-${transaction}-${index}`
}

function later(ms: number, pause: number | 'none' | 'last millisecond' | 'midnight'): number {
  if (pause === 'none') return ms
  if (pause === 'midnight') return (Math.floor(ms / dayMs) + 1) * dayMs
  if (pause === 'last millisecond') return (Math.floor(ms / dayMs) + 1) * dayMs - 1
  return ms + pause
}

/** The same commands cut into batches of one to six, as a queue would find them. */
export const pointsBatches: fc.Arbitrary<PointsCommand[][]> = fc
  .tuple(pointsCommands, fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 40, maxLength: 40 }))
  .map(([commands, sizes]) => {
    const batches: PointsCommand[][] = []
    for (let from = 0; from < commands.length; from += batches.at(-1)?.length ?? 0) {
      batches.push(commands.slice(from, from + (sizes[batches.length] ?? 1)))
    }
    return batches
  })

/**
 * A command with ids that a ledger takes. What it reverses is known by the id that the ledger gave, and what that does not know, like
 * a command of the same batch, is unknown there; lots get their ids here, but for the first of an issue, which has its transaction's.
 */
export function withLedgerIds(command: PointsCommand, ids: Map<string, string>): PointsCommand {
  const known = (id: string) => ids.get(id) ?? crypto.randomUUID()
  if (command.type === 'reverse') {
    const { reverses, prefer = [] } = command
    return {
      ...command,
      reverses: known(reverses),
      prefer: prefer.map(({ lotId, amount }) => ({ lotId: known(lotId), amount })),
    }
  }
  if (command.type !== 'issue') return command
  const lots = command.lots.map((lot) => {
    if (lot.id === undefined) return lot
    ids.set(lot.id, uuidv7())
    return { ...lot, id: known(lot.id) }
  })
  return { ...command, lots }
}
