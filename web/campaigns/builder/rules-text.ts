import { jsonLanguage } from '@codemirror/lang-json'
import { formatRuleJson, type RulesError } from '#web/campaigns/rules-editor/rules-json.ts'
import { isObject, isUnreadable } from './typed.ts'

/** A rule in the text of all rules. */
export type WrittenRule = {
  /** As it is written. */
  readonly source: string
  readonly json: unknown
}

/** The rules of a text, or undefined if it is not a JSON array. */
export function rulesIn(text: string): readonly WrittenRule[] | undefined {
  try {
    if (!Array.isArray(JSON.parse(text))) return undefined
  } catch {
    return undefined
  }
  const rules: WrittenRule[] = []
  const array = jsonLanguage.parser.parse(text).topNode.firstChild
  for (let node = array?.firstChild; node; node = node.nextSibling) {
    if ('[],'.includes(node.name)) continue
    const source = text.slice(node.from, node.to)
    rules.push({ source, json: JSON.parse(source) })
  }
  return rules
}

/** The text of rules: what is not changed keeps every byte. */
function textOf(sources: readonly string[]): string {
  return sources.length === 0 ? '[]' : `[\n  ${sources.join(',\n  ')}\n]`
}

function sourcesIn(text: string): string[] {
  return (rulesIn(text) ?? []).map(({ source }) => source)
}

export function replaceRule(text: string, index: number, rule: unknown): string {
  return textOf(sourcesIn(text).with(index, formatRuleJson(rule)))
}

export function addRule(text: string, rule: unknown): string {
  return textOf([...sourcesIn(text), formatRuleJson(rule)])
}

export function copyRule(text: string, index: number): string {
  const sources = sourcesIn(text)
  return textOf(sources.toSpliced(index + 1, 0, sources[index] ?? ''))
}

/** A rule as it was written. */
export function insertRule(text: string, index: number, source: string): string {
  return textOf(sourcesIn(text).toSpliced(index, 0, source))
}

export function removeRule(text: string, index: number): string {
  return textOf(sourcesIn(text).toSpliced(index, 1))
}

/** What is not filled in yet, or was typed and means nothing: no rule of the API has it. */
export function unreadableIn(text: string): RulesError[] {
  try {
    return placesIn(JSON.parse(text), '')
  } catch {
    return []
  }
}

function placesIn(value: unknown, location: string): RulesError[] {
  if (isUnreadable(value)) return [{ location, message: messageFor(value.typed) }]
  if (Array.isArray(value)) {
    const isUnchosen = value.length === 0 && location.endsWith('/value')
    return isUnchosen
      ? [{ location, message: UNFINISHED }]
      : value.flatMap((item, index) => placesIn(item, `${location}/${index}`))
  }
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([name, member]) =>
    name === 'formula' && typeof member === 'string'
      ? unreadableInFormula(member, `${location}/formula`)
      : placesIn(member, `${location}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  )
}

const UNFINISHED = 'is not filled in yet'
const MEANINGLESS = 'cannot be used here'

/** Whether an error is one of these, which fields show by themselves. */
export function isOfField({ message }: RulesError): boolean {
  return message === UNFINISHED || message.endsWith(MEANINGLESS)
}

function messageFor(typed: string): string {
  return typed === '' ? UNFINISHED : `“${typed}” ${MEANINGLESS}`
}

function unreadableInFormula(formula: string, location: string): RulesError[] {
  const [quoted] = /"(?:[^"\\]|\\.)*"/.exec(formula) ?? []
  if (quoted === undefined) return []
  return [{ location, message: quoted === '""' ? UNFINISHED : `${quoted} ${MEANINGLESS}` }]
}
