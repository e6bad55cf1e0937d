import type { GivenBefore, TakenBack } from '#domain/campaigns/backtest.ts'
import {
  type CampaignEvent,
  type Microseconds,
  PURCHASE_COMPLETED,
  type PurchaseCompleted,
  STORE_CLIENT,
} from '#domain/campaigns/campaign.ts'
import { minorUnits } from '#domain/money.ts'
import type { NewEvent } from './awards.ts'
import { microseconds } from './campaigns.ts'
import type { Sql } from './client.ts'

type ConfirmedPurchase = {
  /** Minor digits of the currency. */
  digits: number
  purchaseId: string
  username: string
  totalMinor: number
  amountMinor: number
  confirmedAt: Date
  at: Microseconds
  lines: { productId: string; quantity: number; priceMinor: number }[]
}

/** What happened, as rules see it, and when exactly: by that it is decided which campaigns apply. */
export type Occurrence<Event extends CampaignEvent = CampaignEvent> = { event: Event; at: Microseconds }

/** What earned awards, by their ids: confirmed purchases, and events of other systems. It is the same whenever it is asked for. */
export async function readOccurrences(
  sql: Sql,
  awards: readonly { id: string; kind: 'purchase' | 'event' }[],
): Promise<Map<string, Occurrence>> {
  const idsOf = (wanted: 'purchase' | 'event') => awards.filter(({ kind }) => kind === wanted).map(({ id }) => id)
  const [purchaseIds, eventIds] = [idsOf('purchase'), idsOf('event')]
  const purchases = purchaseIds.length > 0 ? await readPurchaseEvents(sql, purchaseIds) : []
  const events = eventIds.length > 0 ? await readEvents(sql, eventIds) : []
  return new Map<string, Occurrence>([
    ...purchases.map((purchase) => [purchase.event.purchaseId, purchase] as const),
    ...events.map((event) => [event.eventId, occurrenceOf(event)] as const),
  ])
}

/** Those of the purchases that are confirmed, and whose lines are not lost, in no particular order. */
async function readPurchaseEvents(sql: Sql, purchaseIds: string[]): Promise<Occurrence<PurchaseCompleted>[]> {
  const purchases = await sql<ConfirmedPurchase[]>`
    select p.id as "purchaseId", u.username, p.total_minor as "totalMinor",
      p.charged_minor as "amountMinor", e.at as "confirmedAt",
      ${microseconds(sql, 'e.at')} as at, (select minor_digits from currency) as digits,
      (
        select jsonb_agg(jsonb_build_object(
          'productId', l.product_id, 'quantity', l.quantity, 'priceMinor', r.unit_price_minor) order by l.line)
        from purchase_lines l join stock_reservations r using (purchase_id, product_id)
        where l.purchase_id = p.id
      ) as lines
    from purchases p
    join users u on u.id = p.user_id
    join purchase_events e on e.purchase_id = p.id and e.step = 'confirmPurchase' and e.state = 'applied'
    where p.id = any(${purchaseIds}::uuid[])`
  return purchases.flatMap((purchase) => {
    // Without lines it is null, and must not keep the others from what they earned.
    if (!purchase.lines) return []
    const event = purchaseEvent({ ...purchase, occurredAt: purchase.confirmedAt.toISOString() })
    return [{ event, at: purchase.at }]
  })
}

/** The event of a purchase from what is known of it. */
export function purchaseEvent(
  purchase: Omit<ConfirmedPurchase, 'confirmedAt' | 'at'> & { occurredAt: string },
): PurchaseCompleted {
  const { purchaseId, username, occurredAt, lines } = purchase
  const { majorFromMinor } = minorUnits(purchase.digits)
  return {
    type: PURCHASE_COMPLETED,
    client: STORE_CLIENT,
    occurredAt,
    purchaseId,
    username,
    amount: majorFromMinor(purchase.amountMinor),
    total: majorFromMinor(purchase.totalMinor),
    quantity: lines.reduce((sum, line) => sum + line.quantity, 0),
    productId: lines[0]?.productId ?? '',
    lines: lines.map((line) => ({
      productId: line.productId,
      quantity: line.quantity,
      price: majorFromMinor(line.priceMinor),
    })),
  }
}

export type ExternalEvent = NewEvent & {
  eventId: string
  accountId: string
  /** RFC 3339: when it was taken, and the same to the microsecond. */
  occurredAt: string
  at: Microseconds
  /** What was booked for it. */
  points: number
}

