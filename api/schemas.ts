import { z } from '@hono/zod-openapi'
import { LABEL, LABEL_RULE, MAX_LABELS } from '#domain/labels.ts'
import type { Money } from '#domain/money.ts'
import { hasInvisible, ID, LINE, LINES } from '#domain/names.ts'
import type { ProblemCode } from './problems.ts'

/** Patterns of JSON Schema have no flag for it. */
export function inAnyCase(letters: string): string {
  return `^${[...letters].map((letter) => `[${letter.toUpperCase()}${letter.toLowerCase()}]`).join('')}$`
}

const ID_PUBLISHED = { minLength: 1, maxLength: 64, pattern: ID.source }
const ID_RULE = 'must be 1 to 64 letters, digits, dots, hyphens or underscores, and start with a letter or digit'

export const resourceId = z.string().regex(ID, ID_RULE).openapi(ID_PUBLISHED)
export const productId = resourceId.openapi({ example: '1' })
/**
 * Routes of a user called `balance`, in whichever case, would collide with `/users/balance/{username}`, and a name that looks like the id
 * of a user would be taken for that one.
 */
const RESERVED = `${inAnyCase('balance')}|^[Uu][Ss][Rr]_`
export const username = resourceId
  .refine((name) => !new RegExp(RESERVED).test(name), 'is reserved')
  .openapi({ example: 'derick', not: { pattern: RESERVED } as never })
export const accountId = username.openapi({ description: 'The username of the owner of the points.' })

export const userId = resourceId.openapi({
  description: 'Opaque; never changes.',
  example: 'usr_0199d6a4-7f1e-7c3a-9b0e-5a1c2d3e4f50',
})

export const productPath = z.object({ id: namePath('unknown_product', '1') })
export const userPath = z.object({ username: namePath('unknown_user', 'derick') })
export const purchasePath = uuidPath('unknown_purchase')
export const parkedPath = uuidPath('unknown_parked_award')
export const discrepancyPath = uuidPath('unknown_discrepancy')
export const transactionPath = uuidPath('unknown_transaction')
export const eventPath = uuidPath('unknown_event')

/** Lower case, as in keys and references (RFC 9562, section 4: input may have either case). */
function uuidPath(unknown: ProblemCode) {
  const isPossible = (id: string) => z.uuid().safeParse(id).success
  const id = pathId(isPossible, unknown).toLowerCase()
  return z.object({ id: id.openapi({ format: 'uuid', example: '0199d6a4-7f1e-7c3a-9b0e-5a1c2d3e4f50' }) })
}

function namePath(unknown: ProblemCode, example: string) {
  return pathId((id) => ID.test(id), unknown).openapi({ ...ID_PUBLISHED, example })
}

/** An id in a path. One that cannot exist is answered like one that does not: 404. */
export function pathId(isPossible: (id: string) => boolean, unknown: ProblemCode) {
  return z.string().refine(isPossible, { params: { unknown } })
}

/** What strict JSON takes of numbers (domain/strict-json.ts), but for those with more digits than a double holds. */
export const NUMBER_PUBLISHED = { minimum: -Number.MAX_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }

/** An amount in a request: a JSON number in major units, parsed to integer minor units. */
export function amountInput(
  { digits, maxRequestMinor, minorFromMajor, majorFromMinor }: Money,
  mostMinor = maxRequestMinor,
) {
  const max = majorFromMinor(mostMinor)
  const precision = digits === 0 ? 'must be a whole number' : `must have at most ${decimals(digits)}`
  return z
    .number()
    .min(0, 'must not be negative')
    .max(max, `must be at most ${max}`)
    .transform((major, context) => {
      const minor = minorFromMajor(major, mostMinor)
      if (minor !== undefined) return minor
      context.addIssue({ code: 'custom', message: precision })
      return z.NEVER
    })
    .openapi({ description: `In major units: ${precision}.`, multipleOf: majorFromMinor(1), example: 1700 })
}

function decimals(count: number): string {
  return count === 1 ? 'one decimal' : `${['', '', 'two', 'three', 'four'][count] ?? count} decimals`
}

/** The total of an order in a request: it may be larger than one amount. */
export function totalInput(money: Money) {
  return amountInput(money, money.maxTotalMinor)
}

export function positiveAmountInput(money: Money) {
  const least = money.majorFromMinor(1)
  return amountInput(money)
    .refine((minor) => minor > 0, `must be at least ${least}`)
    .openapi({ minimum: least })
}

const labelInput = z.string().regex(LABEL, LABEL_RULE).openapi({ example: 'unicorns' })

/** Words of the shop's own for a product or a customer. */
export const labelsInput = z
  .array(labelInput)
  .max(MAX_LABELS, `must be at most ${MAX_LABELS}`)
  .refine((words) => new Set(words).size === words.length, 'must name each once')
  .openapi({ uniqueItems: true, example: ['unicorns'] })

export const labelsOutput = z.array(z.string()).openapi({ example: ['unicorns'] })

/** An amount in an answer: a JSON number in major units. */
export const amountOutput = z.number().openapi({
  description: 'In major units, with at most as many decimals as the currency has minor digits.',
  example: 1700,
})

