import { MAX_POINTS, type NewLot } from '#domain/points/account.ts'
import {
  type Campaign,
  type CampaignEvaluation,
  type CampaignEvent,
  CampaignHistory,
  type CampaignVersion,
  type Caps,
  evaluateCampaign,
  inTimeZone,
  lotTermsOf,
  type Microseconds,
  type NotRunning,
  type PointsTerms,
  whyNotRunning,
} from './campaign.ts'
import { AwardWork, type Sliced } from './evaluation.ts'

/** How far an award has come. What each state means is said at the table `awards`. */
export type AwardState = 'pending' | 'booked' | 'nothing' | 'parked' | 'dismissed' | 'voided'

/**
 * What left less than was earned: a cap of the campaign; `exclusiveGroup`, another campaign of its group, which gives more; or
 * `pointsPerAward`, the most points that one transaction of the ledger takes: an award above it could never be booked, and is refused
 * as a whole.
 */
export type Limit = keyof Caps | 'exclusiveGroup' | 'pointsPerAward'

/**
 * What one campaign contributes to an award, and when that counts and ends, by its terms when it was evaluated: an award that is booked
 * later keeps them.
 */
export type CampaignAward = CampaignEvaluation &
  PointsTerms & {
    readonly campaignId: string
    readonly campaign: string
    /** Whole points: `earned`, or less, as `limitedBy` says. */
    readonly points: number
    readonly limitedBy: Limit | null
    /** Of which it was at that time: of a group only one gives. */
    readonly exclusiveGroup: string | null
    /** What its caps left; null: it had none, or that is not known yet. */
    readonly room: number | null
  }

/** The points for an event, and which campaign and rule gave what. JSON-safe, so that it can be stored and retried. */
export type Award = {
  readonly points: number
  /** The campaigns that ran for the event, with those that gave nothing. */
  readonly campaigns: readonly CampaignAward[]
}

/** An award of nothing. */
export const NO_AWARD: Award = { points: 0, campaigns: [] }

/** What happened, when, and the campaigns as they stood then. */
type PastEvent = {
  readonly event: CampaignEvent
  readonly at: Microseconds
  readonly versions: readonly CampaignVersion[]
}

/** The award for what happened by the campaigns as they stood then, before any cap. */
export function evaluateAsOf({ versions, event, at }: PastEvent): Sliced<Award> {
  return evaluateCampaigns(new CampaignHistory(versions).asOf(at, at), event)
}

/** The award for an event by those campaigns of its client that run when it occurs, before any cap. @param campaigns in their order */
export function* evaluateCampaigns(campaigns: readonly Campaign[], event: CampaignEvent): Sliced<Award> {
  const seenIn = inTimeZone(event)
  const work = new AwardWork()
  const awards: CampaignAward[] = []
  for (const campaign of campaigns) {
    if (campaign.client !== event.client || whyNotRunning(campaign, event)) continue
    const evaluation = yield* evaluateCampaign(campaign, seenIn(campaign.timeZone), work)
    awards.push({ ...evaluation, ...contributor(campaign), points: evaluation.earned, limitedBy: null, room: null })
  }
  return sum(oneOfEachGroup(awards))
}

function contributor({ id, name, availableAfterDays, expiry, exclusiveGroup }: Campaign) {
  return { campaignId: id, campaign: name, availableAfterDays, expiry, exclusiveGroup }
}

/**
 * An award within what the caps of its campaigns leave. Taken from what was earned, so it may be done again with other
 * remainders: a parked award keeps its evaluation and is capped when it is booked.
 */
export function capAward(award: Award, remainingOf: (campaignId: string) => Caps): Award {
  const capped = award.campaigns.map((campaign) => {
    const remaining = remainingOf(campaign.campaignId)
    return { ...campaign, ...clampToCaps(campaign.earned, remaining), room: roomIn(remaining) }
  })
  return sum(refuseAboveCeiling(oneOfEachGroup(capped)))
}

type Contribution = Pick<CampaignAward, 'points' | 'limitedBy' | 'exclusiveGroup'>

/** The contributions, of those of one group only the one that gives most; of several that do, the one that is evaluated first. */
function oneOfEachGroup<One extends Contribution>(campaigns: readonly One[]): readonly One[] {
  const first = firstOfGroups(campaigns)
  return campaigns.map((one) =>
    one.points === 0 || one.exclusiveGroup === null || first.get(one.exclusiveGroup) === one
      ? one
      : { ...one, points: 0, limitedBy: 'exclusiveGroup' },
  )
}

/** By group, the contribution that counts; none, where all of them are nothing. */
function firstOfGroups<One extends Contribution>(campaigns: readonly One[]): Map<string, One> {
  const first = new Map<string, One>()
  for (const one of campaigns) {
    if (one.exclusiveGroup === null || one.points === 0) continue
    if (one.points > (first.get(one.exclusiveGroup)?.points ?? 0)) first.set(one.exclusiveGroup, one)
  }
  return first
}

/**
 * What caps had no room for when an award was capped: with as much, the campaign would have given more, or been the one of its group that
 * gives. Where there is room when the award is booked, it is to be capped again.
 */
export function noRoomIn({ campaigns }: Award): CampaignGrant[] {
  const first = firstOfGroups(campaigns)
  return campaigns.flatMap((one, index) => {
    const best = one.exclusiveGroup === null ? undefined : first.get(one.exclusiveGroup)
    const points = best && best !== one ? best.points + (index < campaigns.indexOf(best) ? 0 : 1) : one.points + 1
    const isShort = one.room !== null && one.room < points && points <= one.earned
    return isShort ? [{ campaignId: one.campaignId, points }] : []
  })
}

