/** Comparisons of numbers, exact on their decimals. `numeric_greater_than` and `numeric_less_than` are strict. */
export const NUMERIC_COMPARISONS = [
  'numeric_greater_than',
  'numeric_greater_than_equals',
  'numeric_less_than',
  'numeric_less_than_equals',
  'numeric_equals',
] as const
export type NumericComparison = (typeof NUMERIC_COMPARISONS)[number]

/** Compares what `variable` leads to, a JSONPath; one without a variable of its own looks at that of its rule. */
export type Comparison =
  | { readonly variable?: string; readonly rule: NumericComparison; readonly value: number }
  | { readonly variable?: string; readonly rule: 'string_equals'; readonly value: string }

export type Condition =
  | Comparison
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }

/**
 * A rule as operators write it: when the condition holds, points are issued, as many as the formula says.
 *
 * `{"variable":"$.amount","condition":{"rule":"numeric_greater_than","value":100},
 *   "action":{"command":"issue","formula":"$.amount/10"}}`
 */
export type Rule = {
  readonly variable?: string
  readonly condition: Condition
  readonly action: { readonly command: 'issue'; readonly formula: string }
}
