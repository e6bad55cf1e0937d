import { isAmount, MAX_POINTS, type PointsCommand } from './command.ts'
import type { Instant } from './instant.ts'

/** How much of an account `decideAll` looks at. */
export type Load = {
  /** All lots that hold points and end at or before this moment are needed, */
  readonly now: Instant
  /** then the lots that hold points, in spending order, until they hold this many together, */
  readonly points: number
  /** and these transactions, with the lots that they touched, whatever those hold. */
  readonly targets: readonly string[]
}

/**
 * What to load before deciding `commands`, so that an account's long history costs nothing. A reversal in the batch
 * may take a lot from under a redemption after it; the most that an issue can hold is loaded on top for that, and only
 * for that.
 */
export function loadFor(commands: readonly [PointsCommand, ...PointsCommand[]]): Load {
  let now = commands[0].now
  let points = 0
  let mayBeTaken = 0
  const targets = new Set<string>()
  for (const command of commands) {
    if (command.now > now) now = command.now
    if (command.type === 'redeem' && isAmount(command.amount)) {
      points += command.amount + mayBeTaken
      mayBeTaken = 0
    }
    if (command.type === 'reverse') {
      mayBeTaken += MAX_POINTS
      targets.add(command.reverses)
    }
  }
  return { now, points, targets: [...targets] }
}
