import { LABEL, MAX_LABELS } from '#domain/labels.ts'
import { MAX_LINES, MAX_QUANTITY } from '#domain/purchase.ts'
import { type Campaign, PURCHASE_COMPLETED, STORE_CLIENT } from './campaign.ts'
import { type ExactNumber, exactFromInteger } from './exact-number.ts'
import { EACH } from './json-path.ts'
import { isDay, WEEKDAYS } from './local-time.ts'
import type { Aggregate, Matched, Variable } from './variable.ts'

/** Numbers between two ends, each of which may be left out, and may belong to them or not; whole ones between two that do. */
export type Range = { readonly least?: End; readonly most?: End; readonly isWhole?: true }
export type End = { readonly value: ExactNumber; readonly included: boolean }

/** How all texts of a place look, and that in words. */
export type TextForm = { readonly isOne: (text: string) => boolean; readonly words: string }

/** What is known of a value in an event; undefined, where it is used: nothing is. */
export type Known =
  | { readonly kind: 'number'; readonly range: Range }
  | { readonly kind: 'text'; readonly values?: readonly string[]; readonly form?: TextForm }
  | { readonly kind: 'array'; readonly of: Known | undefined; readonly least: number; readonly most: number }
  /** An `open` one may have more members. */
  | { readonly kind: 'object'; readonly members: Readonly<Record<string, Known>>; readonly isOpen?: true }

/** What there is where a variable leads: null is nothing at all; `isAlways`: there is something in every event. */
export type KnownValue = { readonly known: Known | null | undefined; readonly isAlways: boolean }

export type Shape = {
  readonly at: (variable: Variable) => KnownValue
  /** Whether purchases are all that the campaign runs for. */
  readonly isPurchase: boolean
}

function end(value: number): End {
  return { value: exactFromInteger(BigInt(value)), included: true }
}

function atLeast(least: number): Known {
  return { kind: 'number', range: { least: end(least) } }
}

function whole(least: number, most?: number): Known {
  return { kind: 'number', range: { least: end(least), ...(most !== undefined && { most: end(most) }), isWhole: true } }
}

function array(of: Known, least: number, most: number): Known {
  return { kind: 'array', of, least, most }
}

function object(members: Readonly<Record<string, Known>>): Known {
  return { kind: 'object', members }
}

const number: Known = { kind: 'number', range: {} }
const text: Known = { kind: 'text' }
const day: Known = { kind: 'text', form: { isOne: isDay, words: 'a day such as 2026-12-24' } }
const label: Known = {
  kind: 'text',
  form: {
    isOne: (text) => LABEL.test(text),
    words: 'a label such as summer-sale: small letters, digits and hyphens',
  },
}
const labels = array(label, 0, MAX_LABELS)

const weekday: Known = {
  kind: 'text',
  values: WEEKDAYS,
  form: {
    isOne: (text) => WEEKDAYS.some((weekday) => weekday === text),
    words: `one of ${WEEKDAYS.join(', ')}`,
  },
}

/** What events have that the store adds from what it knows. */
const FACTS: Readonly<Record<string, Known>> = {
  customer: object({ purchases: whole(0), tags: labels, since: day }),
  local: object({ weekday, hour: whole(0, 23), date: day }),
}

const LINE = object({
  productId: text,
  quantity: whole(1, MAX_QUANTITY),
  price: atLeast(0),
  total: atLeast(0),
  categories: labels,
  tags: labels,
})

/** Members of a purchase: see `purchaseEvent` (db/campaign-past.ts). */
const PURCHASE: Readonly<Record<string, Known>> = {
  purchaseId: text,
  username: text,
  productId: text,
  amount: atLeast(0),
  total: atLeast(0),
  quantity: whole(1, MAX_LINES * MAX_QUANTITY),
  lines: array(LINE, 1, MAX_LINES),
  ...FACTS,
}

const OF_MATCHED: Readonly<Record<Matched, Known>> = {
  total: atLeast(0),
  amount: atLeast(0),
  quantity: whole(1, MAX_LINES * MAX_QUANTITY),
  count: whole(1, MAX_LINES),
}

