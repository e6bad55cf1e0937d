import type { Award } from '#domain/campaigns/award.ts'
import type { CampaignEvent } from '#domain/campaigns/event.ts'
import type { Sql } from './client.ts'
import type { KeyedRequest } from './idempotency-keys.ts'

export type NewEvent = { type: string; client: string; accountId: string; payload: Record<string, unknown> }

/** An event of another system, and how its award ended; null: not yet. */
export type ExternalEvent = NewEvent & {
  eventId: string
  /** RFC 3339: when it was taken. */
  occurredAt: string
  award: 'booked' | 'nothing' | 'parked' | null
  evaluation: Award | null
  problem: string | null
  pointsIssued: number
}

export type TakenEvent = { ok: true; eventId: string; replayed: boolean } | { ok: false; problem: 'key_reused' }

/** Writes an event down, or finds the one that the same key wrote down before. Its keys never expire. */
export async function takeEvent(
  sql: Sql,
  request: KeyedRequest,
  { eventId, ...event }: NewEvent & { eventId: string },
): Promise<TakenEvent> {
  const [taken] = await sql`
    insert into external_events (id, scope, idempotency_key, request_hash, type, client, account_id, payload)
    values (${eventId}, ${request.scope}, ${request.key}, ${request.requestHash}, ${event.type}, ${event.client},
      ${event.accountId}, ${sql.json(event.payload as never)})
    on conflict on constraint external_events_key do nothing
    returning true`
  if (taken) return { ok: true, eventId, replayed: false }
  const [known] = await sql<{ id: string; requestHash: string }[]>`
    select id, request_hash as "requestHash" from external_events
    where scope = ${request.scope} and idempotency_key = ${request.key}`
  if (!known) throw new Error('an event was there and is gone: events are never deleted')
  if (known.requestHash !== request.requestHash) return { ok: false, problem: 'key_reused' }
  return { ok: true, eventId: known.id, replayed: true }
}

export async function readEvent(sql: Sql, eventId: string): Promise<ExternalEvent | undefined> {
  const [event] = await readEvents(sql, [eventId])
  return event
}

/** Those of the events that there are, in no particular order. */
export async function readEvents(sql: Sql, eventIds: string[]): Promise<ExternalEvent[]> {
  const rows = await sql<(Omit<ExternalEvent, 'occurredAt'> & { occurredAt: Date })[]>`
    select id as "eventId", type, client, account_id as "accountId", payload, occurred_at as "occurredAt", award,
      evaluation, problem, points_issued as "pointsIssued"
    from external_events where id = any(${eventIds}::uuid[])`
  return rows.map((row) => ({ ...row, occurredAt: row.occurredAt.toISOString() }))
}

/** Events whose award has not ended for a while, oldest first. */
export async function listUnsettledEvents(
  sql: Sql,
  options: { quietForSeconds: number; limit: number },
): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select id from external_events
    where award is null and occurred_at < now() - make_interval(secs => ${options.quietForSeconds})
    order by id
    limit ${options.limit}`
  return rows.map(({ id }) => id)
}

/** The event as rules see it. What its payload says of the rest of it does not count. */
export function campaignEvent({ payload, type, client, accountId, occurredAt }: ExternalEvent): CampaignEvent {
  return { ...payload, type, client, accountId, occurredAt }
}
