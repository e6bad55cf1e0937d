import { queryOptions } from '@tanstack/react-query'
import { answer, api } from './api.ts'
import type { components } from './schema.d.ts'

export type PointsLiability = components['schemas']['PointsLiability']

/** What is owed in points at an instant; undefined: at the newest that can be reported. */
export function liabilityQuery(asOf: string | undefined) {
  return queryOptions({
    queryKey: ['points-liability', asOf],
    queryFn: async ({ signal }) => {
      const query = asOf === undefined ? {} : { as_of: asOf }
      // It is CSV only where that is asked for.
      return (await answer(api.GET('/reports/points-liability', { params: { query }, signal }))) as PointsLiability
    },
    // Of an instant it never changes.
    ...(asOf !== undefined && { staleTime: Number.POSITIVE_INFINITY }),
  })
}

/** Where the same report is as CSV. */
export function liabilityCsv({ as_of }: PointsLiability): string {
  return `/reports/points-liability?${new URLSearchParams({ as_of, format: 'csv' })}`
}
