import { type NumberKind, numberOf, typedNumber } from '#web/format/numbers.ts'
import { isUnreadable, type Typed } from './typed.ts'

/** How many points a rule gives, as the builder shows it. */
export type Give = Amount & {
  /** At most so many for one purchase. */
  readonly limit?: Typed<number>
}

type Amount =
  | { readonly by: 'share'; readonly percent: Typed<number>; readonly of: Price }
  /** So many points for each dollar, or whatever the unit of the currency is; in proportion for less. */
  | { readonly by: 'unit'; readonly points: Typed<number>; readonly of: Price }
  | { readonly by: 'fixed'; readonly points: Typed<number> }
  | { readonly by: 'piece'; readonly points: Typed<number>; readonly of: Pieces }
  /** So many points for every `size` pieces, as often as there are that many. */
  | { readonly by: 'group'; readonly points: Typed<number>; readonly size: Typed<number>; readonly of: Pieces }

export type Price = keyof typeof PRICES
export type Pieces = keyof typeof PIECES

/** Of the whole purchase, or of the products that the rule is for. */
const PRICES = {
  price: '$.total',
  paid: '$.amount',
  matchedPrice: '$.matched.total',
  matchedPaid: '$.matched.amount',
} as const

const PIECES = { pieces: '$.quantity', matchedPieces: '$.matched.quantity' } as const

export const PERCENT: NumberKind = { min: 0, max: 100_000, decimals: 4 }
export const POINTS: NumberKind = { min: 0, max: 1_000_000_000, decimals: 4 }
export const GROUP: NumberKind = { min: 1, max: 1_000, decimals: 0 }

/** The formula of an amount. A number that cannot be read is a quoted text, which no formula has. */
export function formulaOf(give: Give): string {
  const formula = formulaOfAmount(give)
  return give.limit === undefined ? formula : `min(${formula}, ${written(give.limit)})`
}

function formulaOfAmount(amount: Amount): string {
  switch (amount.by) {
    case 'share':
      return `${PRICES[amount.of]} * ${written(amount.percent)} / 100`
    case 'unit':
      return `${written(amount.points)} * ${PRICES[amount.of]}`
    case 'fixed':
      return written(amount.points)
    case 'piece':
      return `${PIECES[amount.of]} * ${written(amount.points)}`
    case 'group':
      return `floor(${PIECES[amount.of]} / ${written(amount.size)}) * ${written(amount.points)}`
  }
}

function written(value: Typed<number>): string {
  return isUnreadable(value) ? JSON.stringify(value.typed) : String(value)
}

const NUMBER = String.raw`(\d+(?:\.\d+)?|"(?:[^"\\]|\\.)*")`
const PATH = String.raw`(\$\.[a-z.]+)`

/** Of a text in the given pattern, in which spaces stand for any space. */
function pattern(text: TemplateStringsArray, ...parts: string[]): RegExp {
  return new RegExp(`^${String.raw(text, ...parts).replaceAll(' ', '\\s*')}$`)
}

const LIMITED = pattern` min\( (.+) , ${NUMBER} \) `
const FIXED = pattern` ${NUMBER} `
const WHOLE = pattern` ${PATH} `
const UNITS = pattern` ${NUMBER} \* ${PATH} `
const TIMES = pattern` ${PATH} \* ${NUMBER} `
const PER_CENT = pattern` ${PATH} \* ${NUMBER} / 100 `
const DIVIDED = pattern` ${PATH} / (\d+) `
const IN_GROUPS = pattern` floor\( ${PATH} / ${NUMBER} \) \* ${NUMBER} `

/** What a formula gives, or undefined if the builder cannot show it. */
export function readGive(formula: string): Give | undefined {
  const limited = LIMITED.exec(formula)
  if (!limited) return readAmount(formula)
  const [amount, limit] = [readAmount(limited[1] ?? ''), read(limited[2], POINTS)]
  return amount && limit !== undefined ? { ...amount, limit } : undefined
}

