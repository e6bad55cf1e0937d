import { jsonLanguage } from '@codemirror/lang-json'
import { type Range, rangeOfPointer, segmentsOf } from './json-place.ts'

/**
 * What is wrong with rules, and where: at a place of the text, or at what a JSON Pointer leads to in the array of rules, of
 * which `character` may be the very one, from 1.
 */
export type RulesMistake = { message: string; place: Range } | { message: string; place: string; character?: number }

export function rangeOf(mistake: RulesMistake, text: string): Range {
  if (typeof mistake.place !== 'string') return mistake.place
  return rangeOfPointer(text, mistake.place, 'character' in mistake ? mistake.character : undefined)
}

/** `Rule 1, condition, value (line 5)`. */
export function sayPlace(mistake: RulesMistake, text: string): string {
  const line = `line ${text.slice(0, rangeOf(mistake, text).from).split('\n').length}`
  if (typeof mistake.place !== 'string') return `L${line.slice(1)}`
  const [rule, ...members] = segmentsOf(mistake.place)
  if (rule === undefined) return 'The rules'
  return `${[`Rule ${Number(rule) + 1}`, ...members.map(sayMember)].join(', ')} (${line})`
}

/** Places in a list are counted from 1 by people. */
function sayMember(segment: string): string {
  return /^\d+$/.test(segment) ? `no. ${Number(segment) + 1}` : segment
}

/** The mistake that keeps a text from being JSON, if there is one. What comes after it cannot be judged. */
export function findJsonMistake(text: string): RulesMistake | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch {
    return firstError(text)
  }
}

const EXPECTED: Record<string, string> = {
  Object: 'Expected a name in double quotes, a comma or }.',
  Property: 'Expected a name in double quotes, a colon and a value.',
  Array: 'Expected a value, a comma or ].',
}

/** Told in words of ours: each browser has its own, and not all of them say where. */
function firstError(text: string): RulesMistake {
  if (text.trim() === '') return { message: 'Expected an array of rules: [ ].', place: { from: 0, to: 0 } }
  const cursor = jsonLanguage.parser.parse(text).cursor()
  do {
    if (cursor.type.isError) {
      const { from, to } = cursor
      const message = EXPECTED[cursor.node.parent?.name ?? ''] ?? 'Expected nothing but an array of rules: [ ].'
      return { message, place: visible({ from, to }, text) }
    }
  } while (cursor.next())
  return {
    message: 'A text holds a character that JSON has only escaped, such as a line break.',
    place: { from: 0, to: 1 },
  }
}

/** What is missing has no width: the character before it stands for it. */
function visible({ from, to }: Range, text: string): Range {
  if (to > from) return { from, to }
  const before = text.slice(0, from).trimEnd().length
  return { from: Math.max(0, before - 1), to: before }
}
