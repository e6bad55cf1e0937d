import { type ConditionRow, conditionOf, readWhen, type When } from './conditions.ts'
import { formulaOf, type Give, readGive } from './give.ts'
import { lineCondition, type Matching, readMatching } from './matching.ts'
import { isObject, isSameJson } from './typed.ts'

/** A rule as the builder shows it: give so much, for these products, when these conditions hold. */
export type RuleRow = { readonly give: Give; readonly matching: Matching; readonly when: When }

/** A rule as the builder shows it, or undefined for one that it cannot show: more than its sentence would be lost. */
export function readRule(rule: unknown): RuleRow | undefined {
  if (!isObject(rule)) return undefined
  const { variable, lines, condition, action, ...others } = rule
  if (Object.keys(others).length > 0 || !isObject(action)) return undefined
  const { command, formula, ...unknown } = action
  if (command !== 'issue' || typeof formula !== 'string' || Object.keys(unknown).length > 0) return undefined
  if (variable !== undefined && typeof variable !== 'string') return undefined
  const [give, matching, when] = [readGive(formula), readMatching(lines), readWhen(condition, variable)]
  if (!give || !matching || !when) return undefined
  const row = { give, matching, when }
  // Without certain products there are no matching ones: such a path is one of the event's own.
  return matching.by === 'all' && usesMatched(row) ? undefined : row
}

/**
 * The rule that a row is. What was not changed stays as it was written, although the builder would write it differently.
 *
 * @param before the rule and the row that was read from it
 */
export function writeRule({ give, matching, when }: RuleRow, before?: { rule: unknown; row: RuleRow }): unknown {
  const stored = before && isObject(before.rule) ? before.rule : {}
  const isSame = (part: keyof RuleRow, now: unknown) => before !== undefined && isSameJson(before.row[part], now)
  const { variable, condition, lines, action } = stored
  const written = {
    lines: isSame('matching', matching) ? lines : lineCondition(matching),
    ...(isSame('when', when) ? { variable, condition } : { condition: conditionOf(when) }),
    action: isSame('give', give) ? action : { command: 'issue', formula: formulaOf(give) },
  }
  return Object.fromEntries(Object.entries(written).filter(([, part]) => part !== undefined))
}

/** What there is to say of certain products alone, and what is said instead where a rule is for all of them. */
const OF_ALL = {
  matchedPrice: 'price',
  matchedPaid: 'paid',
  matchedPieces: 'pieces',
  matchedLines: 'lines',
} as const

function usesMatched({ give, when }: RuleRow): boolean {
  return ('of' in give && give.of in OF_ALL) || when.rows.some(({ on }) => on in OF_ALL)
}

/** The same rule for other products. For all of them, it counts the whole purchase. */
export function forProducts(row: RuleRow, matching: Matching): RuleRow {
  if (matching.by !== 'all') {
    // What was said of the whole purchase was meant of the products that the rule is for, which were all of them.
    return row.matching.by === 'all' ? { ...renamed(row, ofMatching), matching } : { ...row, matching }
  }
  return { ...renamed(row, ofAll), matching }
}

/** With other names for what is counted, in the amount and in the conditions. */
function renamed({ matching, give, when }: RuleRow, rename: (name: string) => string): RuleRow {
  const rows = when.rows.map((one) => ({ ...one, on: rename(one.on) }) as ConditionRow)
  const renamedGive = 'of' in give ? ({ ...give, of: rename(give.of) } as Give) : give
  return { matching, give: renamedGive, when: { ...when, rows } }
}

function ofAll(name: string): string {
  return OF_ALL[name as keyof typeof OF_ALL] ?? name
}

function ofMatching(name: string): string {
  return Object.entries(OF_ALL).find(([, of]) => of === name)?.[0] ?? name
}
