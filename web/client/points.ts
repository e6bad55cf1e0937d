import { queryOptions, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { answer, api } from './api.ts'
import { cursorQuery } from './query-client.ts'
import type { components } from './schema.d.ts'

export type PointsBalance = components['schemas']['PointsBalance']
export type PointsDay = components['schemas']['PointsBalanceEntry']
export type StatementLine = components['schemas']['PointsStatementLine']
export type PointsLot = components['schemas']['PointsLot']

const ENTRIES_PER_PAGE = 10

/** The balance, and the days on which points were issued, oldest first. */
export function pointsQuery(username: string) {
  return queryOptions({
    queryKey: ['points', username],
    queryFn: ({ signal }) => answer(api.GET('/points', { params: { query: { account_id: username } }, signal })),
    refetchInterval: 10_000,
  })
}

/** Everything that happened to the points, newest first. */
export function statementQuery(username: string) {
  return cursorQuery(['points', username, 'history', 'statement'], (cursor, signal) => {
    const query = { account_id: username, limit: ENTRIES_PER_PAGE, ...cursor }
    return answer(api.GET('/points/transactions', { params: { query }, signal }))
  })
}

/** Where the points come from and when they expire, newest first. */
export function lotsQuery(username: string, which: 'open' | 'all') {
  return cursorQuery(['points', username, 'history', 'lots', which], (cursor, signal) => {
    const open_only = which === 'open' ? ('true' as const) : ('false' as const)
    const query = { account_id: username, open_only, limit: ENTRIES_PER_PAGE, ...cursor }
    return answer(api.GET('/points/lots', { params: { query }, signal }))
  })
}

/**
 * Reads the statement and the lots again once the balance has changed. They may have many pages, so they are not read every
 * few seconds, as the balance is.
 */
export function useHistoryFollowing(balance: PointsBalance): void {
  const queryClient = useQueryClient()
  const known = useRef(balance)
  useEffect(() => {
    // An equal answer keeps its identity (structural sharing).
    if (known.current === balance) return
    known.current = balance
    void queryClient.invalidateQueries({ queryKey: ['points', balance.account_id, 'history'] })
  }, [balance, queryClient])
}
