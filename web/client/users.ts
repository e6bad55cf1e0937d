import { queryOptions } from '@tanstack/react-query'
import { answer, api } from './api.ts'
import { cursorQuery, useKeyedMutation } from './query-client.ts'
import type { components } from './schema.d.ts'

export type User = components['schemas']['User']
/** As operators see them. */
export type TaggedUser = components['schemas']['TaggedUser']
type NewUser = components['schemas']['NewUser']
export type Erasure = components['schemas']['Erasure']
export type WalletEntry = components['schemas']['WalletEntryPage']['items'][number]

/** Whose something is, in a line of text. */
export function nameOfUser({ userId, username }: { userId: string; username: string | null }): string {
  return username ?? `erased user ${userId}`
}

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

/** Gives a user tags, in place of those that there are. */
export function useTagUser(username: string, onSuccess: (user: TaggedUser) => void) {
  return useKeyedMutation(
    (tags: string[], key) =>
      answer(
        api.PATCH('/users/{username}', {
          params: { path: { username }, header: { 'Idempotency-Key': key } },
          body: { tags },
        }),
      ),
    { invalidates: 'users', onSuccess },
  )
}

export function useCreateUser(onSuccess: (user: User) => void) {
  return useKeyedMutation(
    (body: NewUser, key) => answer(api.POST('/users', { params: { header: { 'Idempotency-Key': key } }, body })),
    { invalidates: 'users', onSuccess },
  )
}

/** Erases who somebody is, for good. @param forfeit gives up what is left in the wallet, and the points */
export function useEraseUser(username: string, onSuccess: (erasure: Erasure) => void) {
  return useKeyedMutation(
    (forfeit: boolean, key) =>
      answer(
        api.POST('/users/{username}/erasure', {
          params: { path: { username }, header: { 'Idempotency-Key': key } },
          body: { forfeit },
        }),
      ),
    { invalidates: 'users', onSuccess },
  )
}
