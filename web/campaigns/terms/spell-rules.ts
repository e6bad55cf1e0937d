/** Members in the order in which a rule is thought: what is looked at, when, then what. The store keeps no order. */
const ORDER = ['variable', 'condition', 'rule', 'value', 'all', 'any', 'not', 'action', 'command', 'formula']
const WIDTH = 80

/** The list and its rules always take a line for each of their parts; deeper in, only what does not fit on one does. */
const FIRST_INLINE_INDENT = 4

/** Rules, or whatever else is JSON, as text for people: equal ones are spelled alike. */
export function spellRules(rules: unknown): string {
  return spell(rules, 0, 0)
}

/** @param used how much of the line is taken before it */
function spell(value: unknown, indent: number, used: number): string {
  const line = inline(value)
  const parts = partsOf(value)
  const fits = indent >= FIRST_INLINE_INDENT && used + line.length <= WIDTH
  if (parts.length === 0 || fits) return line
  const inner = indent + 2
  const lines = parts.map(({ name, part }) => `${' '.repeat(inner)}${name}${spell(part, inner, inner + name.length)}`)
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  return `${open}\n${lines.join(',\n')}\n${' '.repeat(indent)}${close}`
}

function inline(value: unknown): string {
  const parts = partsOf(value)
  if (parts.length === 0) return JSON.stringify(value)
  const line = parts.map(({ name, part }) => name + inline(part)).join(', ')
  return Array.isArray(value) ? `[${line}]` : `{ ${line} }`
}

type Part = { /** With its colon, or nothing in a list. */ name: string; part: unknown }

function partsOf(value: unknown): Part[] {
  if (Array.isArray(value)) return value.map((part) => ({ name: '', part }))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value)
    .sort(([a], [b]) => placeOf(a) - placeOf(b))
    .map(([name, part]) => ({ name: `${JSON.stringify(name)}: `, part }))
}

/** What is not known comes last, in the order in which it was. */
function placeOf(name: string): number {
  const place = ORDER.indexOf(name)
  return place === -1 ? ORDER.length : place
}
