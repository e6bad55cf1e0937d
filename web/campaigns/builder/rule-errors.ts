import type { RulesError } from '#web/campaigns/rules-editor/rules-json.ts'

/** Where on a card an error of its rule is shown; `rule` for what belongs to none of the fields. */
export type RulePart = 'give' | 'matching' | 'when' | 'rule'

const PARTS: Partial<Record<string, RulePart>> = {
  action: 'give',
  lines: 'matching',
  condition: 'when',
  variable: 'when',
}

/**
 * The errors of one part of a rule, each a sentence.
 *
 * @param at the condition, counted from 0; undefined: those that belong to no certain condition
 */
export function errorsAt(errors: readonly RulesError[], rule: number, part: RulePart, at?: number): string[] {
  return sentencesOf(errors, (place) => place.rule === rule && place.part === part && place.at === at)
}

/** All errors of a rule. */
export function errorsOfRule(errors: readonly RulesError[], rule: number): string[] {
  return sentencesOf(errors, (place) => place.rule === rule)
}

/** The errors of the rules as a whole, such as that they are too many. */
export function errorsOfAll(errors: readonly RulesError[]): string[] {
  return sentencesOf(errors, (place) => place.rule === undefined)
}

function sentencesOf(errors: readonly RulesError[], isThere: (place: Place) => boolean): string[] {
  const found = errors.filter(({ location }) => typeof location === 'string' && isThere(placeOf(location)))
  return [...new Set(found.map(({ message }) => formatMessage(message)))]
}

const PART_NAMES: Record<RulePart, string> = {
  give: 'what it gives',
  matching: 'the products it is for',
  when: 'when it does',
  rule: '',
}

/** `Rule 2, condition 1`: where the builder shows what a pointer leads to. */
export function formatPlaceOnCard(pointer: string): string {
  const { rule, part, at } = placeOf(pointer)
  if (rule === undefined) return 'The rules'
  const place = at === undefined ? PART_NAMES[part] : `condition ${at + 1}`
  return [`Rule ${rule + 1}`, place].filter((words) => words !== '').join(', ')
}

type Place = { rule: number | undefined; part: RulePart; at: number | undefined }

/** @param pointer into the array of rules (JSON Pointer): `/0/condition/all/2/value` */
function placeOf(pointer: string): Place {
  const [, rule, member = '', list, index] = pointer.split('/')
  const part = PARTS[member] ?? 'rule'
  const isListed = list === 'all' || list === 'any'
  const at = isListed ? index : list === undefined ? undefined : '0'
  return {
    rule: rule === undefined ? undefined : Number(rule),
    part,
    at: part !== 'when' || at === undefined ? undefined : Number(at),
  }
}

/** The API's messages go on after the name of a place: `must be a number`. Others, such as those of a formula, stand alone. */
function formatMessage(message: string): string {
  return `${/^(must|is|are|has|have|can|may|does)\b/.test(message) ? `This ${message}` : message}.`
}
