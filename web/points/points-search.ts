import type { PointsDay } from '#web/client/points.ts'

/** What of the points page is kept in its address. */
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
