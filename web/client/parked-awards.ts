import { infiniteQueryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { answer, api } from './api.ts'
import type { components } from './schema.d.ts'

export type ParkedAward = components['schemas']['ParkedAward']

/** Awards that could not be booked, oldest first, page after page. */
export const parkedAwardsQuery = infiniteQueryOptions({
  queryKey: ['parked-awards'],
  queryFn: ({ pageParam, signal }) =>
    answer(
      api.GET('/operations/parked', {
        params: { query: { limit: 50, ...(pageParam !== null && { cursor: pageParam }) } },
        signal,
      }),
    ),
  initialPageParam: null as string | null,
  getNextPageParam: ({ nextCursor }) => nextCursor,
})

/** Books a parked award. It happens once however often it is asked for, so it has no key. */
export function useRetryAward(id: string, onSuccess: (award: ParkedAward) => void) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: () => answer(api.POST('/operations/parked/{id}/retry', { params: { path: { id } } })),
    onSuccess,
    onSettled: () =>
      Promise.all(
        ['parked-awards', 'purchases', 'points'].map((resource) =>
          queryClient.invalidateQueries({ queryKey: [resource] }),
        ),
      ),
  })
}
