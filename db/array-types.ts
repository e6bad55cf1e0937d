/** How the driver turns values of a type into text and back; `to` and `from` are OIDs of `pg_type`. */
type ValueType = { to: number; from: number[]; serialize: (value: unknown) => string; parse: (text: string) => unknown }

const text = (value: string) => value
const instant = (value: string) => new Date(value)
const json = (value: string): unknown => JSON.parse(value)

/** By the OID of the array type: how one of its elements is read. These OIDs are part of Postgres and never change. */
const ELEMENTS: [oid: number, parse: (value: string) => unknown][] = [
  [1000, (value) => value === 't'], // boolean
  [1003, text], // name
  [1005, Number], // smallint
  [1007, Number], // integer
  [1009, text], // text
  [1015, text], // varchar
  [1016, safeInteger], // bigint
  [1021, Number], // real
  [1022, Number], // double precision
  [1028, Number], // oid
  [1115, instant], // timestamp
  [1182, instant], // date
  [1185, instant], // timestamptz
  [1231, text], // numeric
  [199, json],
  [2951, text], // uuid
  [3807, json], // jsonb
]

/** @throws RangeError instead of losing digits */
export function safeInteger(value: string): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw new RangeError(`bigint ${value} is beyond the safe integers`)
  return number
}

/**
 * Arrays of Postgres' own types, of one dimension. The driver could ask each connection for the array types of its database
 * (`fetch_types`), but a connection that is lost at that moment becomes an unhandled rejection, which ends the process.
 */
export const ARRAY_TYPES: Record<string, ValueType> = Object.fromEntries(
  ELEMENTS.map(([oid, parse]) => [
    `array_${oid}`,
    { to: oid, from: [oid], serialize: serializeArray, parse: (value: string) => parseArray(value, parse) },
  ]),
)

/** @see https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO */
function serializeArray(value: unknown): string {
  if (!Array.isArray(value)) return String(value)
  return `{${value.map(serializeElement).join(',')}}`
}

function serializeElement(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  const written =
    value instanceof Date ? value.toISOString() : typeof value === 'object' ? JSON.stringify(value) : String(value)
  return `"${written.replaceAll(/["\\]/g, '\\$&')}"`
}

const ELEMENT = /"((?:[^"\\]|\\.)*)"|[^,{}]+/gs

function parseArray(value: string, parse: (element: string) => unknown): unknown[] {
  if (value.startsWith('{{') || value.startsWith('[')) throw new Error('an array of several dimensions cannot be read')
  return [...value.matchAll(ELEMENT)].map(([written, quoted]) => {
    if (quoted !== undefined) return parse(quoted.replaceAll(/\\(.)/gs, '$1'))
    return written === 'NULL' ? null : parse(written)
  })
}
