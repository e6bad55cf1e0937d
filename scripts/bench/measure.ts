/** How long one call takes, in milliseconds: the medians of calls that alternate, so that both see the same machine. */
export async function medianTimes(
  rounds: number,
  one: () => Promise<unknown>,
  other: () => Promise<unknown>,
): Promise<[one: number, other: number]> {
  const times: [number[], number[]] = [[], []]
  for (let round = -Math.ceil(rounds / 10); round < rounds; round++) {
    const [mine, theirs] = [await timeOf(one), await timeOf(other)]
    // The first tenth warms up plans, pages and the compiler.
    if (round < 0) continue
    times[0].push(mine)
    times[1].push(theirs)
  }
  return [median(times[0]), median(times[1])]
}

/** In milliseconds. */
export async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** Does `work` so many times in all, so many of them at once. */
export async function atOnce(count: number, width: number, work: (n: number) => Promise<unknown>): Promise<void> {
  let next = 0
  const one = async () => {
    while (next < count) {
      next += 1
      await work(next)
    }
  }
  await Promise.all(Array.from({ length: width }, one))
}
