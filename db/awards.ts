import { type Award, type AwardState, noRoomIn } from '#domain/campaigns/award.ts'
import { type Actor, type Decision, decision, lastRetry, namedActor, type OperatorRequest } from './actors.ts'
import { type CampaignPoints, campaignPoints } from './campaigns.ts'
import type { Sql } from './client.ts'
import { isWaiting } from './discrepancies.ts'
import { call, StepImpossible } from './functions.ts'
import type { KeyedRequest } from './idempotency-keys.ts'

/** The award of a purchase that stands, or of an event of another system, by the id of either. */
export type StoredAward = {
  id: string
  kind: 'purchase' | 'event'
  /** Whose campaigns gave it. */
  client: string
  accountId: string
  /** Null: the user was erased. */
  username: string | null
  /** Who sent the event, as it is stored; null: it is of a purchase. */
  sentBy: string | null
  state: AwardState
  /** The refund of its purchase that it was evaluated after: for what was kept then; 0: for all of it. */
  refund: number
  /** What was booked. */
  points: number
  /** Of an award that was parked once: its points before caps, why it could not be booked, and since when. */
  earned: number | null
  problem: string | null
  parkedAt: Date | null
}

/** What operators see of an award that was parked once. */
export type ParkedAward = StoredAward & {
  sender: Actor | null
  dismissed: Decision | null
  retried: Omit<OperatorRequest, 'kind'> | null
}

export type AwardOutcome = { state: AwardState; points: number }

/** @throws StepImpossible when there is no such award: the confirmation of a purchase, and whoever takes an event, opens one */
export async function readAward(sql: Sql, id: string): Promise<StoredAward> {
  const [award] = await sql<StoredAward[]>`${awards(sql)} where a.id = ${id}`
  if (!award) throw new StepImpossible(`award ${id} does not exist`)
  return award
}

/** Those of the awards that there are, by id. */
export async function readAwards(sql: Sql, ids: string[]): Promise<Map<string, StoredAward>> {
  const rows = await sql<StoredAward[]>`${awards(sql)} where a.id = any(${ids}::uuid[])`
  return new Map(rows.map((award) => [award.id, award]))
}

/**
 * What the campaigns gave, rule by rule: within their caps once the award has ended, before them while it is parked; null while
 * it is not evaluated. It may be long, so it is read where it is needed and nowhere else.
 */
export async function readEvaluation(sql: Sql, id: string): Promise<Award | null> {
  const [award] = await sql<{ evaluation: Award | null }[]>`select evaluation from awards where id = ${id}`
  return award?.evaluation ?? null
}

export type EventAward = Pick<StoredAward, 'state' | 'accountId' | 'points'> & { campaigns: CampaignPoints[] }

/** The award of an event of another system, and what each campaign gave of its points. */
export async function readEventAward(sql: Sql, eventId: string): Promise<EventAward | undefined> {
  const [award] = await sql<EventAward[]>`
    select state, user_id as "accountId", points, ${campaignPoints(sql, 'awards.transaction_id')} as campaigns
    from awards where id = ${eventId} and kind = 'event'`
  return award
}

/** The awards that are parked, for one problem or for any, oldest purchase or event first. */
export async function listParkedAwards(
  sql: Sql,
  options: { problem?: string; after?: string; limit: number },
): Promise<ParkedAward[]> {
  return await sql<ParkedAward[]>`
    ${parkedAwards(sql)}
    where a.state = 'parked' ${options.problem === undefined ? sql`` : sql`and a.problem = ${options.problem}`}
      ${options.after === undefined ? sql`` : sql`and a.id > ${options.after}`}
    order by a.id
    limit ${options.limit}`
}

/** An award that was parked once, whatever became of it. */
export async function readParkedAward(sql: Sql, id: string): Promise<ParkedAward | undefined> {
  const [award] = await sql<ParkedAward[]>`${parkedAwards(sql)} where a.id = ${id} and a.parked_at is not null`
  return award
}

function parkedAwards(sql: Sql) {
  return awards(
    sql,
    sql`, ${namedActor(sql, 'e.actor')} as sender, ${decision(sql, 'a.dismissed', 'a.dismissed_why')} as dismissed,
      ${lastRetry(sql, 'a.id')} as retried`,
  )
}

function awards(sql: Sql, more = sql``) {
  return sql`
    select a.id, a.kind, a.client, a.user_id as "accountId", u.username, e.actor as "sentBy", a.state, a.refund, a.points, a.earned,
      a.problem, a.parked_at as "parkedAt"${more}
    from awards a join users u on u.id = a.user_id left join external_events e on e.id = a.id`
}

/**
 * Ends an award of which nothing is to be booked, unless it has ended already, or caps have room by now.
 *
 * @returns how it stands: open, where it is to be evaluated again
 */
export async function recordNothing(sql: Sql, id: string, evaluation: Award): Promise<AwardOutcome> {
  return await call(sql, 'award_nothing', { award: id, result: evaluation, no_room: noRoomIn(evaluation) })
}

/** Keeps an award that could not be booked, with its evaluation, for operators, unless it has ended already. */
export async function recordParked(sql: Sql, id: string, evaluation: Award, problem: string): Promise<AwardOutcome> {
  return await call(sql, 'park_award', { award: id, result: evaluation, reason: problem })
}

/** Decides that an award which is parked is never to be booked. @returns how it stands */
export async function dismissAward(sql: Sql, id: string, reason: string, actor: string): Promise<AwardOutcome> {
  return await call(sql, 'dismiss_award', { award: id, why: reason, who: actor })
}

// ---------------------------------------------------------------------------------------------------------------------
// Events of other systems

export type NewEvent = {
  type: string
  client: string
  username: string
  payload: Record<string, unknown>
  /** Who sent it. */
  actor: string
}

export type RecordedExternalEvent =
  | { ok: true; eventId: string; replayed: boolean }
  | { ok: false; problem: 'key_reused' | 'unknown_user' }

/**
 * Records an event and opens its award, or finds the event that the same key recorded before. Its keys never expire.
 *
 * @param event.addsUser whether a user is added if there is none of this name
 */
export async function recordExternalEvent(
  sql: Sql,
  request: KeyedRequest,
  { addsUser = true, ...event }: NewEvent & { eventId: string; addsUser?: boolean },
): Promise<RecordedExternalEvent> {
  return await call(sql, 'record_external_event', {
    new_id: event.eventId,
    key_scope: request.scope,
    request_key: request.key,
    hash: request.requestHash,
    event_type: event.type,
    event_client: event.client,
    new_user: addsUser ? `usr_${event.eventId}` : null,
    name: event.username,
    event_payload: event.payload,
    who: event.actor,
  })
}

export type QuietEvent = { eventId: string; userId: string }

/** Events whose award has not ended for a while, oldest first. */
export async function listQuietEvents(
  sql: Sql,
  options: { quietForSeconds: number; after?: string; limit: number },
): Promise<QuietEvent[]> {
  return await sql<QuietEvent[]>`
    select a.id as "eventId", a.user_id as "userId" from awards a
    where a.state = 'pending' and a.kind = 'event' and not ${isWaiting(sql, { id: sql`a.id`, saga: sql`'award'` })}
      and a.created_at < now() - make_interval(secs => ${options.quietForSeconds})
      ${options.after === undefined ? sql`` : sql`and a.id > ${options.after}`}
    order by a.id
    limit ${options.limit}`
}

/** Those of the given events whose award has not ended, nor is parked. */
export async function listPendingEvents(sql: Sql, eventIds: string[]): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select id from awards where id = any(${eventIds}::uuid[]) and state = 'pending'`
  return rows.map(({ id }) => id)
}
