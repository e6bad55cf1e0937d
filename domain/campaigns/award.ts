import { MAX_POINTS } from '#domain/points/account.ts'
import {
  type Campaign,
  type CampaignEvaluation,
  type CampaignEvent,
  type Caps,
  evaluateCampaign,
  type NotRunning,
  whyNotRunning,
} from './campaign.ts'
import { AwardWork, type Sliced } from './evaluation.ts'
import { jsonCopy } from './json-path.ts'

/** How far an award has come. What each state means is said at the table `awards`. */
export type AwardState = 'pending' | 'booked' | 'nothing' | 'parked' | 'dismissed' | 'voided'

/**
 * What left less than was earned: a cap of the campaign, or `pointsPerAward`, the most points that one transaction of the ledger
 * takes: an award above it could never be booked, and is refused as a whole.
 */
export type Limit = keyof Caps | 'pointsPerAward'

/** What one campaign contributes to an award. */
export type CampaignAward = CampaignEvaluation & {
  readonly campaignId: string
  readonly campaign: string
  /** Whole points: `earned`, or less where a cap had less left. */
  readonly points: number
  readonly limitedBy: Limit | null
}

/** The points for an event, and which campaign and rule gave what. JSON-safe, so that it can be stored and retried. */
export type Award = {
  readonly points: number
  /** The campaigns that ran for the event, with those that gave nothing. */
  readonly campaigns: readonly CampaignAward[]
}

/** The award for an event by those campaigns of its client that run when it occurs, before any cap. */
export function* evaluateCampaigns(campaigns: readonly Campaign[], event: CampaignEvent): Sliced<Award> {
  const json = jsonCopy(event)
  const work = new AwardWork()
  const awards: CampaignAward[] = []
  for (const campaign of campaigns) {
    if (campaign.client !== event.client || whyNotRunning(campaign, event)) continue
    const evaluation = yield* evaluateCampaign(campaign, json, work)
    const { id: campaignId, name } = campaign
    awards.push({ ...evaluation, campaignId, campaign: name, points: evaluation.earned, limitedBy: null })
  }
  return sum(awards)
}

/**
 * An award within what the caps of its campaigns leave. Taken from what was earned, so it may be done again with other
 * remainders: a parked award keeps its evaluation and is capped when it is booked.
 */
export function capAward(award: Award, remainingOf: (campaignId: string) => Caps): Award {
  const capped = award.campaigns.map((campaign) => ({
    ...campaign,
    ...clampToCaps(campaign.earned, remainingOf(campaign.campaignId)),
  }))
  return sum(refuseAboveCeiling(capped))
}

/** The contributions to an award, or none of them when together they are more than one transaction of points takes. */
function refuseAboveCeiling<Contribution extends Pick<CampaignAward, 'points' | 'limitedBy'>>(
  campaigns: readonly Contribution[],
): readonly Contribution[] {
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
 * Spreads points that are taken back over the campaigns that gave them: the first one's first, as far as they go.
 *
 * @returns `taken`, below zero, from each that it takes from; and what is `left` of the grants
 */
export function takeBackGrants(
  grants: readonly CampaignGrant[],
  points: number,
): { taken: CampaignGrant[]; left: CampaignGrant[] } {
  const taken: CampaignGrant[] = []
  const left: CampaignGrant[] = []
  let missing = points
  for (const { campaignId, points: given } of grants) {
    const some = Math.min(given, missing)
    missing -= some
    if (some > 0) taken.push({ campaignId, points: -some })
    if (some < given) left.push({ campaignId, points: given - some })
  }
  return { taken, left }
}

/** What a campaign would contribute to an award; where it does not run, `points` is 0 and its evaluation tells what if. */
export type EvaluationWithinCaps = CampaignAward & { readonly notRunning: NotRunning | null }

/**
 * Evaluates an event by campaigns, whether they run or not, within what their caps leave, and the most that one transaction of
 * points takes. Those that do not run have steps of their own, so that they take none from those that do.
 *
 * @param remaining what the caps of a campaign leave; asked once for each, in their order
 */
export function* evaluateWithinCaps(
  campaigns: readonly Campaign[],
  event: CampaignEvent,
  remaining: (campaign: Campaign) => Caps,
): Sliced<readonly EvaluationWithinCaps[]> {
  const json = jsonCopy(event)
  const work = new AwardWork()
  const workOfOthers = new AwardWork()
  const evaluations: EvaluationWithinCaps[] = []
  for (const campaign of campaigns) {
    const notRunning = whyNotRunning(campaign, event)
    const evaluation = yield* evaluateCampaign(campaign, json, notRunning ? workOfOthers : work)
    const within = notRunning
      ? ({ points: 0, limitedBy: null } as const)
      : clampToCaps(evaluation.earned, remaining(campaign))
    evaluations.push({ campaignId: campaign.id, campaign: campaign.name, ...evaluation, ...within, notRunning })
  }
  return refuseAboveCeiling(evaluations)
}
