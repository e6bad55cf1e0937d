import type { CampaignRule } from '#web/client/campaigns.ts'
import type { CampaignEvaluation, RuleOutcome } from '#web/client/simulation.ts'
import { LOCALE } from '#web/format/money.ts'
import { exactNumber } from '#web/format/numbers.ts'
import { formatLimit, points } from '#web/format/points.ts'
import { formatRow, type ProductName, type RuleSentence } from './builder/row-text.ts'
import { readRule } from './builder/rule-row.ts'

type Condition = NonNullable<CampaignRule['condition']>

const COMPARISONS: Partial<Record<string, string>> = {
  numeric_greater_than: 'is more than',
  numeric_greater_than_equals: 'is at least',
  numeric_less_than: 'is less than',
  numeric_less_than_equals: 'is at most',
  numeric_equals: 'is',
  string_equals: 'is',
  string_not_equals: 'is not',
  in: 'is one of',
  not_in: 'is none of',
  between: 'is between',
  contains: 'contains',
}

const approximateNumber = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 2 })

/** A valid rule in words, with its paths where there are no better ones: `stars * 2 points` when `stars is at least 4`. */
export function formatRule(rule: CampaignRule, nameOf: ProductName = formatProduct): RuleSentence {
  const row = readRule(rule)
  if (row) return formatRow(row, nameOf)
  const { variable, condition, lines, action } = rule
  const formula = formatPaths(action.formula)
  const points = `${formula} ${formula === '1' ? 'point' : 'points'}`
  return {
    award: lines ? `${points} for lines whose ${formatCondition(lines, undefined)}` : points,
    when: condition ? formatCondition(condition, variable) : '',
  }
}

/** A rule in one text, a line. */
export function formatSentence({ award, when }: RuleSentence): string {
  return when === '' ? award : `${award} when ${when}`
}

function formatProduct(id: string): string {
  return `product ${id}`
}

function formatCondition(condition: Condition, variable: string | undefined): string {
  if ('all' in condition) return formatList(condition.all, 'and', variable)
  if ('any' in condition) return formatList(condition.any, 'or', variable)
  if ('not' in condition) return `not (${formatCondition(condition.not, variable)})`
  if ('condition' in condition) return formatCondition(condition.condition, condition.variable)
  const { rule, value } = condition
  const subject = formatPaths(condition.variable ?? variable ?? '')
  if (rule === 'exists') return `${subject} is ${value === true ? 'there' : 'not there'}`
  return `${subject} ${COMPARISONS[rule] ?? rule} ${formatValue(rule, value)}`
}

function formatValue(rule: string, value: unknown): string {
  if (Array.isArray(value)) {
    return value.map((one) => formatValue(rule, one)).join(rule === 'between' ? ' and ' : ', ')
  }
  return typeof value === 'number' ? exactNumber.format(value) : `“${value}”`
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
  return text.replaceAll(/[$@]\./g, '')
}

const NOT_RUNNING: Record<NonNullable<CampaignEvaluation['not_running']>, string> = {
  draft: 'the campaign is a draft',
  inactive: 'the campaign is inactive',
  other_type: 'the campaign is for events of other types',
  not_started: 'the campaign has not started',
  ended: 'the campaign has ended',
  no_instant: 'the time of the event is not known',
}

/** Why a campaign awards fewer points than its rules add up to, or undefined if it does not. */
export function formatShortfall({ not_running, limited_by, earned }: CampaignEvaluation): string | undefined {
  const reason = not_running ? NOT_RUNNING[not_running] : limited_by && formatLimit(limited_by)
  return reason ? `Its rules add up to ${points(earned)}, but ${reason}.` : undefined
}

/**
 * The result of one rule for one purchase or event, to be read after the rule's name: `awards 170`.
 *
 * @param rule undefined where the result does not come with its rule, as in a backtest
 */
export function formatOutcome(
  { outcome, exact, reason }: RuleOutcome,
  rule: CampaignRule | undefined,
  nameOf?: ProductName,
): string {
  switch (outcome) {
    case 'gave':
      return `awards ${formatExact(exact ?? '')}`
    case 'did_not_match':
      return `awards nothing, because ${formatMismatch(rule, nameOf)}`
    case 'not_evaluated':
      return `could not be evaluated: ${reason?.message ?? ''}`
  }
}

/** Why a rule did not match: with lines and a condition, either of them may be why. */
function formatMismatch(rule: CampaignRule | undefined, nameOf: ProductName | undefined): string {
  const when = rule ? formatRule(rule, nameOf).when : ''
  const condition = `its condition is not met${when === '' ? '' : `: ${when}`}`
  if (!rule?.lines) return condition
  return `none of its products is in the cart${rule.condition ? `, or ${condition}` : ''}`
}

/** Exact points can be a fraction with endless decimals: `850/3` is shown as `about 283.33`. */
function formatExact(exact: string): string {
  const [numerator, denominator] = exact.split('/').map(Number)
  if (denominator === undefined) return numerator === undefined ? exact : exactNumber.format(numerator)
  if (numerator === undefined) return exact
  return `about ${approximateNumber.format(numerator / denominator)}`
}
