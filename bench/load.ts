import { setTimeout as sleep } from 'node:timers/promises'
import { percentile } from './statistics.ts'

/** One thing after the other, `n` from 0. What it throws ends the measurement: a fast failure is no result. */
export type Work = (n: number) => Promise<unknown>

/** How long something took each time, in milliseconds. */
export type Latencies = { readonly p50: number; readonly p99: number; readonly count: number }

export type Throughput = Latencies & {
  /** Per second, once everybody was at it. */
  readonly rate: number
  /** All that were done, those before and after included. */
  readonly total: number
}

export async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

export function summarise(times: readonly number[]): Latencies {
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99), count: times.length }
}

/** One at a time, so many times, or until the time is over: what somebody who is alone waits. */
export async function oneAtATime(
  { times, withinMs }: { times: number; withinMs: number },
  work: Work,
): Promise<Latencies> {
  const taken: number[] = []
  const deadline = performance.now() + withinMs
  for (let n = 0; n < times && performance.now() < deadline; n++) taken.push(await timeOf(() => work(n)))
  return summarise(taken)
}

/** However slow it is, after so long without everybody having been through once, it counts as it is. */
const MAX_RAMP_MS = 20_000

/**
 * So many at once, each beginning anew as soon as it is through (closed loop): what the limit is. All begin together, so what happens
 * until as many are through does not count; the duration begins then.
 *
 * @param options.total ends it after so many, should the time not be over
 */
export async function closedLoop(
  { atOnce, durationMs, total = Number.POSITIVE_INFINITY }: { atOnce: number; durationMs: number; total?: number },
  work: Work,
): Promise<Throughput> {
  const ends: number[] = []
  const taken: number[] = []
  let countsFrom = Number.POSITIVE_INFINITY
  let deadline = performance.now() + MAX_RAMP_MS
  let next = 0
  const one = async () => {
    while (next < total && performance.now() < deadline) {
      const begunAt = performance.now()
      await work(next++)
      const endedAt = performance.now()
      if (ends.length >= atOnce) taken.push(endedAt - begunAt)
      if (ends.push(endedAt) !== atOnce) continue
      countsFrom = endedAt
      deadline = endedAt + durationMs
    }
  }
  await Promise.all(Array.from({ length: atOnce }, one))
  const counted = ends.filter((at) => at > countsFrom && at <= deadline).length
  const seconds = (Math.min(deadline, ends.at(-1) ?? deadline) - countsFrom) / 1_000
  return { ...summarise(taken), rate: counted / seconds, total: ends.length }
}

/** So many in all, so many at once: how many a second. For work that is prepared beforehand, and cannot go on for ever. */
export async function rateOf({ atOnce, total }: { atOnce: number; total: number }, work: Work): Promise<number> {
  let next = 0
  const one = async () => {
    while (next < total) await work(next++)
  }
  return (total / (await timeOf(() => Promise.all(Array.from({ length: atOnce }, one))))) * 1_000
}

/**
 * One every so often, whether those before are through or not (open loop): what visitors wait who do not know of each other.
 * Measured from when each should have begun, so that a pause of the whole machine counts for all that it held up.
 */
export async function openLoop(
  { perSecond, durationMs }: { perSecond: number; durationMs: number },
  work: Work,
): Promise<Latencies> {
  const startedAt = performance.now()
  const taken: number[] = []
  const underWay: Promise<unknown>[] = []
  const count = Math.floor((durationMs / 1_000) * perSecond)
  for (let n = 0; n < count; n++) {
    const dueAt = startedAt + (n * 1_000) / perSecond
    const early = dueAt - performance.now()
    if (early > 0) await sleep(early)
    underWay.push(work(n).then(() => taken.push(performance.now() - dueAt)))
    // Whatever one of them throws is for the end; until then it must not count as forgotten.
    underWay.at(-1)?.catch(() => {})
  }
  await Promise.all(underWay)
  return summarise(taken)
}