/** Texts in the OpenAPI document, which has them once: their patterns are long. */
export const TEXTS_PUBLISHED = {
  Line: {
    type: 'string' as const,
    description:
      'One line of text, which is stored in NFC and without the spaces around it. It has neither controls nor invisible characters, ' +
      'whether the pattern knows them (up to U+FFFF) or not, joiners only where scripts and emoji need them, and in NFC, too, no more characters than is said.',
    minLength: 1,
    pattern: LINE,
  },
  Lines: {
    type: 'string' as const,
    description: 'Text of any number of lines, in the same way. It may be empty.',
    pattern: LINES,
  },
}

/** What of it is said of a text of at most so many characters. */
export function textPublished(name: keyof typeof TEXTS_PUBLISHED, maxLength: number) {
  return { allOf: [{ $ref: `#/components/schemas/${name}` }], maxLength }
}

/** One line of text, in NFC: what looks the same is the same. */
export function line(maxLength: number) {
  return text('Line', maxLength).trim().refine(isWithin(maxLength), tooLong(maxLength))
}

/** Text of any number of lines, in NFC; it may be empty. */
export function lines(maxLength: number) {
  return text('Lines', maxLength).refine(isWithin(maxLength), tooLong(maxLength))
}

/** As it is given, it must be as the document says; in NFC it may become longer. Characters are code points, as in JSON Schema. */
function text(name: keyof typeof TEXTS_PUBLISHED, maxLength: number) {
  const pattern = new RegExp(TEXTS_PUBLISHED[name].pattern, 'u')
  return z
    .string()
    .refine((given) => isText(given, pattern), { error: ({ input }) => whyNot(String(input), pattern), abort: true })
    .refine(isWithin(maxLength), { error: tooLong(maxLength), abort: true })
    .normalize('NFC')
    .openapi(textPublished(name, maxLength))
}

const isText = (given: string, pattern: RegExp) => given.isWellFormed() && pattern.test(given) && !hasInvisible(given)
const isWithin = (maxLength: number) => (given: string) => [...given].length <= maxLength
const tooLong = (maxLength: number) => `must have at most ${maxLength} characters`

/** Why it does not fit. Lone surrogates in a body are found before. */
function whyNot(given: string, pattern: RegExp): string {
  const controls = [...given].filter((character) => /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(character))
  if (controls.some((control) => !isText(`a${control}a`, pattern))) return 'must not have control characters'
  return given.trim() === '' ? 'must not be empty' : 'must not have invisible characters'
}

const YEAR = String.raw`(?:19[7-9]|[2-9]\d\d)\d`
const REST_OF_INSTANT = String.raw`-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3])(?::[0-5]\d){2}`
const FRACTION = String.raw`(?:\.\d{1,3}0{0,6})?`
const OFFSET = String.raw`(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)`
const INSTANT = new RegExp(`^${YEAR}${REST_OF_INSTANT}${FRACTION}${OFFSET}$`)

/** For the OpenAPI document: days that no calendar has are for the format to exclude. */
export const INSTANT_PUBLISHED = { format: 'date-time', pattern: INSTANT.source, minLength: 20, maxLength: 35 }

/** Of any year, and as fine as one likes. */
const RFC_3339 = new RegExp(String.raw`^\d{4}${REST_OF_INSTANT}(?:\.\d+)?${OFFSET}$`)

/** What is wrong with an instant: one thing, so that it can be mended. */
function whyNoInstant(text: string): string | undefined {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return `must have a time, such as ${text}T00:00:00Z`
  if (!RFC_3339.test(text)) return 'must be an RFC 3339 instant, such as 2026-12-01T00:00:00Z'
  if (!z.iso.datetime({ offset: true }).safeParse(text).success) return 'must be a day that there is'
  const date = new Date(text)
  if (!new RegExp(`^${YEAR}`).test(text) || date.getTime() < 0 || date.getUTCFullYear() > 9999)
    return 'must be in the years 1970 to 9999'
  return INSTANT.test(text) ? undefined : 'must be a whole number of milliseconds'
}

/**
 * An RFC 3339 instant in a request, parsed to ISO 8601 in UTC; in years that Postgres and `Date` both represent. Digits beyond the
 * millisecond, which `Date` would cut off, are zeros: Python writes six.
 */
export const instantInput = z
  .string()
  .transform((text, context) => {
    const message = whyNoInstant(text)
    if (message === undefined) return new Date(text).toISOString()
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  })
  .openapi({ type: 'string', ...INSTANT_PUBLISHED })

const DAY = /^2\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/

/** A day of the store's calendar (UTC) in a request. */
export const dayInput = z
  .string()
  .superRefine((text, context) => {
    const message = whyNoDay(text)
    if (message !== undefined) context.addIssue({ code: 'custom', message })
  })
  .openapi({ format: 'date', pattern: DAY.source, minLength: 10, maxLength: 10, example: '2027-12-31' })

function whyNoDay(text: string): string | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return 'must be a day, such as 2027-12-31'
  if (!z.iso.date().safeParse(text).success) return 'must be a day that there is'
  return DAY.test(text) ? undefined : 'must be in the years 2000 to 2999'
}

export const timestamp = z.iso.datetime().openapi({ description: 'UTC.', example: '2026-01-31T12:00:00.000Z' })

/** A schema or null. Unlike `.nullable()`, it leaves the named component in the OpenAPI document as it is. */
export function orNull<Schema extends z.ZodType>(schema: Schema) {
  return z.union([schema, z.null()])
}
