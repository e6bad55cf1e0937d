/** A value that `JSON.parse` would drop, or change, without a word. The message reads on after its path. */
export type JsonIssue = { path: (string | number)[]; message: string }

/** Levels of nested objects and arrays within a member. */
export const MAX_DEPTH = 32

/**
 * Parses JSON, and tells what of it would be lost on the way: members that are given twice, numbers that a double does not hold, and
 * a member `__proto__`, which copies of an object leave out.
 *
 * @param options.maxDepth levels within the outermost object or array; what is nested deeper is an issue, and not read further
 * @returns the value, as `JSON.parse` has it; the issues in the order of the text
 * @throws SyntaxError when it is not JSON (RFC 8259). The message says why and where, and reads on after its name
 */
export function parseStrictJson(text: string, { maxDepth = MAX_DEPTH } = {}): { value: unknown; issues: JsonIssue[] } {
  try {
    return { value: JSON.parse(text), issues: [...issuesOf(text, maxDepth)] }
  } catch (error) {
    if (error instanceof SyntaxError) throw new SyntaxError(`is not JSON: it ${whyNotJson(text)}`)
    throw error
  }
}

/** What `JSON.parse` says would repeat the text, and not always tell the place. */
function whyNotJson(text: string): string {
  if (text.startsWith('\uFEFF')) return 'begins with a byte order mark'
  if (text.trim() === '') return 'is empty'
  const at = syntaxErrorAt(text) ?? text.length
  const before = text.slice(0, at).split('\n')
  const place = `line ${before.length}, column ${[...(before.at(-1) ?? '')].length + 1}`
  return at === text.length ? `ends too early, at ${place}` : `goes wrong at ${place}`
}

const WHITE_SPACE = /[ \t\n\r]*/y
const STRING = String.raw`"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"`
const NUMBER = String.raw`-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?`
const JSON_TOKEN = new RegExp(`${STRING}|${NUMBER}|true|false|null|[{}[\\],:]`, 'y')

/** What may come next: the first element of an array and the first name of an object may be missing, those after a comma may not. */
type Expected = 'value' | 'value or ]' | 'name' | 'name or }' | ':' | 'comma or end'

/** The first character from which on a text is no JSON, whatever would follow; its length: it ends too early; undefined: it is JSON. */
export function syntaxErrorAt(text: string): number | undefined {
  const closers: ('}' | ']')[] = []
  let expected: Expected = 'value'
  let end = endOf(WHITE_SPACE, text, 0) ?? 0
  while (end < text.length) {
    const next = endOf(JSON_TOKEN, text, end)
    const after: Expected | undefined =
      next === undefined ? undefined : follow(text.slice(end, next), expected, closers)
    if (next === undefined || after === undefined) return end
    expected = after
    end = endOf(WHITE_SPACE, text, next) ?? next
  }
  return expected === 'comma or end' && closers.length === 0 ? undefined : end
}

function endOf(pattern: RegExp, text: string, start: number): number | undefined {
  pattern.lastIndex = start
  return pattern.test(text) ? pattern.lastIndex : undefined
}

/** What may follow on a token; undefined: it must not stand here. Of the closers, the innermost is last. */
function follow(token: string, expected: Expected, closers: ('}' | ']')[]): Expected | undefined {
  if (expected === ':') return token === ':' ? 'value' : undefined
  if (expected === 'name' || expected === 'name or }') {
    if (token.startsWith('"')) return ':'
    return token === '}' && expected === 'name or }' ? close(closers) : undefined
  }
  if (expected === 'comma or end') {
    const closer = closers.at(-1)
    if (token === closer) return close(closers)
    if (token !== ',' || closer === undefined) return undefined
    return closer === '}' ? 'name' : 'value'
  }
  if (token === '{') return open(closers, '}', 'name or }')
  if (token === '[') return open(closers, ']', 'value or ]')
  if (token === ']') return expected === 'value or ]' ? close(closers) : undefined
  return ['}', ',', ':'].includes(token) ? undefined : 'comma or end'
}

function open(closers: ('}' | ']')[], closer: '}' | ']', expected: Expected): Expected {
  closers.push(closer)
  return expected
}

function close(closers: ('}' | ']')[]): Expected {
  closers.pop()
  return 'comma or end'
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
      if (open.length > maxDepth) {
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
