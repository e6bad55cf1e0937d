import { queryOptions } from '@tanstack/react-query'
import { answer, api } from './api.ts'

/** What the installation is like: the same until the server is started again. */
export const settingsQuery = queryOptions({
  queryKey: ['settings'],
  queryFn: ({ signal }) => answer(api.GET('/settings', { signal })),
  staleTime: Number.POSITIVE_INFINITY,
})
