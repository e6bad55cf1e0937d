import type { Rule } from './condition.ts'
import { type AwardWork, Evaluation, NO_STEPS_LEFT, type Reason, type Sliced } from './evaluation.ts'
import {
  type ExactNumber,
  exactFromInteger,
  exactToText,
  isWithinBounds,
  operationSteps,
  roundHalfEven,
} from './exact-number.ts'
import type { Json } from './json-path.ts'
import { LIMITS } from './limits.ts'
import { CompiledRulesCache, evaluateRule, type RuleResult } from './rules.ts'

/** Whose campaigns the purchases of the store are evaluated by. */
export const STORE_CLIENT = 'UnicornStore'

/** The type of the event that a purchase is. Campaigns are for it unless they name others. */
export const PURCHASE_COMPLETED = 'PurchaseCompleted'

/**
 * A client as it is kept: in lower case, but for the store, whose name is always written as above. It is done where a name comes in, so
 * that everything behind compares exactly.
 */
export function canonicalClient(client: string): string {
  const folded = client.toLowerCase()
  return folded === STORE_CLIENT.toLowerCase() ? STORE_CLIENT : folded
}

/**
 * What happened, as rules see it: plain JSON. Other systems send types of their own, with whatever members their rules
 * look at. Money is in major units (`19.99`), `occurredAt` is an RFC 3339 instant.
 */
export type CampaignEvent = {
  readonly type: string
  /** Whose campaigns apply. */
  readonly client: string
  readonly occurredAt: string
  readonly [member: string]: unknown
}

/** A line of a purchase; `price` is the frozen price of one piece, in major units. */
export type EventLine = {
  readonly productId: string
  readonly quantity: number
  readonly price: number
}

/** A purchase that stands. */
export type PurchaseCompleted = CampaignEvent & {
  readonly type: typeof PURCHASE_COMPLETED
  readonly purchaseId: string
  readonly username: string
  /** What was charged in money: `total` less what points paid for. */
  readonly amount: number
  /** The price of all lines. */
  readonly total: number
  /** Pieces over all lines. */
  readonly quantity: number
  /** Of the first line. */
  readonly productId: string
  readonly lines: readonly EventLine[]
}

/** Most points a campaign gives, in all and to one customer, or how many of them are left; null is no cap. */
export type Caps = {
  readonly totalPoints: number | null
  readonly pointsPerCustomer: number | null
}

export const NO_CAPS: Caps = { totalPoints: null, pointsPerCustomer: null }

export function hasCaps({ totalPoints, pointsPerCustomer }: Caps): boolean {
  return totalPoints !== null || pointsPerCustomer !== null
}

export type Campaign = {
  readonly id: string
  /** Of its history, if its rules are as they are stored there; with the id, it names them. */
  readonly version?: number
  readonly client: string
  readonly name: string
  /** Types of the events that it is for. */
  readonly eventTypes: readonly string[]
  readonly status: 'active' | 'inactive'
  /** RFC 3339 instants: the first one at which it runs, and the first one at which it no longer does. */
  readonly startsAt: string | null
  readonly endsAt: string | null
  readonly caps: Caps
  readonly rules: readonly Rule[]
}

/** What of a campaign can be changed, and what its history keeps. */
export type CampaignTerms = Pick<Campaign, 'eventTypes' | 'status' | 'startsAt' | 'endsAt' | 'caps' | 'rules'>

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

/**
 * Why a campaign gives nothing for an event; `other_type`: it is for events of other types; `no_instant`: what should be the
 * instant of the event is none, and lies in no campaign.
 */
export type NotRunning = 'inactive' | 'other_type' | 'not_started' | 'ended' | 'no_instant'

/**
 * Why a campaign does not run for an event, or null when it does: active, for events of this type, started (inclusive), not ended
 * (exclusive).
 */
export function whyNotRunning(
  { eventTypes, status, startsAt, endsAt }: Campaign,
  { type, occurredAt }: Pick<CampaignEvent, 'type' | 'occurredAt'>,
): NotRunning | null {
  if (status !== 'active') return 'inactive'
  if (!eventTypes.includes(type)) return 'other_type'
  const instant = milliseconds(occurredAt)
  if (Number.isNaN(instant)) return 'no_instant'
  if (startsAt !== null && !(milliseconds(startsAt) <= instant)) return 'not_started'
  if (endsAt !== null && !(instant < milliseconds(endsAt))) return 'ended'
  return null
}

/** Without an offset, `Date.parse` would take the time zone of the machine. */
const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]{5,20}(?:Z|[+-]\d\d:\d\d)$/

