import { readFileSync } from 'node:fs'

/** What docs/saga-specification.md says: the page is what the oracle goes by. */
export type Specification = { entries: Map<string, EntryRule>; atAnyTime: string[]; atRest: string[] }

/** `after`: all of these, of each at least one; `neverAfter`: none of these. */
type EntryRule = { isOnce: boolean; after: string[][]; neverAfter: string[] }

export function readSpecification(path = new URL('../../docs/saga-specification.md', import.meta.url)): Specification {
  const sections = new Map(
    readFileSync(path, 'utf8')
      .split(/^## /m)
      .map((section) => [section.slice(0, section.indexOf('\n')).trim(), section]),
  )
  const section = (name: string) => {
    const text = sections.get(name)
    if (text === undefined) throw new Error(`docs/saga-specification.md has no section "${name}"`)
    return text
  }
  const sentences = (name: string) =>
    [...section(name).matchAll(/^- (.+)$/gm)].map(([, sentence]) => sentence as string)
  const rows = [...section('The timeline').matchAll(/^\| +`([^`]+)` +\|([^|]*)\|([^|]*)\|([^|]*)\|$/gm)]
  const entries = new Map(
    rows.map(([, entry = '', once = '', after = '', never = '']) => [
      entry,
      {
        isOnce: once.trim() === 'once',
        after: after
          .split(',')
          .map(namesIn)
          .filter((names) => names.length > 0),
        neverAfter: namesIn(never),
      },
    ]),
  )
  return { entries, atAnyTime: sentences('At any time'), atRest: sentences('When nothing is left to happen by itself') }
}

function namesIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name as string)
}

/** What the table has against a timeline; undefined if nothing. */
export function misplaced({ entries }: Specification, timeline: readonly string[]): string | undefined {
  for (const [index, entry] of timeline.entries()) {
    const rule = entries.get(entry)
    const before = timeline.slice(0, index)
    if (!rule) return `"${entry}" is not in the table`
    if (rule.isOnce && before.includes(entry)) return `"${entry}" comes twice`
    const missing = rule.after.find((names) => !names.some((name) => before.includes(name)))
    if (missing) return `"${entry}" comes before "${missing.join('" or "')}"`
    const late = rule.neverAfter.find((name) => before.includes(name))
    if (late !== undefined) return `"${entry}" comes after "${late}"`
  }
  return undefined
}
