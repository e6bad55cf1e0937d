import type { CampaignRule } from '#web/client/campaigns.ts'

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
export function sayRule({ variable, condition, action }: CampaignRule): { when: string; gives: string } {
  const formula = sayPaths(action.formula)
  return {
    when: sayCondition(condition, variable),
    gives: `${formula} ${formula === '1' ? 'point' : 'points'}`,
  }
}

function sayCondition(condition: Condition, variable: string | undefined): string {
  if ('all' in condition) return sayList(condition.all, 'and', variable)
  if ('any' in condition) return sayList(condition.any, 'or', variable)
  if ('not' in condition) return `not (${sayCondition(condition.not, variable)})`
  const { rule, value } = condition
  const compared = typeof value === 'number' ? number.format(value) : `“${value}”`
  return `${sayPaths(condition.variable ?? variable ?? '')} ${COMPARISONS[rule]} ${compared}`
}

function sayList(conditions: readonly Condition[], word: string, variable: string | undefined): string {
  const isList = (condition: Condition) => 'all' in condition || 'any' in condition
  return conditions
    .map((one) =>
      isList(one) && conditions.length > 1 ? `(${sayCondition(one, variable)})` : sayCondition(one, variable),
    )
    .join(` ${word} `)
}

/** `$.amount/10` reads `amount/10`. */
function sayPaths(text: string): string {
  return text.replaceAll('$.', '')
}
