import { availableFrom, type Instant, type LotEnd, type LotTerms, lotDates } from '#domain/points/account.ts'
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
import { isJsonObject, type Json, type JsonObject, jsonCopy, ownMember } from './json-path.ts'
import { LIMITS } from './limits.ts'
import { type LocalFacts, localFacts, milliseconds } from './local-time.ts'
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

/** The member of an event with what clocks said, by time zone. No path of a rule leads to a name with `@`. */
export const LOCAL_TIMES = '@local'

/**
 * What happened, as rules see it: plain JSON. Other systems send types of their own, with whatever members their rules
 * look at. Money is in major units (`19.99`), `occurredAt` is an RFC 3339 instant.
 */
export type CampaignEvent = {
  readonly type: string
  /** Whose campaigns apply. */
  readonly client: string
  readonly occurredAt: string
  /** `CustomerFacts`; of an event of another system, also what its payload says of its customer. */
  readonly customer?: unknown
  /** Rules see `local`, what clocks said in the zone of their campaign, in its place (`inTimeZone`). */
  readonly [LOCAL_TIMES]?: LocalTimes
  readonly [member: string]: unknown
}

/** What is known of a customer when something happens. */
export type CustomerFacts = {
  /** That stood before, and were not refunded as a whole. */
  readonly purchases: number
  readonly tags: readonly string[]
  /** The day of the account, in UTC. */
  readonly since: string
}

export type LocalTimes = { readonly [timeZone: string]: LocalFacts }

/** Words of the shop's own for a product. */
export type ProductLabels = { readonly categories: readonly string[]; readonly tags: readonly string[] }

/** What rules may know of a purchase or an event beside itself. It is kept from when that happened, in the table `event_facts`. */
export type EventFacts = {
  readonly customer: CustomerFacts
  readonly local: LocalTimes
  /** Those that were bought, by id. */
  readonly products: { readonly [productId: string]: ProductLabels }
}

/** A line of a purchase; `price` is the frozen price of one piece, in major units, and `total` that of all pieces. */
export type EventLine = ProductLabels & {
  readonly productId: string
  readonly quantity: number
  readonly price: number
  readonly total: number
}