/** Of an event of another system, `occurredAt` may be anything. */
function milliseconds(instant: unknown): number {
  if (typeof instant !== 'string' || !INSTANT.test(instant)) return Number.NaN
  // `Date` takes 31 February for a day in March.
  const day = instant.slice(0, 10)
  const midnight = Date.parse(`${day}T00:00:00Z`)
  const isDay = !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(day)
  return isDay ? Date.parse(instant) : Number.NaN
}

/** Of this process. What it keeps follows from the rules alone, so it changes no result. */
const compiled = new CompiledRulesCache()

/**
 * Evaluates the rules of a campaign, whatever its status, schedule and caps. A rule that cannot be evaluated gives
 * nothing, says why, and does not stop the others; nor does one that the steps of the award do not reach.
 *
 * @param event its JSON; undefined for what has none
 * @param award what the campaigns of one event share: they spend its steps, in their order
 */
export function* evaluateCampaign(
  { id, version, rules }: Pick<Campaign, 'id' | 'version' | 'rules'>,
  event: Json | undefined,
  award: AwardWork,
): Sliced<CampaignEvaluation> {
  // What is not reached is not compiled either, and takes no room in the cache.
  if (event === undefined || award.left === 0) return noneOf(rules, event === undefined ? NO_EVENT : NO_STEPS_LEFT)
  let sum = exactFromInteger(0n)
  const outcomes: RuleOutcome[] = []
  for (const rule of compiled.rulesOf(rules, version === undefined ? version : `${id} ${version}`)) {
    const partsRead = rule.partsRead
    const evaluation = new Evaluation(event, LIMITS.steps, award)
    const result = evaluateRule(rule, evaluation)
    award.spend(evaluation.steps)
    const added = add(sum, result)
    if (result.outcome === 'gave') award.spend(operationSteps(sum, result.amount))
    sum = added.sum
    outcomes.push(added.outcome)
    if (award.isPauseDue() || rule.partsRead > partsRead) yield
  }
  // LIMITS.rules times LIMITS.pointsPerRule is a safe integer.
  return { rules: outcomes, exact: exactToText(sum), earned: Number(roundHalfEven(sum)) }
}

/** The sum with what a rule gave, and what is told of the rule. */
function add(sum: ExactNumber, result: RuleResult): { sum: ExactNumber; outcome: RuleOutcome } {
  if (result.outcome !== 'gave') return { sum, outcome: result }
  const next = sum.add(result.amount)
  if (isWithinBounds(next)) return { sum: next, outcome: { outcome: 'gave', exact: exactToText(result.amount) } }
  const message = `with it the sum has more than ${LIMITS.digits} digits`
  return { sum, outcome: { outcome: 'not_evaluated', reason: { code: 'too_large', message } } }
}

const NO_EVENT: Reason = { code: 'invalid_event', message: 'the event is not JSON' }

function noneOf(rules: readonly Rule[], reason: Reason): CampaignEvaluation {
  return { rules: rules.map(() => ({ outcome: 'not_evaluated', reason })), exact: '0', earned: 0 }
}

/** Since 1970. A Date has milliseconds only, and in one of them a campaign can change and points be booked. */
export type Microseconds = number

/** A version of a campaign: its terms from an instant on, or null from when it was deleted. */
export type CampaignVersion = Pick<Campaign, 'id' | 'version' | 'client' | 'name'> & {
  readonly at: Microseconds
  readonly terms: CampaignTerms | null
}

/** Campaigns as they stood at any time. */
export class CampaignHistory {
  readonly #campaigns: readonly (readonly CampaignVersion[])[]

  /** @param versions by campaign, each campaign's in their order */
  constructor(versions: readonly CampaignVersion[]) {
    this.#campaigns = Object.values(Object.groupBy(versions, ({ id }) => id)).map((own) => own ?? [])
  }

  /** Those that ever had a cap: of them it matters what they gave before. */
  everCapped(): string[] {
    const isCapped = ({ terms }: CampaignVersion) => terms !== null && hasCaps(terms.caps)
    return this.#campaigns.flatMap((versions) => (versions[0] && versions.some(isCapped) ? [versions[0].id] : []))
  }

  /**
   * The campaigns that there were when something occurred, with the caps that they had when its points were booked: the same
   * as a purchase is evaluated by. A campaign that was deleted in between keeps its last caps.
   */
  asOf(occurredAt: Microseconds, bookedAt: Microseconds): Campaign[] {
    return this.#campaigns.flatMap((versions) => {
      const version = versions.findLast(({ at }) => at <= occurredAt)
      if (!version?.terms) return []
      const capped = versions.findLast(({ at, terms }) => at <= bookedAt && terms !== null)
      const { at: _, terms, ...campaign } = version
      return [{ ...terms, ...campaign, caps: capped?.terms?.caps ?? terms.caps }]
    })
  }
}
