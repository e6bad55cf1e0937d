import { readFileSync } from 'node:fs'

/** What docs/saga-specification.md says: the page is what the oracle goes by. */
export type Specification = { entries: Map<string, EntryRule>; atAnyTime: string[]; atRest: string[] }

/** `isEach`: once for each refund, not for the purchase; `after`: all of these, of each at least one; `neverAfter`: none of these. */
type EntryRule = { isEach: boolean; after: string[][]; neverAfter: string[] }

/** An entry of a timeline, and the number of the refund that it belongs to, if it does to any. */
export type Entry = { readonly entry: string; readonly refund?: number | undefined }

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
        isEach: isEach(once.trim()),
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

function isEach(word: string): boolean {
  if (word === 'once' || word === 'each') return word === 'each'
  throw new Error(`docs/saga-specification.md has an entry that comes "${word}"`)
}

function namesIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name as string)
}

/** What the table has against a timeline; undefined if nothing. */
export function misplaced({ entries }: Specification, timeline: readonly Entry[]): string | undefined {
  for (const [index, { entry, refund }] of timeline.entries()) {
    const rule = entries.get(entry)
    if (!rule) return `"${entry}" is not in the table`
    const before = timeline.slice(0, index)
    const isOfSame = (other: Entry) => other.refund === refund
    if (before.some((other) => other.entry === entry && (!rule.isEach || isOfSame(other))))
      return `"${entry}" comes twice`
    // What another refund did says nothing about this one.
    const related = before.filter((other) => refund === undefined || other.refund === undefined || isOfSame(other))
    const isThere = (name: string) => related.some((other) => other.entry === name)
    const missing = rule.after.find((names) => !names.some(isThere))
    if (missing) return `"${entry}" comes before "${missing.join('" or "')}"`
    const late = rule.neverAfter.find(isThere)
    if (late !== undefined) return `"${entry}" comes after "${late}"`
  }
  return undefined
}
