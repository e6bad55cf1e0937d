import { evaluateRule } from './evaluate-rule.ts'
import type { Reason } from './evaluation.ts'
import type { CampaignEvent } from './event.ts'
import { exactFromInteger, exactToText, isWithinBounds, roundHalfEven } from './exact-number.ts'
import { jsonCopy } from './json.ts'
import { LIMITS } from './limits.ts'
import type { Rule } from './rule.ts'

/** Most points a campaign gives, in all and to one customer, or how many of them are left; null is no cap. */
export type Caps = {
  readonly totalPoints: number | null
  readonly pointsPerCustomer: number | null
}

export type Campaign = {
  readonly id: string
  readonly client: string
  readonly name: string
  readonly status: 'active' | 'inactive'
  /** RFC 3339 instants: the first one at which it runs, and the first one at which it no longer does. */
  readonly startsAt: string | null
  readonly endsAt: string | null
  readonly caps: Caps
  readonly rules: readonly Rule[]
}

/** What of a campaign can be changed, and what its history keeps. */
export type CampaignTerms = Pick<Campaign, 'status' | 'startsAt' | 'endsAt' | 'caps' | 'rules'>

/** What a rule did, as JSON. `exact` is a decimal (`16.995`) or, where that would not end, a fraction (`10/3`). */
export type RuleOutcome =
  | { readonly outcome: 'gave'; readonly exact: string }
  | { readonly outcome: 'did_not_match' }
  | { readonly outcome: 'not_evaluated'; readonly reason: Reason }

/** What a campaign makes of an event before its caps, as JSON. */
export type CampaignEvaluation = {
  /** One per rule, in their order. */
  readonly rules: readonly RuleOutcome[]
  /** The sum of what the rules gave, in the form of `RuleOutcome`. */
  readonly exact: string
  /** The sum as whole points, rounded once, half to even; never below zero. */
  readonly earned: number
}

/** Why a campaign gives nothing at an instant; `no_instant`: what should be one is none, and lies in no campaign. */
export type NotRunning = 'inactive' | 'not_started' | 'ended' | 'no_instant'

/**
 * Why a campaign does not run at an instant (RFC 3339), or null when it does: active, started (inclusive), not ended
 * (exclusive).
 */
export function whyNotRunning({ status, startsAt, endsAt }: Campaign, at: string): NotRunning | null {
  if (status !== 'active') return 'inactive'
  const instant = milliseconds(at)
  if (Number.isNaN(instant)) return 'no_instant'
  if (startsAt !== null && !(milliseconds(startsAt) <= instant)) return 'not_started'
  if (endsAt !== null && !(instant < milliseconds(endsAt))) return 'ended'
  return null
}

/** Without an offset, `Date.parse` would take the time zone of the machine. */
function milliseconds(instant: string): number {
  return /T.*(Z|[+-]\d\d:\d\d)$/.test(instant) ? Date.parse(instant) : Number.NaN
}

/**
 * Evaluates the rules of a campaign, whatever its status, schedule and caps. A rule that cannot be evaluated gives
 * nothing, says why, and does not stop the others.
 */
export function evaluateCampaign({ rules }: Pick<Campaign, 'rules'>, event: CampaignEvent): CampaignEvaluation {
  const seen = jsonCopy(event)
  let sum = exactFromInteger(0n)
  const outcomes = rules.map((rule): RuleOutcome => {
    if (seen === undefined) return notEvaluated('invalid_event', 'the event is not JSON')
    const result = evaluateRule(rule, seen)
    if (result.outcome !== 'gave') return result
    const next = sum.add(result.amount)
    if (!isWithinBounds(next)) return notEvaluated('too_large', `with it the sum has more than ${LIMITS.digits} digits`)
    sum = next
    return { outcome: 'gave', exact: exactToText(result.amount) }
  })
  // LIMITS.rules times LIMITS.pointsPerRule is a safe integer.
  return { rules: outcomes, exact: exactToText(sum), earned: Number(roundHalfEven(sum)) }
}

function notEvaluated(code: Reason['code'], message: string): RuleOutcome {
  return { outcome: 'not_evaluated', reason: { code, message } }
}