/** What the events look like that a campaign runs for. */
export function shapeOf({ client, eventTypes }: Pick<Campaign, 'client' | 'eventTypes'>): Shape {
  const isPurchase = client === STORE_CLIENT && eventTypes.every((type) => type === PURCHASE_COMPLETED)
  const own: Readonly<Record<string, Known>> = {
    type: { kind: 'text', values: eventTypes },
    client: { kind: 'text', values: [client] },
    occurredAt: text,
  }
  const event: Known = isPurchase
    ? object({ ...own, ...PURCHASE })
    : { kind: 'object', members: { ...own, ...FACTS }, isOpen: true }
  const line = isPurchase ? LINE : undefined
  return { at: (variable) => placeOf(variable, event, line, isPurchase), isPurchase }
}

/** The same for a rule about lines of so many products at most: no two lines are of one product. */
export function shapeWithProducts(shape: Shape, products: number): Shape {
  if (!shape.isPurchase) return shape
  const lines = Math.max(1, Math.min(products, MAX_LINES))
  const matched: Partial<Record<Matched, Known>> = { count: whole(1, lines), quantity: whole(1, lines * MAX_QUANTITY) }
  return {
    ...shape,
    at: (variable) => {
      const known = variable.kind === 'matched' ? matched[variable.name] : undefined
      return known ? { known, isAlways: true } : shape.at(variable)
    },
  }
}

function placeOf(variable: Variable, event: Known, line: Known | undefined, isPurchase: boolean): KnownValue {
  const { kind, path } = variable
  if (kind === 'matched') {
    const ofOthers = variable.name === 'count' ? whole(1) : number
    return { known: isPurchase ? OF_MATCHED[variable.name] : ofOthers, isAlways: isPurchase }
  }
  const found = walk(path.isOfLine ? line : event, path.segments)
  if (kind === 'aggregate') return aggregated(variable.name, found)
  // Of what other systems send, it is known what it is if it is there.
  const [first = ''] = path.segments
  const isAlways = found.least > 0 && (isPurchase || !Object.hasOwn(FACTS, first))
  return { known: found.known, isAlways: isAlways && found.known !== undefined && found.known !== null }
}

/** All that a path leads to, and how many values that is; `isMisfit`: its `[*]` is where there never is an array. */
type Found = {
  readonly known: Known | null | undefined
  readonly least: number
  readonly most: number
  readonly isMisfit?: true
}

function walk(from: Known | undefined, segments: readonly (string | number)[]): Found {
  let known: Known | null | undefined = from
  let [least, most] = [1, 1]
  for (const segment of segments) {
    if (known?.kind === 'array' && segment === EACH) {
      least *= known.least
      most *= known.most
      known = known.of
      continue
    }
    // Unless nothing is there that would have to be an array.
    if (known && segment === EACH) return { known: null, least, most: 0, isMisfit: true }
    if (known?.kind === 'array' && typeof segment === 'number' && segment >= known.least) least = 0
    if (known === undefined) [least, most] = [0, Infinity]
    known = known && childOf(known, segment)
  }
  return { known, least, most }
}

/** Null: there is nothing; undefined: there may be anything. */
function childOf(known: Known, segment: string | number): Known | null | undefined {
  switch (known.kind) {
    case 'array':
      return typeof segment === 'number' && segment < known.most ? known.of : null
    case 'object':
      if (Object.hasOwn(known.members, segment)) return known.members[String(segment)]
      return known.isOpen ? undefined : null
    default:
      return null
  }
}

/** What an aggregate comes to. Of texts there are no sums: what is known of them says so. */
function aggregated(name: Aggregate, { known, least, most, isMisfit }: Found): KnownValue {
  if (isMisfit && least > 0) return { known: null, isAlways: false }
  if (known === undefined) return { known: name === 'count' ? whole(0) : number, isAlways: false }
  if (known === null) return { known: name === 'count' || name === 'sum' ? whole(0, 0) : null, isAlways: false }
  const isAlways = least > 0
  if (name === 'count') return { known: whole(least, Number.isFinite(most) ? most : undefined), isAlways: true }
  if (name !== 'sum') return { known, isAlways }
  if (known.kind !== 'number') return { known: isAlways ? known : whole(0, 0), isAlways }
  const { range } = known
  const times = (end: End | undefined, count: number): End | undefined =>
    end && { ...end, value: end.value.mul(exactFromInteger(BigInt(count))) }
  const [lowest, highest] = [times(range.least, least), Number.isFinite(most) ? times(range.most, most) : undefined]
  return {
    known: {
      kind: 'number',
      range: {
        ...(lowest && { least: lowest }),
        ...(highest && { most: highest }),
        ...(range.isWhole && { isWhole: true }),
      },
    },
    isAlways: true,
  }
}
