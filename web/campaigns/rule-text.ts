import type { CampaignRule } from '#web/client/campaigns.ts'
import type { CampaignEvaluation, RuleOutcome } from '#web/client/simulation.ts'
import { LOCALE } from '#web/format/money.ts'
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

const exactNumber = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 20 })
const approximateNumber = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 2 })

/** A valid rule in words: its condition, `amount is more than 100`, and its award, `amount/10 points`. */
export function formatRule({ variable, condition, action }: CampaignRule): { when: string; award: string } {
  const formula = formatPaths(action.formula)
  return {
    when: formatCondition(condition, variable),
    award: `${formula} ${formula === '1' ? 'point' : 'points'}`,
  }
}

function formatCondition(condition: Condition, variable: string | undefined): string {
  if ('all' in condition) return formatList(condition.all, 'and', variable)
  if ('any' in condition) return formatList(condition.any, 'or', variable)
  if ('not' in condition) return `not (${formatCondition(condition.not, variable)})`
  const { rule, value } = condition
  const compared = typeof value === 'number' ? exactNumber.format(value) : `“${value}”`
  return `${formatPaths(condition.variable ?? variable ?? '')} ${COMPARISONS[rule]} ${compared}`
}

function formatList(conditions: readonly Condition[], conjunction: string, variable: string | undefined): string {
  const isList = (condition: Condition) => 'all' in condition || 'any' in condition
  return conditions
    .map((one) =>
      isList(one) && conditions.length > 1 ? `(${formatCondition(one, variable)})` : formatCondition(one, variable),
    )
    .join(` ${conjunction} `)
}

/** `$.amount/10` becomes `amount/10`. */
function formatPaths(text: string): string {
  return text.replaceAll('$.', '')
}

const NOT_RUNNING: Record<NonNullable<CampaignEvaluation['not_running']>, string> = {
  inactive: 'the campaign is inactive',
  other_type: 'the campaign is for events of other types',
  not_started: 'the campaign has not started',
  ended: 'the campaign has ended',
  no_instant: 'the time of the event is not known',
}

const LIMITS: Record<NonNullable<CampaignEvaluation['limited_by']>, string> = {
  total_points: 'the total cap limits the award',
  points_per_customer: 'the cap per customer limits the award',
  points_per_award: 'the awards of all campaigns together exceed the maximum for one purchase or event',
}

/** Why a campaign awards fewer points than its rules add up to, or undefined if it does not. */
export function formatShortfall({ not_running, limited_by, earned }: CampaignEvaluation): string | undefined {
  const reason = not_running ? NOT_RUNNING[not_running] : limited_by && LIMITS[limited_by]
  return reason ? `Its rules add up to ${points(earned)}, but ${reason}.` : undefined
}

/**
 * The result of one rule for one purchase or event, to be read after the rule's name: `awards 170`.
 *
 * @param rule undefined where the result does not come with its rule, as in a backtest
 */
export function formatOutcome({ outcome, exact, reason }: RuleOutcome, rule: CampaignRule | undefined): string {
  switch (outcome) {
    case 'gave':
      return `awards ${formatExact(exact ?? '')}`
    case 'did_not_match':
      return `awards nothing, because its condition is not met${rule ? `: ${formatRule(rule).when}` : ''}`
    case 'not_evaluated':
      return `could not be evaluated: ${reason?.message ?? ''}`
  }
}

/** Exact points can be a fraction with endless decimals: `850/3` is shown as `about 283.33`. */
function formatExact(exact: string): string {
  const [numerator, denominator] = exact.split('/').map(Number)
  if (numerator === undefined || denominator === undefined) return exact
  return `about ${approximateNumber.format(numerator / denominator)}`
}
