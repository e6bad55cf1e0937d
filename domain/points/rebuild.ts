import { type Counters, emptyAccount } from './account.ts'
import { type Allocation, changesOf } from './changes.ts'
import type { DailyBalance } from './daily-balance.ts'
import type { PointsEvent } from './event.ts'
import { fold } from './evolve.ts'
import type { Lot } from './lots.ts'

/** All rows of one account, as its tables must hold them. */
export type PointsTables = {
  readonly accountId: string
  readonly version: number
  readonly counters: Counters
  readonly lots: readonly Lot[]
  readonly allocations: readonly Allocation[]
  readonly daily: readonly DailyBalance[]
}

/**
 * The tables as the account's whole history, from version 1 on, says they must be: to compare with the live ones.
 * Throws when the history is broken (see `fold`).
 */
export function rebuild(accountId: string, events: readonly PointsEvent[]): PointsTables {
  const { version, counters, lots } = fold(emptyAccount(accountId), events)
  const { allocations, daily } = changesOf(events)
  return { accountId, version, counters, lots, allocations, daily }
}
