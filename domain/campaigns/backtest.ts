import {
  type Award,
  type CampaignGrant,
  type EvaluationWithinCaps,
  evaluateWithinCaps,
  type Given,
  grantsOf,
  keptPoints,
  remainingOf,
} from './award.ts'
import type { Campaign, CampaignEvent } from './campaign.ts'
import type { Rule } from './condition.ts'
import type { Sliced } from './evaluation.ts'
import { exactFromInteger, exactFromOwnText, exactToText, roundHalfEven, scaled } from './exact-number.ts'

/** What a campaign came to over many events. */
export type CampaignTotals = {
  readonly campaignId: string
  readonly campaign: string
  /** What it gave, within its caps, and what of that was taken back. */
  readonly points: number
  readonly takenBack: number
  /** Events that got points by it, that a cap or its group left less than they earned, and during which it did not run. */
  readonly earning: number
  readonly limited: number
  readonly notRunning: number
  /** Every rule that it had while it ran. */
  readonly rules: readonly RuleTotals[]
}

export type RuleTotals = {
  readonly rule: Rule
  /** How often it did what, while its campaign ran. */
  readonly gave: number
  readonly didNotMatch: number
  readonly notEvaluated: number
  /** The sum of what it gave, before rounding to whole points and before caps: a decimal of six places at most. */
  readonly sum: string
  /** Why it could not be evaluated, the first time. */
  readonly reason: string | null
}

/** Places of a sum: contributions are rounded to so many, for a sum of a million thirds is no number to look at. */
const PLACES = 6

type Count = { -readonly [Name in keyof Omit<CampaignTotals, 'rules'>]: CampaignTotals[Name] } & {
  readonly rules: Map<string, RuleCount>
}
type RuleCount = { -readonly [Name in keyof Omit<RuleTotals, 'sum'>]: RuleTotals[Name] } & { sum: bigint }

/** Adds evaluations up, by campaign and rule. */
class CampaignTotalsCount {
  readonly #campaigns = new Map<string, Count>()
  /** Rules as text, so that equal ones of several versions are one; written once for each. */
  readonly #texts = new WeakMap<Rule, string>()

  count({ rules }: Campaign, evaluation: EvaluationWithinCaps): void {
    const { campaignId, campaign, points, limitedBy, notRunning } = evaluation
    const total = this.#totalOf(campaignId, campaign)
    if (notRunning) {
      total.notRunning += 1
      return
    }
    total.points += points
    if (points > 0) total.earning += 1
    if (limitedBy) total.limited += 1
    for (const [index, rule] of rules.entries()) {
      const outcome = evaluation.rules[index]
      if (outcome) countRule(this.#ruleOf(total, rule), outcome)
    }
  }

  /** @param points below zero */
  takeBack(campaignId: string, points: number): void {
    const total = this.#campaigns.get(campaignId)
    if (total) total.takenBack -= points
  }

  list(): CampaignTotals[] {
    return [...this.#campaigns.values()].map((total) => ({
      ...total,
      rules: [...total.rules.values()].map((rule) => ({ ...rule, sum: inPoints(rule.sum) })),
    }))
  }

  #totalOf(campaignId: string, campaign: string): Count {
    const known = this.#campaigns.get(campaignId)
    if (known) return known
    const counts = { points: 0, takenBack: 0, earning: 0, limited: 0, notRunning: 0 }
    const total: Count = { campaignId, campaign, ...counts, rules: new Map() }
    this.#campaigns.set(campaignId, total)
    return total
  }

  #ruleOf(total: Count, rule: Rule): RuleCount {
    const text = this.#texts.get(rule) ?? JSON.stringify(rule)
    this.#texts.set(rule, text)
    const known = total.rules.get(text)
    if (known) return known
    const count = { rule, gave: 0, didNotMatch: 0, notEvaluated: 0, sum: 0n, reason: null }
    total.rules.set(text, count)
    return count
  }
}

