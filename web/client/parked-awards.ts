import { useMutation, useQueryClient } from '@tanstack/react-query'
import { answer, api } from './api.ts'
import { cursorQuery } from './query-client.ts'
import type { components } from './schema.d.ts'

export type ParkedAward = components['schemas']['ParkedAward']

/** Awards whose points could not be issued, oldest first. */
export const parkedAwardsQuery = cursorQuery(['parked-awards'], (cursor, signal) =>
  answer(api.GET('/operations/parked', { params: { query: { limit: 50, ...cursor } }, signal })),
)

/** Issues the points of a parked award. It happens once however often it is asked for, so it has no key. */
export function useRetryAward(id: string, onSuccess: (award: ParkedAward) => void) {
  const path = { id }
  return useParkedMutation(() => answer(api.POST('/operations/parked/{id}/retry', { params: { path } })), onSuccess)
}

/** Decides that the points of a parked award are never issued. It happens once, too. */
export function useDismissAward(id: string, onSuccess: (award: ParkedAward) => void) {
  const path = { id }
  return useParkedMutation(
    (reason: string) => answer(api.POST('/operations/parked/{id}/dismissal', { params: { path }, body: { reason } })),
    onSuccess,
  )
}

function useParkedMutation<Input>(
  mutationFn: (input: Input) => Promise<ParkedAward>,
  onSuccess: (award: ParkedAward) => void,
) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn,
    onSuccess,
    onSettled: () =>
      Promise.all(
        ['parked-awards', 'purchases', 'points'].map((resource) =>
          queryClient.invalidateQueries({ queryKey: [resource] }),
        ),
      ),
  })
}
