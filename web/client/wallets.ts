import { infiniteQueryOptions, useQueryClient } from '@tanstack/react-query'
import { answer, api } from './api.ts'
import { useKeyedMutation } from './keyed-mutation.ts'
import type { components } from './schema.d.ts'

export type User = components['schemas']['User']
type NewUser = components['schemas']['NewUser']
export type WalletEntry = components['schemas']['WalletEntryPage']['items'][number]

/** Everybody with their balances, in the order of their names, page after page. */
export const walletsQuery = infiniteQueryOptions({
  queryKey: ['users', 'wallets'],
  queryFn: ({ pageParam, signal }) =>
    answer(
      api.GET('/users', {
        params: { query: { limit: 100, ...(pageParam !== null && { cursor: pageParam }) } },
        signal,
      }),
    ),
  initialPageParam: null as string | null,
  getNextPageParam: ({ nextCursor }) => nextCursor,
})

/** What went into a wallet and out of it, newest first, page after page. */
export function walletEntriesQuery(username: string) {
  return infiniteQueryOptions({
    queryKey: ['users', username, 'wallet-entries'],
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET('/users/{username}/wallet-entries', {
          params: { path: { username }, query: { limit: 50, ...(pageParam !== null && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  })
}

export function useCreateUser(onSuccess: (user: User) => void) {
  const queryClient = useQueryClient()
  return useKeyedMutation(
    (body: NewUser, key) => answer(api.POST('/users', { params: { header: { 'Idempotency-Key': key } }, body })),
    {
      onSuccess: async (user) => {
        await queryClient.invalidateQueries({ queryKey: ['users'] })
        onSuccess(user)
      },
    },
  )
}