function countRule(count: RuleCount, outcome: EvaluationWithinCaps['rules'][number]): void {
  switch (outcome.outcome) {
    case 'gave':
      count.gave += 1
      count.sum += roundHalfEven(scaled(exactFromOwnText(outcome.exact), PLACES))
      return
    case 'did_not_match':
      count.didNotMatch += 1
      return
    case 'not_evaluated':
      count.notEvaluated += 1
      count.reason ??= outcome.reason.message
  }
}

function inPoints(sum: bigint): string {
  return exactToText(scaled(exactFromInteger(sum), -PLACES))
}

/** Rules that are counted between two pauses. */
const RULES_PER_SLICE = 50

/** What was given to an account before the backtest begins, where caps have to count it. */
export type GivenBefore = CampaignGrant & { readonly accountId: string }

/** Points of an award that were taken back by a refund, or by hand, or when they came back and were owed. */
export type TakenBack = {
  /** Of the purchase or event that had earned them. */
  readonly id: string
  readonly accountId: string
  /** What of the purchase is kept, of a refund; null: nothing. Left out: what was kept before, or of no purchase, nothing. */
  readonly kept?: CampaignEvent | null
  /** How many of the points that are not for what is kept are not taken back by then, since they were spent, and are owed. */
  readonly notTakenBack: number
  /**
   * What campaigns really got back: what counts for awards from before the backtest, and is the same for others, if it can be. Points are
   * below zero.
   */
  readonly grants: readonly CampaignGrant[]
}

export type BacktestTotals = {
  /** Purchases and events that were evaluated. */
  readonly evaluated: number
  readonly points: number
  readonly takenBack: number
  readonly campaigns: readonly CampaignTotals[]
}

/**
 * Goes through what happened, in the order in which it happened, and keeps count of what campaigns would have given, for their
 * caps and in total. Pure: whoever reads the past tells it, and nothing is written anywhere.
 */
export class Backtest {
  readonly #inAll = new Map<string, number>()
  readonly #perCustomer = new Map<string, number>()
  /** What campaigns gave in this backtest, by purchase or event, and what their caps had left: a refund may take it back. */
  readonly #awards = new Map<string, { grants: readonly Grant[]; rooms: ReadonlyMap<string, number> }>()
  /** How many points of each campaign are for what is kept, of purchases of which a part was refunded. */
  readonly #kept = new Map<string, ReadonlyMap<string, number>>()
  readonly #totals = new CampaignTotalsCount()
  readonly #only: string | undefined
  #evaluated = 0
  #points = 0
  #takenBack = 0

  /** @param only the campaign that it is about; the others are of its group, and are told nothing of. Left out: it is about all of them. */
  constructor(givenBefore: readonly GivenBefore[] = [], only?: string) {
    this.#only = only
    for (const { accountId, ...grant } of givenBefore) this.#give(grant, accountId)
  }

