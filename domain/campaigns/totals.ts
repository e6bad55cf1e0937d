import type { Campaign } from './campaign.ts'
import { exactFromInteger, exactFromOwnText, exactToText, roundHalfEven, scaled } from './exact-number.ts'
import type { Judgement } from './judgement.ts'
import type { Rule } from './rule.ts'

/** What a campaign came to over many events. */
export type CampaignTotals = {
  readonly campaignId: string
  readonly campaign: string
  /** What it gave, within its caps, and what of that was taken back. */
  readonly points: number
  readonly takenBack: number
  /** Events that got points by it, that a cap left less than they earned, and during which it did not run. */
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

/** Adds judgements up, by campaign and rule. */
export class CampaignTotalsCount {
  readonly #campaigns = new Map<string, Count>()
  /** Rules as text, so that equal ones of several versions are one; written once for each. */
  readonly #texts = new WeakMap<Rule, string>()

  count({ rules }: Campaign, judgement: Judgement): void {
    const { campaignId, campaign, points, limitedBy, notRunning } = judgement
    const total = this.#totalOf(campaignId, campaign)
    if (notRunning) {
      total.notRunning += 1
      return
    }
    total.points += points
    if (points > 0) total.earning += 1
    if (limitedBy) total.limited += 1
    for (const [index, rule] of rules.entries()) {
      const outcome = judgement.rules[index]
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

function countRule(count: RuleCount, outcome: Judgement['rules'][number]): void {
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