function readAmount(formula: string): Amount | undefined {
  const fixed = FIXED.exec(formula)
  if (fixed) return checked({ by: 'fixed', points: read(fixed[1], POINTS) })
  return readShare(formula) ?? readPieces(formula)
}

/** `$.amount/10` is 10 % as well, and `$.amount*2` are 2 points for each unit of the currency. */
function readShare(formula: string): Amount | undefined {
  const [, points, priced] = UNITS.exec(formula) ?? unitsOf(formula) ?? []
  const ofUnits = nameOf(PRICES, priced)
  if (ofUnits) return checked({ by: 'unit', points: read(points, POINTS), of: ofUnits })
  const [, path, percent] = PER_CENT.exec(formula) ?? percentOf(formula) ?? []
  const of = nameOf(PRICES, path)
  return of && checked({ by: 'share', percent: read(percent, PERCENT), of })
}

type Match = readonly [string, string | undefined, string | undefined]

function unitsOf(formula: string): Match | undefined {
  const whole = WHOLE.exec(formula)
  if (whole) return [formula, '1', whole[1]]
  const [, path, factor = ''] = TIMES.exec(formula) ?? []
  return /^[1-9]\d*$/.test(factor) ? [formula, factor, path] : undefined
}

function percentOf(formula: string): Match | undefined {
  const times = TIMES.exec(formula)
  if (times) return [formula, times[1], timesHundred(times[2] ?? '')]
  const divided = DIVIDED.exec(formula)
  return divided ? [formula, divided[1], hundredBy(divided[2] ?? '')] : undefined
}

/** Exact: the decimal point moves. */
function timesHundred(factor: string): string | undefined {
  const [whole = '', fraction = ''] = factor.split('.')
  return /^\d+$/.test(whole) ? `${whole}${fraction.slice(0, 2).padEnd(2, '0')}.${fraction.slice(2)}0` : undefined
}

/** Exact, or undefined. */
function hundredBy(divisor: string): string | undefined {
  const scale = 10n ** BigInt(PERCENT.decimals)
  const [hundred, by] = [100n * scale, BigInt(divisor)]
  if (by === 0n || hundred % by !== 0n) return undefined
  return String(Number(hundred / by) / Number(scale))
}

function readPieces(formula: string): Amount | undefined {
  const whole = WHOLE.exec(formula)
  const times = whole ? [formula, whole[1], '1'] : TIMES.exec(formula)
  const piece = nameOf(PIECES, times?.[1])
  if (piece) return checked({ by: 'piece', points: read(times?.[2], POINTS), of: piece })
  const [, path, size, points] = IN_GROUPS.exec(formula) ?? []
  const of = nameOf(PIECES, path)
  return of && checked({ by: 'group', points: read(points, POINTS), size: read(size, GROUP), of })
}

function nameOf<Name extends string>(paths: Record<Name, string>, path: string | undefined): Name | undefined {
  return (Object.keys(paths) as Name[]).find((name) => paths[name] === path)
}

/** A number of a formula, if a field of this kind can show exactly this one. */
function read(text: string | undefined, kind: NumberKind): Typed<number> | undefined {
  if (text === undefined) return undefined
  if (text.startsWith('"')) return readQuoted(text)
  const number = Number(text)
  const isExact = withoutZeros(text) === withoutZeros(String(number))
  return isExact && numberOf(typedNumber(number), kind) === number ? number : undefined
}

function readQuoted(text: string): Typed<number> | undefined {
  try {
    return { typed: JSON.parse(text) as string }
  } catch {
    return undefined
  }
}

function withoutZeros(digits: string): string {
  const [whole = '', fraction = ''] = digits.split('.')
  return `${whole.replace(/^0+(?=\d)/, '')}.${fraction.replace(/0+$/, '')}`
}

type Unchecked<Of> = Of extends unknown ? { [Name in keyof Of]: Of[Name] | undefined } : never

function checked(amount: Unchecked<Amount>): Amount | undefined {
  return Object.values(amount).includes(undefined) ? undefined : (amount as Amount)
}
