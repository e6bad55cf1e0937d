import type { BookedGrant } from '#db/campaigns/grants.ts'
import type { Sql } from '#db/client.ts'
import { call } from '#db/functions.ts'
import type { Award } from '#domain/campaigns/award.ts'
import { dayOf, type PointsEvent } from '#domain/points/account.ts'
import { changesOf } from '#domain/points/evolve.ts'
import type { StoredAnswer } from './load.ts'

/** A key with the answer that it gets from now on. */
export type AnsweredCommand = { key: string; requestHash: string; answer: StoredAnswer }

/** What the timeline of a purchase says about a command; written with its effect, or not at all. */
export type TimelineEntry = {
  purchaseId: string
  step: string
  state: 'applied' | 'undone'
  detail: Record<string, unknown>
}

/** An award that is booked by an issue of points; only as long as it is pending or parked. */
export type BookedAward = { id: string; evaluation: Award; points: number; transactionId: string }

export type Append = {
  accountId: string
  /** The version that the events were decided on. */
  expectedVersion: number
  events: readonly PointsEvent[]
  /** Balance that can be spent after each event, by transaction id. */
  balances: ReadonlyMap<string, number>
  commands: AnsweredCommand[]
  timeline: TimelineEntry[]
  awards: BookedAward[]
  /** What campaigns give, or get back, with the events. */
  grants: BookedGrant[]
}

/** What became of an append; all but the first have changed nothing. See `append_points`. */
export type AppendOutcome = 'appended' | 'version_conflict' | 'over_cap' | 'award_closed'

/**
 * Appends events with all that they amount to and all that goes with them, to one account or to many, in one transaction.
 *
 * @param appends an account at most once
 * @returns the outcome of each, in their order
 * @throws a unique violation, having changed nothing, when one of the keys was answered in the meantime
 */
export async function appendPoints(sql: Sql, appends: readonly Append[]): Promise<AppendOutcome[]> {
  const outcomes = await call<Record<string, AppendOutcome>>(sql, 'append_points', { appends: appends.map(rowsOf) })
  return appends.map(({ accountId }) => {
    const outcome = outcomes[accountId]
    if (outcome === undefined) throw new Error(`append_points did not say what became of account ${accountId}`)
    return outcome
  })
}

function rowsOf({ events, balances, ...append }: Append) {
  return {
    ...append,
    ...changesOf(events),
    events: events.map((event) => ({
      version: event.version,
      transactionId: event.transactionId,
      type: event.type,
      amount: event.amount,
      balance: balances.get(event.transactionId) ?? 0,
      payload: payloadOf(event),
      reverses: event.type === 'reversed' ? event.reverses.transactionId : null,
      reason: event.reason,
      reference: event.reference,
      actor: event.actor,
      at: event.at,
    })),
  }
}

/** What an event says beyond the columns of its row. */
function payloadOf(event: PointsEvent) {
  const portions = event.portions.map((portion) => ({ ...portion, issuedOn: dayOf(portion.issuedOn) }))
  if (event.type === 'reversed') return { portions, reverses: event.reverses, notTakenBack: event.notTakenBack }
  return event.type === 'issued' && event.details ? { portions, details: event.details } : { portions }
}
