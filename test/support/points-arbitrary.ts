import fc from 'fast-check'
import type { PointsCommand } from '#domain/points/account.ts'
import { expire, issue, redeem, reverse } from './points.ts'

const minuteMs = 60 * 1000
const dayMs = 24 * 60 * minuteMs

/** Small amounts so that lots run empty, with the odd impossible one. */
const amount = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 1, max: 30 }) },
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

const step = fc.record({
  type: fc.constantFrom<PointsCommand['type'][]>('issue', 'issue', 'redeem', 'redeem', 'reverse', 'reverse', 'expire'),
  amount,
  pause,
  ttlDays: fc.integer({ min: 1, max: 4 }),
  /** Ids must not sort by age, or the order of lots that tie on everything else would not be tested. */
  letter: fc.constantFrom('a', 'b', 'c', 'd'),
  /** Which earlier command a reversal is of, counted back from it. */
  back: fc.nat({ max: 8 }),
  makesGood: fc.oneof(fc.constant(0), fc.nat({ max: 20 })),
})

/** Commands to one account, in the order of time; lots live one to four days. Reversals are of any earlier command. */
export const pointsCommands: fc.Arbitrary<PointsCommand[]> = fc
  .array(step, { maxLength: 40, size: 'max' })
  .map((steps) => {
    let ms = Date.parse('2026-01-10T22:00:00.000Z')
    const ids: string[] = []
    return steps.map((step, n) => {
      ms = later(ms, step.pause)
      const now = new Date(ms).toISOString()
      const id = `${step.letter}${n}`
      const target = ids[n - 1 - step.back] ?? 'nobody'
      ids.push(id)
      if (step.type === 'issue') return issue(id, step.amount, now, step.ttlDays)
      if (step.type === 'redeem') return redeem(id, step.amount, now)
      if (step.type === 'expire') return expire(id, now)
      return reverse(id, target, now, step.makesGood)
    })
  })

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
