import type { PointsAccount } from './account.ts'
import { type Answer, answerOf } from './answer.ts'
import type { PointsCommand } from './command.ts'
import { decide } from './decide.ts'
import type { Refusal } from './decision.ts'
import type { PointsEvent } from './event.ts'
import { evolve } from './evolve.ts'

/** What one command of a batch came to. */
export type Answered =
  | { readonly ok: true; readonly answer: Answer }
  | { readonly ok: false; readonly refusal: Refusal }

/** One answer per command in their order, and all events to append, with consecutive versions. */
export type Batch = {
  readonly answers: readonly Answered[]
  readonly events: readonly PointsEvent[]
  readonly account: PointsAccount
}

/**
 * Decides commands that met at one account, each on what the ones before it left; refused ones change nothing.
 * The result is the same as deciding and storing them one by one. Throws when two bring the same transaction id.
 */
export function decideAll(before: PointsAccount, commands: readonly PointsCommand[]): Batch {
  let account = before
  const events: PointsEvent[] = []
  const answers = commands.map((command): Answered => {
    const decision = decide(account, command)
    if (!decision.ok) return decision
    const [event] = decision.events
    account = evolve(account, event)
    events.push(event)
    return { ok: true, answer: answerOf(event, account) }
  })
  return { answers, events, account }
}
