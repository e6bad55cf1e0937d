import type { CampaignRule } from '#web/client/campaigns.ts'
import type { CampaignJudgement, RuleOutcome } from '#web/client/simulation.ts'
import { points } from '#web/format/points.ts'
import { sayRule } from './rule-words.ts'

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 2 })

const NOT_RUNNING: Record<NonNullable<CampaignJudgement['not_running']>, string> = {
  inactive: 'the campaign is inactive',
  not_started: 'the campaign has not started',
  ended: 'the campaign has ended',
  no_instant: 'it happened at no known time',
}

/** Why a campaign gives less than its rules come to, or undefined if it does not. */
export function sayLess({ not_running, limited_by, earned }: CampaignJudgement): string | undefined {
  if (not_running) return `Its rules come to ${points(earned)}, but ${NOT_RUNNING[not_running]}.`
  if (!limited_by) return undefined
  if (limited_by === 'points_per_award') {
    return `Its rules come to ${points(earned)}, but all campaigns together give more than can be booked at once.`
  }
  const cap = limited_by === 'total_points' ? 'the cap in all' : 'the cap per customer'
  return `Its rules come to ${points(earned)}, but ${cap} leaves no more.`
}

/** What a rule made of a purchase, and if it gave nothing, why. @param rule undefined where it is not known any more */
export function sayOutcome({ outcome, exact, reason }: RuleOutcome, rule: CampaignRule | undefined): string {
  switch (outcome) {
    case 'gave':
      return `gave ${sayExact(exact ?? '')}`
    case 'did_not_match':
      return rule ? `gave nothing: it is not so that ${sayRule(rule).when}` : 'did not match'
    case 'not_evaluated':
      return `could not be evaluated: ${reason?.message ?? ''}`
  }
}

/** What is exact may be a fraction without an end (`850/3`), which nobody reads. */
function sayExact(exact: string): string {
  const [numerator, denominator] = exact.split('/').map(Number)
  if (numerator === undefined || denominator === undefined) return exact
  return `about ${number.format(numerator / denominator)}`
}
