/**
 * What a rule may not exceed. Rules are written by people and evaluated inside a purchase, so each bound is far above
 * anything sensible and far below anything that hurts. What does not depend on the event is checked on saving.
 */
export const LIMITS = {
  // Characters are code points, as in JSON Schema.

  /** Characters of a campaign's rules as JSON text. */
  rulesLength: 32_768,
  /** Types of events that a campaign is for, and characters of each. */
  eventTypes: 10,
  eventTypeLength: 100,
  /** Rules of a campaign. */
  rules: 100,
  /** Conditions of a rule, counting `all`, `any` and `not` themselves. */
  conditions: 50,
  /** Levels of `all`, `any` and `not` within each other. */
  conditionDepth: 8,
  /** Characters of a text to compare with. */
  textLength: 200,
  /** Texts or numbers of a list to compare with. */
  listLength: 100,
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
  /**
   * Steps of one rule on one event: a condition, for each line that it looks at; a segment of a path, for each value that it leads to; a
   * node of a formula, and each number of a sum. A net under the others.
   */
  steps: 10_000,
  /**
   * Steps of all campaigns on one event. Fifty campaigns of a hundred rules have twenty a rule; what rules need for a purchase is
   * some ten. Spent in the order of the campaigns: a rule that they do not reach is not evaluated.
   */
  stepsPerAward: 100_000,
  /** Characters of a text, times those that are looked for in it, that one step searches; where warnings look for it, one value. */
  searchPerStep: 1_000,
  /** Steps between two pauses, in which the process does other things. */
  stepsPerSlice: 1_000,
  /** Digits up to which an operation is one step; on a number of more it is ten, for it takes as much longer. */
  shortDigits: 18,
  stepsOfLongOperation: 10,
  /** Characters of the rules that are kept compiled, which takes some fifty bytes for each of them. */
  compiledLength: 1_000_000,
  /** Clocks of time zones that are kept: as many as campaigns may name, and some that are only tried out. */
  clocks: 100,
  /** What one rule may give for one event: the same ceiling as amounts at the API. */
  pointsPerRule: 1_000_000_000,
  /** Bytes of a JSONPath, in UTF-8, that the reason why a rule was not evaluated repeats. */
  reasonPathBytes: 60,
  /** Validation errors reported for one set of rules. */
  errors: 50,

  // Warnings: whoever reads a campaign waits for them.

  /** Alternatives of conditions that are gone through, for all rules: far more than what people write has. */
  alternatives: 20_000,
  /** Values of lists that count as one alternative, and characters of texts that count as one value where they are compared. */
  valuesPerAlternative: 50,
  charactersPerValue: 10,
  /** Purchases on which one rule is tried, and all rules, which share them. */
  samplesPerRule: 1_000,
  samples: 3_000,
  /** Steps that these take. */
  sampleSteps: 300_000,
  /** Customers and times with which each of these purchases is tried, and what is taken for them of what a rule names. */
  circumstances: 1_000,
  namedPurchases: 40,
  namedTexts: 4,
} as const