/**
 * How many of the points that each campaign gave with an award are for what is kept: as many as it gives for that, within what its caps
 * had left then; for one of a group, as many as any of them gives. It may be more than it gave.
 *
 * @param kept   what the campaigns of the award give for what is kept, before caps
 * @param roomOf what the caps of a campaign had left
 */
export function keptPoints(kept: Award, roomOf: (campaignId: string) => number | null): ReadonlyMap<string, number> {
  const { campaigns } = capAward(kept, (id) => ({ totalPoints: roomOf(id), pointsPerCustomer: null }))
  const first = firstOfGroups(campaigns)
  return new Map(
    campaigns.map(({ campaignId, points, exclusiveGroup }) => [
      campaignId,
      exclusiveGroup === null ? points : (first.get(exclusiveGroup)?.points ?? 0),
    ]),
  )
}

/** The contributions to an award, or none of them when together they are more than one transaction of points takes. */
function refuseAboveCeiling<One extends Contribution>(campaigns: readonly One[]): readonly One[] {
  const points = campaigns.reduce((total, campaign) => total + campaign.points, 0)
  if (points <= MAX_POINTS) return campaigns
  return campaigns.map((one) => (one.points === 0 ? one : { ...one, points: 0, limitedBy: 'pointsPerAward' }))
}

/** What a campaign gave so far: in all, and to the customer in question. */
export type Given = { readonly inAll: number; readonly toCustomer: number }

/** What caps leave; below zero where more was given than they are now. */
export function remainingOf({ totalPoints, pointsPerCustomer }: Caps, { inAll, toCustomer }: Given): Caps {
  return {
    totalPoints: totalPoints === null ? null : totalPoints - inAll,
    pointsPerCustomer: pointsPerCustomer === null ? null : pointsPerCustomer - toCustomer,
  }
}

/** What is left by both caps; null: there is neither. */
function roomIn({ totalPoints, pointsPerCustomer }: Caps): number | null {
  const least = Math.min(totalPoints ?? Infinity, pointsPerCustomer ?? Infinity)
  return least === Infinity ? null : Math.max(0, least)
}

/**
 * As many of the points as both caps leave. What is left may be below zero, where a cap was lowered after more had been
 * given: then nothing is given and nothing taken back.
 */
export function clampToCaps(points: number, remaining: Caps): { points: number; limitedBy: keyof Caps | null } {
  const total = Math.max(0, remaining.totalPoints ?? Infinity)
  const perCustomer = Math.max(0, remaining.pointsPerCustomer ?? Infinity)
  const least = Math.min(total, perCustomer)
  if (points <= least) return { points, limitedBy: null }
  return { points: least, limitedBy: total <= perCustomer ? 'totalPoints' : 'pointsPerCustomer' }
}

/** Each campaign gives at most 10^11 points, so the sum of ninety thousand of them is still a safe integer. */
function sum(campaigns: readonly CampaignAward[]): Award {
  return { points: campaigns.reduce((total, campaign) => total + campaign.points, 0), campaigns }
}

/** Points that a campaign gave or, below zero, that were taken back of what it gave. */
export type CampaignGrant = { readonly campaignId: string; readonly points: number }

/** What each campaign gives with an award. */
export function grantsOf(campaigns: readonly CampaignAward[]): CampaignGrant[] {
  return campaigns.filter(({ points }) => points > 0).map(({ campaignId, points }) => ({ campaignId, points }))
}

/**
 * The lots that an award opens: one for each campaign that gives something, by its terms.
 *
 * @param ttlDays of points that no campaign gives
 */
export function lotsOf(campaigns: readonly CampaignAward[], ttlDays: number): NewLot[] {
  return campaigns
    .filter(({ points }) => points > 0)
    .map(({ campaignId, points: amount, ...terms }) => ({ amount, campaignId, terms: lotTermsOf(terms, ttlDays) }))
}

/** What a campaign would contribute to an award; where it does not run, `points` is 0 and its evaluation tells what if. */
export type EvaluationWithinCaps = CampaignAward & { readonly notRunning: NotRunning | null }

/**
 * Evaluates an event by campaigns, whether they run or not, within what their caps leave, with one of each exclusive group, and the most
 * that one transaction of points takes. Those that do not run have steps of their own, so that they take none from those that do.
 *
 * @param remaining what the caps of a campaign leave; asked once for each, in their order
 */
export function* evaluateWithinCaps(
  campaigns: readonly Campaign[],
  event: CampaignEvent,
  remaining: (campaign: Campaign) => Caps,
): Sliced<readonly EvaluationWithinCaps[]> {
  const seenIn = inTimeZone(event)
  const work = new AwardWork()
  const workOfOthers = new AwardWork()
  const evaluations: EvaluationWithinCaps[] = []
  for (const campaign of campaigns) {
    const notRunning = whyNotRunning(campaign, event)
    const evaluation = yield* evaluateCampaign(campaign, seenIn(campaign.timeZone), notRunning ? workOfOthers : work)
    const left = remaining(campaign)
    const within = notRunning ? ({ points: 0, limitedBy: null } as const) : clampToCaps(evaluation.earned, left)
    evaluations.push({ ...evaluation, ...contributor(campaign), ...within, room: roomIn(left), notRunning })
  }
  return refuseAboveCeiling(oneOfEachGroup(evaluations))
}