/** A purchase that stands. */
export type PurchaseCompleted = CampaignEvent & {
  readonly type: typeof PURCHASE_COMPLETED
  readonly customer: CustomerFacts
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

/** When the points of a campaign count, in days after that of the award, and when they end; null: as points that no campaign gives. */
export type PointsTerms = { readonly availableAfterDays: number; readonly expiry: LotEnd | null }

/** The terms of the lot of points that a campaign gives. @param ttlDays lifetime of points that no campaign gives */
export function lotTermsOf({ availableAfterDays, expiry }: PointsTerms, ttlDays: number): LotTerms {
  return { availableAfterDays, ends: expiry ?? { days: ttlDays } }
}

/** When points that a campaign gives at an instant count, null: at once, and when they end. */
export function pointsSpan(
  terms: PointsTerms,
  issuedAt: Instant,
  ttlDays: number,
): { availableAt: Instant | null; expiresAt: Instant } {
  const { availableOn, expiresAt } = lotDates(issuedAt, lotTermsOf(terms, ttlDays))
  return { availableAt: terms.availableAfterDays === 0 ? null : availableFrom(issuedAt, availableOn), expiresAt }
}

export type Campaign = PointsTerms & {
  readonly id: string
  /** Of its history, if its rules are as they are stored there; with the id, it names them. */
  readonly version?: number
  readonly client: string
  readonly name: string
  /** Types of the events that it is for. */
  readonly eventTypes: readonly string[]
  /** A draft has never run; once it is anything else, it is none any more. */
  readonly status: 'draft' | 'active' | 'inactive'
  /** RFC 3339 instants: the first one at which it runs, and the first one at which it no longer does. */
  readonly startsAt: string | null
  readonly endsAt: string | null
  /** By its IANA name: that of the days and hours that rules see. */
  readonly timeZone: string
  /** Campaigns are evaluated highest first: see `byPriority`. */
  readonly priority: number
  /** Of the campaigns of one group only the one that gives most counts; null: it always does. */
  readonly exclusiveGroup: string | null
  readonly caps: Caps
  readonly rules: readonly Rule[]
}

/**
 * The order in which campaigns are evaluated: by priority, then the older one. Who comes first gets the steps of an award, and counts
 * where others of its exclusive group give as much.
 */
function byPriority(a: Pick<Campaign, 'id' | 'priority'>, b: Pick<Campaign, 'id' | 'priority'>): number {
  return b.priority - a.priority || (a.id < b.id ? -1 : 1)
}

/** A campaign with those of others that are of its exclusive group, in the order in which they are evaluated. */
export function withItsGroup(campaign: Campaign, others: readonly Campaign[]): Campaign[] {
  const { id, exclusiveGroup } = campaign
  const group = others.filter((other) => other.id !== id && other.exclusiveGroup === exclusiveGroup)
  return exclusiveGroup === null ? [campaign] : [campaign, ...group].sort(byPriority)
}

/** What of a campaign can be changed, and what its history keeps. */
export type CampaignTerms = PointsTerms &
  Pick<
    Campaign,
    'eventTypes' | 'status' | 'startsAt' | 'endsAt' | 'timeZone' | 'priority' | 'exclusiveGroup' | 'caps' | 'rules'
  >

/** Those of a campaign that says nothing else. */
export const DEFAULT_TERMS: CampaignTerms = {
  eventTypes: [PURCHASE_COMPLETED],
  status: 'active',
  startsAt: null,
  endsAt: null,
  timeZone: 'UTC',
  priority: 0,
  exclusiveGroup: null,
  caps: NO_CAPS,
  availableAfterDays: 0,
  expiry: null,
  rules: [],
}

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
export type NotRunning = 'draft' | 'inactive' | 'other_type' | 'not_started' | 'ended' | 'no_instant'

/**
 * Why a campaign does not run for an event, or null when it does: active, for events of this type, started (inclusive), not ended
 * (exclusive).
 */
export function whyNotRunning(
  { eventTypes, status, startsAt, endsAt }: Campaign,
  { type, occurredAt }: Pick<CampaignEvent, 'type' | 'occurredAt'>,
): NotRunning | null {
  if (status !== 'active') return status
  if (!eventTypes.includes(type)) return 'other_type'
  const instant = milliseconds(occurredAt)
  if (Number.isNaN(instant)) return 'no_instant'
  if (startsAt !== null && !(milliseconds(startsAt) <= instant)) return 'not_started'
  if (endsAt !== null && !(instant < milliseconds(endsAt))) return 'ended'
  return null
}

/** Whether a campaign runs, of itself: for some event. One that was a draft when it ended has never run, and is one still. */
export type CampaignState = 'draft' | 'inactive' | 'scheduled' | 'running' | 'ended'

export function campaignStateAt(
  { status, startsAt, endsAt }: Pick<Campaign, 'status' | 'startsAt' | 'endsAt'>,
  now: Instant,
): CampaignState {
  if (status === 'draft') return status
  if (endsAt !== null && milliseconds(endsAt) <= milliseconds(now)) return 'ended'
  if (status === 'inactive') return status
  return startsAt !== null && milliseconds(now) < milliseconds(startsAt) ? 'scheduled' : 'running'
}

/**
 * An event as rules see it: its JSON, with what clocks said in the time zone of their campaign as `local`; undefined for what has no
 * JSON. A zone that was none of a campaign when the event was kept, or that the database did not know, is looked up; of one that nobody
 * knows, there is no `local`.
 */
export function inTimeZone(event: CampaignEvent): (timeZone: string) => Json | undefined {
  const json = jsonCopy(event)
  if (!isJsonObject(json)) return () => json
  const { [LOCAL_TIMES]: kept, ...members } = json
  const seen = new Map<string, Json>()
  return (timeZone) => {
    const known = seen.get(timeZone)
    if (known !== undefined) return known
    const clocks = (isJsonObject(kept) && ownMember(kept, timeZone)) || localFacts(members.occurredAt, timeZone)
    const made = isJsonObject(clocks) ? { ...members, local: withKnown(members.local, clocks) } : members
    seen.set(timeZone, made)
    return made
  }
}

/** What is known, with what another system says by the same name: it stays as it is where that is something else. */
export function withKnown(said: Json | undefined, known: JsonObject): Json {
  if (said === undefined) return known
  return isJsonObject(said) ? { ...said, ...known } : said
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
   * The campaigns that there were when something occurred, in the order in which they are evaluated, with the caps that they had when its
   * points were booked: the same as a purchase is evaluated by. A campaign that was deleted in between keeps its last caps.
   */
  asOf(occurredAt: Microseconds, bookedAt: Microseconds): Campaign[] {
    const campaigns = this.#campaigns.flatMap((versions) => {
      const version = versions.findLast(({ at }) => at <= occurredAt)
      if (!version?.terms) return []
      const capped = versions.findLast(({ at, terms }) => at <= bookedAt && terms !== null)
      const { at: _, terms, ...campaign } = version
      return [{ ...terms, ...campaign, caps: capped?.terms?.caps ?? terms.caps }]
    })
    return campaigns.sort(byPriority)
  }
}