/** Those of the events that there are, in no particular order. */
async function readEvents(sql: Sql, eventIds: string[]): Promise<ExternalEvent[]> {
  const rows = await sql<(Omit<ExternalEvent, 'occurredAt'> & { occurredAt: Date })[]>`
    select e.id as "eventId", e.type, e.client, e.user_id as "accountId", u.username, e.payload,
      e.occurred_at as "occurredAt", ${microseconds(sql, 'e.occurred_at')} as at, a.points
    from external_events e join users u on u.id = e.user_id join awards a on a.id = e.id
    where e.id = any(${eventIds}::uuid[])`
  return rows.map((row) => ({ ...row, occurredAt: row.occurredAt.toISOString() }))
}

/** The event as rules see it. What its payload says of the rest of it does not count. */
function occurrenceOf({ payload, type, client, username, occurredAt, at }: ExternalEvent): Occurrence {
  return { event: { ...payload, type, client, accountId: username, occurredAt }, at }
}

/** The award of a purchase, or of an event of another system, that ended: what is parked is not of the past yet. */
export type PastAward = Occurrence & {
  kind: 'purchase' | 'event'
  id: string
  accountId: string
  username: string
  endedAt: Microseconds
  /** What was really booked. */
  pointsIssued: number
}

/** What changed what campaigns gave, in the order in which it happened. */
export type PastChange = { awarded: PastAward; takenBack?: never } | { takenBack: TakenBack; awarded?: never }

/** A stretch of the past: from its first instant to the one before `until`. */
export type PastRange = { client: string; from: Date; until: Date }

/** A place in the past. */
export type PastPosition = { at: Microseconds; id: string }

const FIRST_ID = '00000000-0000-0000-0000-000000000000'

/** Where a stretch begins. */
export function startOf({ from }: PastRange): PastPosition {
  return { at: from.getTime() * 1000, id: FIRST_ID }
}

