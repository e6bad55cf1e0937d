import { type Award, evaluateCampaigns } from '#domain/campaigns/award.ts'
import { bookWithinCaps } from './campaigns/book.ts'
import { readCampaignsAt } from './campaigns/read.ts'
import type { Sql } from './client.ts'
import { type ExternalEvent, occurrenceOf, readEvent } from './external-events.ts'
import type { PointsLedger } from './points/ledger.ts'

/**
 * Books the points that an event earned by the campaigns that ran when it was taken, once; a parked one, by the evaluation
 * that was kept. What the ledger refuses is parked at once.
 */
export async function awardEvent(
  sql: Sql,
  ledger: PointsLedger,
  id: string,
  ttlDays: number,
): Promise<{ points: number }> {
  const event = await requireEvent(sql, id)
  if (event.award === 'booked' || event.award === 'nothing') return { points: event.pointsIssued }
  const evaluated = await evaluationOf(sql, event)
  const { eventId, accountId } = event
  const booking = await bookWithinCaps(sql, ledger, {
    evaluated,
    accountId,
    requestOf: (award) => ({
      accountId,
      key: `event/${eventId}`,
      requestHash: '',
      wish: { type: 'issue', amount: award.points, ttlDays, details: award, ...whyOf(event) },
    }),
  })
  switch (booking.outcome) {
    case 'booked':
      await recordBooked(sql, eventId, booking.transactionId)
      return { points: booking.points }
    case 'nothing': {
      // Caps may have nothing left because an attempt whose report was lost has booked it.
      const points = await recordIfBooked(sql, eventId)
      if (points === undefined) await recordEnd(sql, eventId, 'nothing', booking.award, null)
      return { points: points ?? 0 }
    }
    case 'refused':
      await recordEnd(sql, eventId, 'parked', evaluated, booking.code)
      return { points: 0 }
    case 'unexpected':
      throw new Error(`the award of event ${eventId} was answered ${JSON.stringify(booking.answer)}`)
  }
}

/** Keeps an award that cannot be booked, with what it came to, for operators to retry. Not when it was booked after all. */
export async function parkEvent(sql: Sql, id: string, problem: string): Promise<void> {
  const event = await requireEvent(sql, id)
  const { eventId } = event
  const evaluated = await evaluationOf(sql, event)
  if ((await recordIfBooked(sql, eventId)) !== undefined) return
  await recordEnd(sql, eventId, evaluated.points === 0 ? 'nothing' : 'parked', evaluated, problem)
}

/** What an event came to when it was parked or, before that, comes to. */
async function evaluationOf(sql: Sql, external: ExternalEvent): Promise<Award> {
  if (external.evaluation) return external.evaluation
  const { event, at } = occurrenceOf(external)
  return evaluateCampaigns(await readCampaignsAt(sql, event.client, at), event)
}

/** @returns the points that the ledger has for an event, or undefined without any */
async function recordIfBooked(sql: Sql, eventId: string): Promise<number | undefined> {
  const [issued] = await sql<{ transactionId: string; amount: number }[]>`
    select transaction_id as "transactionId", amount from points_events
    where reference = ${eventId} and reason = 'event' and type = 'issued'`
  if (issued) await recordBooked(sql, eventId, issued.transactionId)
  return issued?.amount
}

/** What was booked is in the ledger: it may have been another attempt, within other caps. */
async function recordBooked(sql: Sql, eventId: string, transactionId: string): Promise<void> {
  await sql`
    update external_events set award = 'booked', points_issued = e.amount, evaluation = e.payload -> 'details',
      settled_at = e.recorded_at
    from points_events e
    where id = ${eventId} and e.transaction_id = ${transactionId}`
}

async function recordEnd(
  sql: Sql,
  eventId: string,
  end: 'nothing' | 'parked',
  award: Award,
  problem: string | null,
): Promise<void> {
  await sql`
    update external_events set award = ${end}, evaluation = ${sql.json(award as never)}, problem = ${problem},
      parked_at = case when ${end} = 'parked' then now() else parked_at end
    where id = ${eventId} and (award is null or (award = 'parked' and ${end} = 'nothing'))`
}

async function requireEvent(sql: Sql, eventId: string): Promise<ExternalEvent> {
  const event = await readEvent(sql, eventId)
  if (!event) throw new Error(`event ${eventId} does not exist`)
  return event
}

function whyOf({ eventId, type }: ExternalEvent) {
  return { reason: 'event', reference: eventId, actor: type }
}
