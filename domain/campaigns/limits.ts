/**
 * What a rule may not exceed. Rules are written by people and evaluated inside a purchase, so each bound is far above
 * anything sensible and far below anything that hurts. All but `steps` are checked on saving.
 */
export const LIMITS = {
  /** Characters of a campaign's rules as JSON text. */
  rulesLength: 32_768,
  /** Rules of a campaign. */
  rules: 100,
  /** Conditions of a rule, counting `all`, `any` and `not` themselves. */
  conditions: 50,
  /** Levels of `all`, `any` and `not` within each other. */
  conditionDepth: 8,
  /** Characters of a text to compare with. */
  textLength: 200,
  /** Characters of a JSONPath. */
  pathLength: 200,
  /** Names and indexes of a JSONPath. */
  pathSegments: 16,
  /** Characters of a formula. */
  formulaLength: 1_000,
  /** Levels of parentheses, calls and minus signs within each other in a formula. */
  formulaDepth: 32,
  /** Digits of a number's numerator and of its denominator, in a rule, in an event and in every result on the way. */
  digits: 60,
  /** Steps of one rule on one event: a condition, a segment of a path, a node of a formula. A net under the others. */
  steps: 10_000,
  /** What one rule may give for one event: the same ceiling as amounts at the API. */
  pointsPerRule: 1_000_000_000,
  /** Mistakes reported for one set of rules. */
  mistakes: 50,
} as const
