import type { Comparison, Condition } from '#domain/campaigns/condition.ts'

/** Undefined is what cannot be said. */
export type Truth = boolean | undefined

/** Conditions written a second time, as plainly as can be, to compare their evaluation with. @param lookUp what a variable leads to, if anything */
export function truthOf(condition: Condition, lookUp: (variable: string) => unknown): Truth {
  if ('not' in condition) return negation(truthOf(condition.not, lookUp))
  if ('any' in condition) return negation(everyOf(condition.any.map((one) => negation(truthOf(one, lookUp)))))
  if ('all' in condition) return everyOf(condition.all.map((one) => truthOf(one, lookUp)))
  return compared(condition, lookUp(condition.variable ?? ''))
}

function everyOf(truths: readonly Truth[]): Truth {
  if (truths.includes(false)) return false
  return truths.includes(undefined) ? undefined : true
}

function negation(truth: Truth): Truth {
  return truth === undefined ? undefined : !truth
}

function compared(comparison: Comparison, found: unknown): Truth {
  const { rule, value } = comparison
  if (rule === 'exists') return (found !== undefined) === value
  if (rule === 'contains') {
    if (Array.isArray(found)) return found.some((one) => one === value)
    return typeof found === 'string' ? found.split(value).length > 1 || value === '' : undefined
  }
  const [sample] = [value].flat()
  if (typeof found !== typeof sample || (typeof found !== 'string' && typeof found !== 'number')) return undefined
  const order = (other: unknown) => orderOf(found, other as string | number)
  switch (rule) {
    case 'numeric_greater_than':
      return order(value) > 0
    case 'numeric_greater_than_equals':
      return order(value) >= 0
    case 'numeric_less_than':
      return order(value) < 0
    case 'numeric_less_than_equals':
      return order(value) <= 0
    case 'numeric_equals':
    case 'string_equals':
      return order(value) === 0
    case 'string_not_equals':
      return order(value) !== 0
    case 'in':
      return [...value].some((one) => order(one) === 0)
    case 'not_in':
      return [...value].every((one) => order(one) !== 0)
    case 'between':
      return order(value[0]) >= 0 && order(value[1]) <= 0
  }
}

/** Numbers by what they are, texts by their code points one after the other. */
function orderOf(one: string | number, other: string | number): number {
  if (typeof one === 'number') return one - Number(other)
  const points = (text: string) => Array.from(text, (character) => character.codePointAt(0) ?? 0)
  const [left, right] = [points(one), points(String(other))]
  const at = left.findIndex((point, index) => point !== right[index])
  return at === -1 ? left.length - right.length : (left[at] ?? 0) - (right[at] ?? -1)
}
