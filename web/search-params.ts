import type { PointsDay } from './client/points.ts'
import type { PurchaseStatus } from './client/purchases.ts'
import { instantIn } from './format/dates.ts'
import { STATUSES } from './purchases/progress.ts'

/** The query parameters of an address, as text. The router would take them for JSON, and a user called 662E41 for a number. */
export function readSearch(query: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(query))
}

/** The query of an address, with its question mark; empty without parameters. */
export function writeSearch(search: Record<string, unknown>): string {
  const given = Object.entries(search).filter(([, value]) => value !== undefined)
  const query = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]))
  return query.size > 0 ? `?${query}` : ''
}

type Search = Record<string, unknown>

/**
 * What a page makes of the query of its address, and nothing else: the router would leave what the page does not know as it
 * is, so that an address such as `?panel=zzz` led to an empty page.
 */
export function onlyKnown<Known extends object>(validate: (search: Search) => Known): (search: Search) => Known {
  return (search) => ({
    ...Object.fromEntries(Object.keys(search).map((name) => [name, undefined])),
    ...validate(search),
  })
}

/** Validates the query parameters of the list of purchases: they can be shared, and survive going back. */
export function purchasesSearch(search: Record<string, unknown>): { status?: PurchaseStatus } {
  const status = STATUSES.find((known) => known === search.status)
  return status ? { status } : {}
}

/** The query parameters of the points page. */
export type PointsSearch = {
  /** The days that are listed; all of them without it. */
  days?: PointsDay['status']
  /** The lots that are listed; none of them without it. */
  lots?: 'open' | 'all'
}

export function pointsSearch(search: Record<string, unknown>): PointsSearch {
  const { days, lots } = search
  return {
    ...((days === 'active' || days === 'expired') && { days }),
    ...((lots === 'open' || lots === 'all') && { lots }),
  }
}

const PANELS = ['parked', 'undoing', 'stock', 'users', 'liability'] as const
export type Panel = (typeof PANELS)[number]

export type OperationsSearch = {
  /** Left out: the first panel. */
  panel?: Exclude<Panel, 'parked'>
  /** Whose wallet is shown. */
  user?: string
  /** The instant of the report; left out: the newest. */
  as_of?: string
}

/** Validates the query parameters of the operators' page. */
export function operationsSearch(search: Record<string, unknown>): OperationsSearch {
  const panel = PANELS.find((known) => known === search.panel)
  const user = typeof search.user === 'string' && panel === 'users' ? search.user : undefined
  const as_of = typeof search.as_of === 'string' && panel === 'liability' ? instantIn(search.as_of) : undefined
  return { ...(panel && panel !== 'parked' && { panel }), ...(user && { user }), ...(as_of && { as_of }) }
}
