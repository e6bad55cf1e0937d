import type { CampaignRule } from '#web/client/campaigns.ts'
import type { CampaignJudgement, RuleOutcome } from '#web/client/simulation.ts'
import { points } from '#web/format/points.ts'

type Condition = CampaignRule['condition']

const COMPARISONS: Record<Extract<Condition, { rule: string }>['rule'], string> = {
  numeric_greater_than: 'is more than',
  numeric_greater_than_equals: 'is at least',
  numeric_less_than: 'is less than',
  numeric_less_than_equals: 'is at most',
  numeric_equals: 'is',
  string_equals: 'is',
}

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 20 })

/** A rule that the API has accepted, in short words: `amount is more than 100`, `amount/10 points`. */
export function formatRule({ variable, condition, action }: CampaignRule): { when: string; gives: string } {
  const formula = formatPaths(action.formula)
  return {
    when: formatCondition(condition, variable),
    gives: `${formula} ${formula === '1' ? 'point' : 'points'}`,
  }
}

function formatCondition(condition: Condition, variable: string | undefined): string {
  if ('all' in condition) return formatList(condition.all, 'and', variable)
  if ('any' in condition) return formatList(condition.any, 'or', variable)
  if ('not' in condition) return `not (${formatCondition(condition.not, variable)})`
  const { rule, value } = condition
  const compared = typeof value === 'number' ? number.format(value) : `“${value}”`
  return `${formatPaths(condition.variable ?? variable ?? '')} ${COMPARISONS[rule]} ${compared}`
}

function formatList(conditions: readonly Condition[], word: string, variable: string | undefined): string {
  const isList = (condition: Condition) => 'all' in condition || 'any' in condition
  return conditions
    .map((one) =>
      isList(one) && conditions.length > 1 ? `(${formatCondition(one, variable)})` : formatCondition(one, variable),
    )
    .join(` ${word} `)
}

/** `$.amount/10` reads `amount/10`. */
function formatPaths(text: string): string {
  return text.replaceAll('$.', '')
}

const approximate = new Intl.NumberFormat('en', { maximumFractionDigits: 2 })

const NOT_RUNNING: Record<NonNullable<CampaignJudgement['not_running']>, string> = {
  inactive: 'the campaign is inactive',
  not_started: 'the campaign has not started',
  ended: 'the campaign has ended',
  no_instant: 'it happened at no known time',
}

/** Why a campaign gives less than its rules come to, or undefined if it does not. */
export function formatShortfall({ not_running, limited_by, earned }: CampaignJudgement): string | undefined {
  if (not_running) return `Its rules come to ${points(earned)}, but ${NOT_RUNNING[not_running]}.`
  if (!limited_by) return undefined
  if (limited_by === 'points_per_award') {
    return `Its rules come to ${points(earned)}, but all campaigns together give more than can be booked at once.`
  }
  const cap = limited_by === 'total_points' ? 'the cap in all' : 'the cap per customer'
  return `Its rules come to ${points(earned)}, but ${cap} leaves no more.`
}

/** What a rule made of a purchase, and if it gave nothing, why. @param rule undefined where it is not known any more */
export function formatOutcome({ outcome, exact, reason }: RuleOutcome, rule: CampaignRule | undefined): string {
  switch (outcome) {
    case 'gave':
      return `gave ${formatExact(exact ?? '')}`
    case 'did_not_match':
      return rule ? `gave nothing: it is not so that ${formatRule(rule).when}` : 'did not match'
    case 'not_evaluated':
      return `could not be evaluated: ${reason?.message ?? ''}`
  }
}

/** What is exact may be a fraction without an end (`850/3`), which nobody reads. */
function formatExact(exact: string): string {
  const [numerator, denominator] = exact.split('/').map(Number)
  if (numerator === undefined || denominator === undefined) return exact
  return `about ${approximate.format(numerator / denominator)}`
}
