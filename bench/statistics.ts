/** The middle of what several rounds measured, and how far they lay apart. */
export type Spread = { readonly median: number; readonly min: number; readonly max: number }

/**
 * The smallest number that at least this share of the numbers does not exceed (nearest rank).
 *
 * @param share above 0, at most 1
 * @returns NaN without numbers
 */
export function percentile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

/** The one in the middle, or the mean of the two in the middle; NaN without numbers. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** NaN throughout without numbers. */
export function spreadOf(numbers: readonly number[]): Spread {
  if (numbers.length === 0) return { median: Number.NaN, min: Number.NaN, max: Number.NaN }
  return { median: median(numbers), min: Math.min(...numbers), max: Math.max(...numbers) }
}

/**
 * What one contender measured over what another did, round by round: both saw the same machine in a round, so what disturbs it
 * cancels out.
 *
 * @throws Error when they did not take part in the same rounds
 */
export function ratioByRound(ours: readonly number[], theirs: readonly number[]): Spread {
  if (ours.length !== theirs.length) throw new Error(`${ours.length} rounds cannot be compared with ${theirs.length}`)
  return spreadOf(ours.map((value, round) => value / (theirs[round] ?? Number.NaN)))
}
