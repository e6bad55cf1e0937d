import { queryOptions } from '@tanstack/react-query'
import { answer, api } from './api.ts'
import { cursorQuery, useKeyedMutation } from './query-client.ts'
import type { components } from './schema.d.ts'

export type User = components['schemas']['User']
type NewUser = components['schemas']['NewUser']
export type WalletEntry = components['schemas']['WalletEntryPage']['items'][number]

/** The most that the API gives at once: who has more users finds the others by their whole name. */
const MAX_USERS = 500

/** Who can be chosen in demo mode. */
export const usersQuery = queryOptions({
  queryKey: ['users'],
  queryFn: async ({ signal }) => {
    const page = await answer(api.GET('/users', { params: { query: { limit: MAX_USERS } }, signal }))
    return { users: page.items, all: page.nextCursor === null }
  },
  staleTime: 30_000,
  // A store that has just been set up gets its first ones at any moment.
  refetchInterval: ({ state }) => (state.data?.users.length === 0 ? 3_000 : false),
})

export function balanceQuery(username: string) {
  return queryOptions({
    queryKey: ['users', username, 'balance'],
    queryFn: async ({ signal }) => {
      const { balance } = await answer(api.GET('/users/balance/{username}', { params: { path: { username } }, signal }))
      return balance
    },
    refetchInterval: 15_000,
  })
}

/** What is left after a purchase: what was read before it ended does not count. */
export function balanceAfterQuery(username: string, purchaseId: string) {
  return queryOptions({
    ...balanceQuery(username),
    queryKey: ['users', username, 'balance', 'after', purchaseId],
  })
}

/** Puts money into a wallet: an operator's work, which in demo mode anybody does. */
export function useTopUp(username: string) {
  return useKeyedMutation(
    (amount: number, key) =>
      answer(
        api.POST('/users/{username}/top-ups', {
          params: { path: { username }, header: { 'Idempotency-Key': key } },
          body: { amount },
        }),
      ),
    { invalidates: 'users' },
  )
}

/** Everybody with their balances, in the order of their names, page after page. */
export const walletsQuery = cursorQuery(['users', 'wallets'], (cursor, signal) =>
  answer(api.GET('/users', { params: { query: { limit: 100, ...cursor } }, signal })),
)

/** What went into a wallet and out of it, newest first, page after page. */
export function walletEntriesQuery(username: string) {
  return cursorQuery(['users', username, 'wallet-entries'], (cursor, signal) => {
    const params = { path: { username }, query: { limit: 50, ...cursor } }
    return answer(api.GET('/users/{username}/wallet-entries', { params, signal }))
  })
}

export function useCreateUser(onSuccess: (user: User) => void) {
  return useKeyedMutation(
    (body: NewUser, key) => answer(api.POST('/users', { params: { header: { 'Idempotency-Key': key } }, body })),
    { invalidates: 'users', onSuccess },
  )
}
