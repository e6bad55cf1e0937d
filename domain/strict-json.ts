/** A value that `JSON.parse` would drop, or change, without a word. The message reads on after its path. */
export type JsonIssue = { path: (string | number)[]; message: string }

/** Levels of nested objects and arrays. */
const MAX_DEPTH = 64

/**
 * Parses JSON, and tells what of it would be lost on the way: members that are given twice, numbers that a double does not hold, and
 * a member `__proto__`, which copies of an object leave out.
 *
 * @param options.maxDepth what is nested deeper is an issue, and not read further
 * @returns the value, as `JSON.parse` has it; the issues in the order of the text
 * @throws SyntaxError when it is not JSON (RFC 8259)
 */
export function parseStrictJson(text: string, { maxDepth = MAX_DEPTH } = {}): { value: unknown; issues: JsonIssue[] } {
  return { value: JSON.parse(text), issues: [...issuesOf(text, maxDepth)] }
}

/** The tokens of what is known to be JSON, but for colons and words. */
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|[{}[\],]/g

/** An object or array that is being read: the member that has been reached, and the names so far. */
type Open = { member: string | number; names?: Set<string>; isNameNext: boolean }

/** Goes through the tokens, without recursion: a text may be brackets alone. */
function* issuesOf(text: string, maxDepth: number): Generator<JsonIssue> {
  const open: Open[] = []
  const path = () => open.map(({ member }) => member)
  for (const [token] of text.matchAll(TOKEN)) {
    const inside = open.at(-1)
    if (token === '{' || token === '[') {
      if (open.length === maxDepth) {
        // The outermost member is name enough.
        yield { path: path().slice(0, 1), message: `must not be nested deeper than ${maxDepth} levels` }
        return
      }
      open.push(token === '{' ? { member: '', names: new Set(), isNameNext: true } : { member: 0, isNameNext: false })
    } else if (token === '}' || token === ']') {
      open.pop()
    } else if (token === ',' && inside) {
      inside.isNameNext = inside.names !== undefined
      if (typeof inside.member === 'number') inside.member += 1
    } else if (token.startsWith('"')) {
      if (!inside?.isNameNext) continue
      inside.isNameNext = false
      inside.member = JSON.parse(token) as string
      if (inside.names?.has(inside.member)) yield { path: path(), message: 'is given more than once' }
      if (inside.member === '__proto__') yield { path: path(), message: 'must have another name' }
      inside.names?.add(inside.member)
    } else {
      const message = lossOf(token)
      if (message !== undefined) yield { path: path(), message }
    }
  }
}

/** What a number loses by becoming a double; undefined: nothing, for it is written out as what it was. */
function lossOf(written: string): string | undefined {
  const read = Number(written)
  if (!Number.isFinite(read)) return 'is too large a number'
  if (Number.isInteger(read) && !Number.isSafeInteger(read))
    return `must be between -${Number.MAX_SAFE_INTEGER} and ${Number.MAX_SAFE_INTEGER}, as a whole number`
  if (decimalOf(written) === decimalOf(String(read))) return undefined
  return read === 0 ? 'is too small a number' : 'must have at most 15 significant digits'
}

/** A number in one form, whichever way it is written: its significant digits, and the power of ten of the last one. */
function decimalOf(written: string): string {
  const [, sign, whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(written) ?? []
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  const significant = digits.replace(/0+$/, '')
  if (significant === '') return '0'
  return `${sign}${significant}e${Number(exponent) - fraction.length + (digits.length - significant.length)}`
}