/** How many awards ended in a stretch of the past. */
export async function countAwards(sql: Sql, range: PastRange): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*) from (${awards(sql, range, startOf(range))}) as award`
  return row?.count ?? 0
}

/** A page of what happened in a stretch of the past; `next` is where the one after it begins, if there is one. */
export async function readPast(
  sql: Sql,
  range: PastRange,
  after: PastPosition,
  limit: number,
): Promise<{ changes: PastChange[]; next: PastPosition | undefined }> {
  const page = (part: ReturnType<typeof awards>) => sql`(${part} order by 1, 2 limit ${limit})`
  const moments = await sql<Moment[]>`
    select ${microseconds(sql, 'moment.at')} as at, id, what
    from (
      ${page(awards(sql, range, after))}
      union all ${page(reversals(sql, range, after))} union all ${page(unearnedRefunds(sql, range, after))}
    ) as moment (at, id, what)
    order by moment.at, id
    limit ${limit}`
  const last = moments.at(-1)
  return {
    changes: await readChanges(sql, moments),
    next: last && moments.length === limit ? { at: last.at, id: last.id } : undefined,
  }
}

/** What campaigns had given before an instant, and to whom. */
export async function readGivenBefore(sql: Sql, campaignIds: string[], at: Date): Promise<GivenBefore[]> {
  return await sql<GivenBefore[]>`
    select campaign_id as "campaignId", account_id as "accountId", sum(points)::bigint as points
    from campaign_grants
    where campaign_id = any(${campaignIds}::uuid[]) and at < ${at}
    group by campaign_id, account_id`
}

function place(sql: Sql, { at, id }: PastPosition) {
  return sql`(timestamptz 'epoch' + ${at}::bigint * interval '1 microsecond', ${id}::uuid)`
}

type Moment = PastPosition & { what: 'purchase' | 'event' | 'reversal' | 'unearned_refund' }

function awards(sql: Sql, { client, until }: PastRange, after: PastPosition) {
  return sql`
    select settled_at, id, kind from awards
    where client = ${client} and state in ('booked', 'nothing')
      and (settled_at, id) > ${place(sql, after)} and settled_at < ${until}`
}

/** By refunds and by hand, and what redemptions that were reversed owed; of other clients, too, which changes nothing. */
function reversals(sql: Sql, { until }: PastRange, after: PastPosition) {
  return sql`
    select r.recorded_at, r.transaction_id, 'reversal'
    from points_events r
    where r.type = 'reversed' and exists (
      select from (${lotsTakenBack(sql)}) as lot join points_events i on i.transaction_id = lot.id
      where i.reason in ('purchase', 'event')
    )
      and (r.recorded_at, r.transaction_id) > ${place(sql, after)} and r.recorded_at < ${until}`
}

/** The lots that a reversal `r` takes points back from: that of the issue, if it is one's, or those that owed what it withheld. */
function lotsTakenBack(sql: Sql) {
  return sql`
    select r.reverses as id where r.payload -> 'reverses' ->> 'type' = 'issue'
    union all
    select (portion ->> 'lotId')::uuid from jsonb_array_elements(r.payload -> 'withheld') as portion`
}

/** Refunds of purchases that had really earned nothing, of which the ledger therefore knows nothing. */
function unearnedRefunds(sql: Sql, { client, until }: PastRange, after: PastPosition) {
  return sql`
    select e.at, e.purchase_id, 'unearned_refund'
    from purchase_events e join awards a on a.id = e.purchase_id
    where e.step = 'purchase' and e.state = 'refunding' and ${client === STORE_CLIENT}
      and a.state <> 'booked'
      and (e.at, e.purchase_id) > ${place(sql, after)} and e.at < ${until}`
}

/** What the moments were, in their order. */
async function readChanges(sql: Sql, moments: readonly Moment[]): Promise<PastChange[]> {
  const ids = (kind: Moment['what']) => moments.filter(({ what }) => what === kind).map(({ id }) => id)
  const read = {
    purchase: await readPurchases(sql, ids('purchase')),
    event: await readOthers(sql, ids('event')),
    reversal: await readReversals(sql, ids('reversal')),
    unearned_refund: await readUnearnedRefunds(sql, ids('unearned_refund')),
  }
  return moments.flatMap(({ what, id, at }): PastChange[] => {
    if (what === 'reversal') return required(read[what].get(id), id).map((takenBack) => ({ takenBack }))
    if (what === 'unearned_refund') return [{ takenBack: required(read[what].get(id), id) }]
    return [{ awarded: { ...required(read[what].get(id), id), kind: what, id, endedAt: at } }]
  })
}

type Awarded = Omit<PastAward, 'kind' | 'id' | 'endedAt'>

async function readPurchases(sql: Sql, ids: string[]): Promise<Map<string, Awarded>> {
  const issued = await sql<{ id: string; accountId: string; points: number }[]>`
    select id, user_id as "accountId", points from awards where id = any(${ids}::uuid[])`
  const awards = new Map(issued.map((row) => [row.id, row]))
  const purchases = await readPurchaseEvents(sql, ids)
  return new Map(
    purchases.map((purchase) => {
      const { purchaseId, username } = purchase.event
      const { accountId, points: pointsIssued } = required(awards.get(purchaseId), purchaseId)
      return [purchaseId, { ...purchase, accountId, username, pointsIssued }]
    }),
  )
}

async function readOthers(sql: Sql, ids: string[]): Promise<Map<string, Awarded>> {
  const others = await readEvents(sql, ids)
  return new Map(
    others.map((other) => {
      const { eventId, accountId, username, points: pointsIssued } = other
      return [eventId, { ...occurrenceOf(other), accountId, username, pointsIssued }]
    }),
  )
}

/** What reversals took back of each award: of more than one, if what they withheld was of more than one. */
async function readReversals(sql: Sql, ids: string[]): Promise<Map<string, TakenBack[]>> {
  const rows = await sql<(TakenBack & { reversalId: string })[]>`
    select r.transaction_id as "reversalId", i.reference as id, i.account_id as "accountId",
      (
        select coalesce(sum(g.points), 0)
        from campaign_grants g join points_events e on e.transaction_id = g.transaction_id
        where g.lot_id = lot.id and e.version <= r.version
      )::bigint as "notTakenBack",
      coalesce((
        select jsonb_agg(jsonb_build_object('campaignId', campaign_id, 'points', points))
        from campaign_grants where lot_id = lot.id and transaction_id = r.transaction_id
      ), '[]') as grants
    from points_events r
    cross join lateral (${lotsTakenBack(sql)}) as lot
    join points_events i on i.transaction_id = lot.id and i.reason in ('purchase', 'event')
    where r.transaction_id = any(${ids}::uuid[])
    order by i.version`
  return Map.groupBy(rows, ({ reversalId }) => reversalId)
}

async function readUnearnedRefunds(sql: Sql, ids: string[]): Promise<Map<string, TakenBack>> {
  const rows = await sql<{ id: string; accountId: string }[]>`
    select id, user_id as "accountId" from purchases where id = any(${ids}::uuid[])`
  return new Map(rows.map((row) => [row.id, { ...row, notTakenBack: 0, grants: [] }]))
}

function required<Found>(found: Found | undefined, id: string): Found {
  if (found === undefined) throw new Error(`${id} is in the past and cannot be read`)
  return found
}