  /** Evaluates an event by campaigns: their rules and schedules as they stood when it occurred, caps as when it was booked. */
  *evaluate(
    id: string,
    accountId: string,
    event: CampaignEvent,
    campaigns: readonly Campaign[],
  ): Sliced<readonly EvaluationWithinCaps[]> {
    const evaluations = yield* evaluateWithinCaps(campaigns, event, (campaign) =>
      remainingOf(campaign.caps, this.#givenBy(campaign.id, accountId)),
    )
    let rules = 0
    for (const [index, evaluation] of evaluations.entries()) {
      if (this.#isAbout(evaluation)) this.#totals.count(campaigns[index] as Campaign, evaluation)
      rules += evaluation.rules.length
      if (rules < RULES_PER_SLICE) continue
      rules = 0
      yield
    }
    const grants = grantsOf(evaluations)
    for (const grant of grants) {
      this.#give(grant, accountId)
      if (this.#isAbout(grant)) this.#points += grant.points
    }
    const rooms = evaluations.flatMap(({ campaignId, room }) => (room === null ? [] : [[campaignId, room] as const]))
    // Also when it gave nothing: what was really given is then not to be taken back here.
    this.#awards.set(id, {
      grants: grants.map(({ campaignId, points }) => ({ campaignId, given: points, left: points })),
      rooms: new Map(grants.length > 0 ? rooms : []),
    })
    this.#evaluated += 1
    return evaluations.filter((evaluation) => this.#isAbout(evaluation))
  }

  /**
   * Takes back what is left of an award but for what is kept, and what was really not taken back; caps have room for it again.
   *
   * @param kept what the campaigns give for what is kept; left out: nothing, or as much as before
   */
  takeBack({ id, accountId, notTakenBack, grants: really }: TakenBack, kept?: Award): void {
    const award = this.#awards.get(id)
    if (!award) {
      for (const grant of really) this.#give(grant, accountId)
      return
    }
    if (kept)
      this.#kept.set(
        id,
        keptPoints(kept, (campaignId) => award.rooms.get(campaignId) ?? null),
      )
    const taken = takenOf(award.grants, this.#kept.get(id), notTakenBack, really)
    for (const [campaignId, points] of taken) {
      this.#give({ campaignId, points: -points }, accountId)
      if (!this.#isAbout({ campaignId })) continue
      this.#takenBack += points
      this.#totals.takeBack(campaignId, -points)
    }
    const grants = award.grants.map((grant) => ({ ...grant, left: grant.left - (taken.get(grant.campaignId) ?? 0) }))
    this.#awards.set(id, { ...award, grants })
  }

  totals(): BacktestTotals {
    return {
      evaluated: this.#evaluated,
      points: this.#points,
      takenBack: this.#takenBack,
      campaigns: this.#totals.list(),
    }
  }

  #isAbout({ campaignId }: Pick<CampaignGrant, 'campaignId'>): boolean {
    return this.#only === undefined || campaignId === this.#only
  }

  #give({ campaignId, points }: CampaignGrant, accountId: string): void {
    add(this.#inAll, campaignId, points)
    add(this.#perCustomer, customerKey(campaignId, accountId), points)
  }

  #givenBy(campaignId: string, accountId: string): Given {
    return {
      inAll: this.#inAll.get(campaignId) ?? 0,
      toCustomer: this.#perCustomer.get(customerKey(campaignId, accountId)) ?? 0,
    }
  }
}

/** What a campaign gave for one purchase or event, and what is left of that. */
type Grant = { readonly campaignId: string; readonly given: number; readonly left: number }

/**
 * How much of each grant is taken back: together what is not for what is kept, and was not left owed, as `takeBackFrom` (domain/refund.ts)
 * has it. From each as much as was really taken of it, though that may have paid for another one whose points were spent; then what it
 * gave too much.
 *
 * @param kept points by campaign that are for what is kept
 * @param really below zero; of other awards, or of none, that may be something else
 */
function takenOf(
  grants: readonly Grant[],
  kept: ReadonlyMap<string, number> | undefined,
  notTakenBack: number,
  really: readonly CampaignGrant[],
): Map<string, number> {
  const excessOf = ({ campaignId, given, left }: Grant) => left - Math.min(given, kept?.get(campaignId) ?? 0)
  let missing = Math.max(0, grants.reduce((sum, grant) => sum + excessOf(grant), 0) - notTakenBack)
  const taken = new Map<string, number>()
  const takeUpTo = ({ campaignId, left }: Grant, most: number) => {
    const before = taken.get(campaignId) ?? 0
    const some = Math.max(0, Math.min(most, left - before, missing))
    taken.set(campaignId, before + some)
    missing -= some
  }
  const wasTaken = (id: string) => -(really.find(({ campaignId }) => campaignId === id)?.points ?? 0)
  for (const grant of grants) takeUpTo(grant, wasTaken(grant.campaignId))
  for (const grant of grants) takeUpTo(grant, excessOf(grant) - (taken.get(grant.campaignId) ?? 0))
  for (const grant of grants) takeUpTo(grant, grant.left)
  return taken
}

/** Ids of campaigns are UUIDs: the first blank ends them. */
function customerKey(campaignId: string, accountId: string): string {
  return `${campaignId} ${accountId}`
}

function add(sums: Map<string, number>, key: string, points: number): void {
  sums.set(key, (sums.get(key) ?? 0) + points)
}
