import fc from 'fast-check'
import type { PointsCommand } from '#domain/points/account.ts'
import { pointsCommands } from './points-arbitrary.ts'

/** One request in a random sequence. `back` points at an earlier action, counted back from this one. */
export type Action = { now: string; position: number; command: PointsCommand; back: number } & {
  /**
   * `command`: a new one under a key of its own. `repeat`: an earlier request once more. `other body`: an earlier key for
   * something else. `undo`: of what an earlier key did. `undo ahead`: of what has not happened yet.
   */
  kind: 'command' | 'repeat' | 'other body' | 'undo' | 'undo ahead'
}

const kind = fc.oneof(
  { weight: 12, arbitrary: fc.constant('command' as const) },
  { weight: 2, arbitrary: fc.constantFrom('repeat' as const, 'other body' as const, 'undo ahead' as const) },
  { weight: 3, arbitrary: fc.constant('undo' as const) },
)
const twist = fc.record({ kind, back: fc.nat({ max: 6 }) })

/** Requests to one account, in the order of time; most are commands, some have to do with the keys of earlier ones. */
export const ledgerActions: fc.Arbitrary<Action[]> = fc
  .tuple(pointsCommands, fc.array(twist, { minLength: 40, maxLength: 40 }))
  .map(([commands, twists]) =>
    commands.map((command, position) => {
      const { kind, back } = twists[position] as { kind: Action['kind']; back: number }
      return { now: command.now, position, command, kind, back }
    }),
  )
