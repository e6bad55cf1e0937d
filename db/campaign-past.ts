import { NIL } from 'uuid'
import type { GivenBefore, TakenBack } from '#domain/campaigns/backtest.ts'
import {
  type CampaignEvent,
  type CampaignVersion,
  type EventFacts,
  LOCAL_TIMES,
  type Microseconds,
  PURCHASE_COMPLETED,
  type PurchaseCompleted,
  STORE_CLIENT,
  withKnown,
} from '#domain/campaigns/campaign.ts'
import type { Json } from '#domain/campaigns/json-path.ts'
import { minorUnits } from '#domain/money.ts'
import type { Instant } from '#domain/points/account.ts'
import type { PricedLine } from '#domain/purchase.ts'
import { type Pieces, paymentFor } from '#domain/refund.ts'
import type { NewEvent } from './awards.ts'
import { microseconds, readCampaignVersions } from './campaigns.ts'
import type { Sql } from './client.ts'
import { call, StepImpossible } from './functions.ts'

/** What is bought, or would be. */
type PricedPurchase = {
  /** Minor digits of the currency. */
  digits: number
  purchaseId: string
  /** Of a user who was erased, the id. */
  username: string
  totalMinor: number
  amountMinor: number
  occurredAt: string
  lines: PricedLine[]
  facts: EventFacts
}

type ConfirmedPurchase = Omit<PricedPurchase, 'totalMinor' | 'amountMinor' | 'occurredAt' | 'lines'> & {
  refund: number
  redeemPoints: number
  pointValueMinor: number
  confirmedAt: Date
  at: Microseconds
  lines: (PricedLine & { kept: number })[] | null
}

/** A purchase, or what of it was kept after so many of its refunds. */
export type KeptPurchase = { id: string; refund: number }

/** What happened, as rules see it, and when exactly: by that it is decided which campaigns apply. */
export type Occurrence<Event extends CampaignEvent = CampaignEvent> = { event: Event; at: Microseconds }

/**
 * What earned awards, by their ids: confirmed purchases, and events of other systems. It is the same whenever it is asked for: of a
 * purchase, what was kept after the refund.
 */
export async function readOccurrences(
  sql: Sql,
  awards: readonly (KeptPurchase & { kind: 'purchase' | 'event' })[],
): Promise<Map<string, Occurrence>> {
  const purchases = await readPurchaseEvents(
    sql,
    awards.filter(({ kind }) => kind === 'purchase'),
  )
  const eventIds = awards.filter(({ kind }) => kind === 'event').map(({ id }) => id)
  const events = eventIds.length > 0 ? await readEvents(sql, eventIds) : []
  return new Map<string, Occurrence>([
    ...purchases.map((purchase) => [purchase.event.purchaseId, purchase] as const),
    ...events.map((event) => [event.eventId, occurrenceOf(event)] as const),
  ])
}

/** Those of the purchases that are confirmed, and of which nothing is lost, in no particular order. */
async function readPurchaseEvents(
  sql: Sql,
  asked: readonly KeptPurchase[],
  back: Pieces = new Map(),
): Promise<(Occurrence<PurchaseCompleted> & Pick<KeptPurchase, 'refund'>)[]> {
  if (asked.length === 0) return []
  const wanted = asked.map(({ id, refund }) => ({ id, refund }))
  const purchases = await sql<ConfirmedPurchase[]>`
    select p.id as "purchaseId", asked.refund, ${nameFor(sql)} as username, p.redeem_points as "redeemPoints",
      p.point_value_minor as "pointValueMinor", e.at as "confirmedAt",
      ${microseconds(sql, 'e.at')} as at, f.facts, (select minor_digits from currency) as digits,
      (
        select jsonb_agg(jsonb_build_object(
          'productId', l.product_id, 'quantity', l.quantity, 'unitPriceMinor', r.unit_price_minor, 'kept', l.quantity - coalesce((
            select sum(back.quantity) from refund_lines back
            where back.purchase_id = p.id and back.product_id = l.product_id and back.number <= asked.refund
          ), 0)) order by l.line)
        from purchase_lines l join stock_reservations r using (purchase_id, product_id)
        where l.purchase_id = p.id
      ) as lines
    from jsonb_to_recordset(${sql.json(wanted)}) as asked (id uuid, refund integer)
    join purchases p on p.id = asked.id
    join users u on u.id = p.user_id
    join event_facts f on f.id = p.id
    join purchase_events e on e.purchase_id = p.id and e.step = 'confirmPurchase' and e.state = 'applied'`
  return purchases.flatMap(({ confirmedAt, at, refund, lines, redeemPoints, pointValueMinor, ...purchase }) => {
    // Without lines it is null, and must not keep the others from what they earned.
    if (!lines) return []
    const kept = new Map(lines.map((line) => [line.productId, line.kept - (back.get(line.productId) ?? 0)]))
    const { amountMinor } = paymentFor({ lines, redeemPoints, pointValueMinor }, kept)
    const pieces = lines.flatMap(({ productId, unitPriceMinor }) => {
      const quantity = kept.get(productId) ?? 0
      return quantity > 0 ? [{ productId, quantity, unitPriceMinor }] : []
    })
    const totalMinor = pieces.reduce((sum, line) => sum + line.quantity * line.unitPriceMinor, 0)
    const occurredAt = confirmedAt.toISOString()
    return [{ event: purchaseEvent({ ...purchase, occurredAt, totalMinor, amountMinor, lines: pieces }), at, refund }]
  })
}

/**
 * What is kept of a purchase after a refund, and without what else is given back, as rules see it, with the campaigns of its time.
 *
 * @throws StepImpossible when it is not confirmed
 */
export async function readKeptPurchase(
  sql: Sql,
  kept: KeptPurchase,
  back?: Pieces,
): Promise<Occurrence<PurchaseCompleted> & { versions: CampaignVersion[] }> {
  const [purchase] = await readPurchaseEvents(sql, [kept], back)
  if (!purchase) throw new StepImpossible(`purchase ${kept.id} is not confirmed`)
  const { event, at } = purchase
  return { event, at, versions: await readCampaignVersions(sql, [event.client], { from: at, to: at }) }
}

/** What rules, and backtests, call a user `u`: of one who was erased there is the id. */
function nameFor(sql: Sql) {
  return sql`coalesce(u.username, u.id)`
}

/** The event of a purchase from what is known of it. */
export function purchaseEvent(purchase: PricedPurchase): PurchaseCompleted {
  const { purchaseId, username, occurredAt, lines, facts } = purchase
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
    lines: lines.map(({ productId, quantity, unitPriceMinor }) => {
      const { categories = [], tags = [] } = facts.products[productId] ?? {}
      const price = majorFromMinor(unitPriceMinor)
      return { productId, quantity, price, total: majorFromMinor(quantity * unitPriceMinor), categories, tags }
    }),
    customer: facts.customer,
    [LOCAL_TIMES]: facts.local,
  }
}

/**
 * What would be kept of a customer and of clocks if something happened at an instant.
 *
 * @param accountId undefined: of a new customer
 */
export async function readFactsFor(
  sql: Sql,
  { accountId, client, at }: { accountId: string | undefined; client: string; at: Instant },
): Promise<Pick<EventFacts, 'customer' | 'local'>> {
  return await call(sql, 'facts_for', { member: accountId ?? null, of_client: client, at })
}

export type ExternalEvent = NewEvent & {
  eventId: string
  /** Then its `username` is the id, and its payload empty. */
  isErased: boolean
  accountId: string
  /** RFC 3339: when it was taken, and the same to the microsecond. */
  occurredAt: string
  at: Microseconds
  facts: EventFacts
  /** What was booked for it. */
  points: number
}

/** Those of the events that there are, in no particular order. */
async function readEvents(sql: Sql, eventIds: string[]): Promise<ExternalEvent[]> {
  const rows = await sql<(Omit<ExternalEvent, 'occurredAt'> & { occurredAt: Date })[]>`
    select e.id as "eventId", e.type, e.client, e.user_id as "accountId", ${nameFor(sql)} as username, u.erased_at is not null as "isErased",
      coalesce(t.content, '{}') as payload, e.occurred_at as "occurredAt", ${microseconds(sql, 'e.occurred_at')} as at, f.facts, a.points
    from external_events e join users u on u.id = e.user_id join texts t on t.id = e.payload_id join awards a on a.id = e.id
    join event_facts f on f.id = e.id
    where e.id = any(${eventIds}::uuid[])`
  return rows.map((row) => ({ ...row, occurredAt: row.occurredAt.toISOString() }))
}

/** The event as rules see it. What its payload says of the rest of it does not count. */
function occurrenceOf({ payload, type, client, username, occurredAt, at, facts }: ExternalEvent): Occurrence {
  const customer = withKnown(payload.customer as Json | undefined, facts.customer)
  return {
    event: { ...payload, type, client, accountId: username, occurredAt, customer, [LOCAL_TIMES]: facts.local },
    at,
  }
}

/** The award of a purchase, or of an event of another system, that ended: what is parked is not of the past yet. */
export type PastAward = Occurrence & {
  kind: 'purchase' | 'event'
  id: string
  accountId: string
  /** Null: the user was erased. */
  username: string | null
  endedAt: Microseconds
  /** What was really booked. */
  pointsIssued: number
}

/** What was taken back, with when its purchase was confirmed: what is kept is evaluated by the campaigns of then. */
export type PastTakenBack = TakenBack & Pick<PastAward, 'at' | 'endedAt'>

/** What changed what campaigns gave, in the order in which it happened. */
export type PastChange = { awarded: PastAward; takenBack?: never } | { takenBack: PastTakenBack; awarded?: never }

/** A stretch of the past: from its first instant to the one before `until`. */
export type PastRange = { client: string; from: Date; until: Date }

/** A place in the past. */
export type PastPosition = { at: Microseconds; id: string }

/** Where a stretch begins. */
export function startOf({ from }: PastRange): PastPosition {
  return { at: from.getTime() * 1000, id: NIL }
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
    select ${microseconds(sql, 'moment.at')} as at, id, what, refund
    from (
      ${page(awards(sql, range, after))}
      union all ${page(reversals(sql, range, after))} union all ${page(unearnedRefunds(sql, range, after))}
    ) as moment (at, id, what, refund)
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

type Moment = PastPosition & { what: 'purchase' | 'event' | 'reversal' | 'unearned_refund'; refund: number }

function awards(sql: Sql, { client, until }: PastRange, after: PastPosition) {
  return sql`
    select settled_at, id, kind, 0 from awards
    where client = ${client} and state in ('booked', 'nothing')
      and (settled_at, id) > ${place(sql, after)} and settled_at < ${until}`
}

/** By refunds and by hand, and what redemptions that were reversed owed; of other clients, too, which changes nothing. */
function reversals(sql: Sql, { until }: PastRange, after: PastPosition) {
  return sql`
    select r.recorded_at, r.transaction_id, 'reversal', 0
    from points_events r
    where r.type = 'reversed' and exists (select from (${issuesTakenBack(sql)}) as issue)
      and (r.recorded_at, r.transaction_id) > ${place(sql, after)} and r.recorded_at < ${until}`
}

/** The awards that a reversal `r` takes points back of: that of the issue, if it is one's, or those of lots that owed what it withheld. */
function issuesTakenBack(sql: Sql) {
  return sql`
    select distinct i.transaction_id, i.version, i.account_id, i.reference, i.reason, i.amount
    from jsonb_array_elements((r.payload -> 'claims') || (r.payload -> 'owedChanges') || (r.payload -> 'withheld')) as lot
    join points_lots l on l.id = (lot ->> 'lotId')::uuid
    join points_events i on i.transaction_id = l.transaction_id
    where i.reason in ('purchase', 'event')`
}

/** Refunds that took nothing back of an award, of which the ledger therefore knows nothing: others might have given less for what was kept. */
function unearnedRefunds(sql: Sql, { client, until }: PastRange, after: PastPosition) {
  return sql`
    select e.at, e.purchase_id, 'unearned_refund', (e.detail -> 'refund')::integer
    from purchase_events e join awards a on a.id = e.purchase_id join purchases p on p.id = e.purchase_id
    where e.step = 'purchase' and e.state = 'refunding' and ${client === STORE_CLIENT}
      and (e.detail -> 'refund')::integer <= p.refunds_done
      and (a.state <> 'booked' or (e.detail -> 'refund')::integer > a.refund and not exists (
        select from purchase_events undone
        where undone.purchase_id = e.purchase_id and undone.step = 'awardPoints' and undone.state = 'undone'
          and undone.detail -> 'refund' = e.detail -> 'refund'
      ))
      and (e.at, e.purchase_id) > ${place(sql, after)} and e.at < ${until}`
}

/** What the moments were, in their order. */
async function readChanges(sql: Sql, moments: readonly Moment[]): Promise<PastChange[]> {
  const ids = (kind: Moment['what']) => moments.filter(({ what }) => what === kind).map(({ id }) => id)
  const [purchases, events] = [await readPurchases(sql, ids('purchase')), await readOthers(sql, ids('event'))]
  const refunds = moments.filter(({ what }) => what === 'unearned_refund')
  const [reversals, unearned] = [await readReversals(sql, ids('reversal')), await readUnearnedRefunds(sql, refunds)]
  const refunded = [...[...reversals.values()].flat(), ...refunds.map(({ id, refund }) => ({ id, refund }))]
  const kept = await readKeptAfter(sql, refunded)
  const withKept = (back: TakenBack, refund: number): PastChange => ({
    takenBack: { ...back, ...(kept.get(`${back.id} ${refund}`) ?? { at: 0, endedAt: 0 }) },
  })
  return moments.flatMap(({ what, id, at, refund }): PastChange[] => {
    if (what === 'reversal')
      return required(reversals.get(id), id).map(({ refund: number, ...back }) => withKept(back, number))
    if (what === 'unearned_refund') return [withKept(required(unearned.get(`${id} ${refund}`), id), refund)]
    const awarded = required((what === 'purchase' ? purchases : events).get(id), id)
    return [{ awarded: { ...awarded, kind: what, id, endedAt: at } }]
  })
}

/** What was kept of purchases after refunds, by the id and the number of the refund; null: nothing. */
async function readKeptAfter(sql: Sql, refunds: readonly KeptPurchase[]) {
  const wanted = refunds.filter(({ refund }) => refund > 0)
  const purchases = await readPurchaseEvents(sql, wanted)
  const ended = await sql<{ id: string; endedAt: Microseconds | null }[]>`
    select id, ${microseconds(sql, 'settled_at')} as "endedAt" from awards where id = any(${wanted.map(({ id }) => id)}::uuid[])`
  const endedAt = new Map(ended.map((row) => [row.id, row.endedAt]))
  return new Map(
    purchases.flatMap(({ event, at, refund }) => {
      const { purchaseId, lines } = event
      const kept = lines.length > 0 ? event : null
      return [[`${purchaseId} ${refund}`, { kept, at, endedAt: endedAt.get(purchaseId) ?? at }] as const]
    }),
  )
}

type Awarded = Omit<PastAward, 'kind' | 'id' | 'endedAt'>

async function readPurchases(sql: Sql, ids: string[]): Promise<Map<string, Awarded>> {
  const issued = await sql<(KeptPurchase & { accountId: string; username: string | null; points: number })[]>`
    select a.id, a.refund, a.user_id as "accountId", u.username, a.points
    from awards a join users u on u.id = a.user_id where a.id = any(${ids}::uuid[])`
  const awards = new Map(issued.map((row) => [row.id, row]))
  const purchases = await readPurchaseEvents(sql, issued)
  return new Map(
    purchases.map(({ refund: _, ...purchase }) => {
      const { purchaseId } = purchase.event
      const { accountId, username, points: pointsIssued } = required(awards.get(purchaseId), purchaseId)
      return [purchaseId, { ...purchase, accountId, username, pointsIssued }]
    }),
  )
}

async function readOthers(sql: Sql, ids: string[]): Promise<Map<string, Awarded>> {
  const others = await readEvents(sql, ids)
  return new Map(
    others.map((other) => {
      const { eventId, accountId, points: pointsIssued } = other
      const username = other.isErased ? null : other.username
      return [eventId, { ...occurrenceOf(other), accountId, username, pointsIssued }]
    }),
  )
}

/**
 * What reversals took back of each award: of more than one, if what they withheld was of more than one. `refund`: which refund of the
 * purchase it was for; 0: for none.
 */
async function readReversals(sql: Sql, ids: string[]): Promise<Map<string, (TakenBack & { refund: number })[]>> {
  const rows = await sql<(TakenBack & { reversalId: string; refund: number })[]>`
    select r.transaction_id as "reversalId", i.reference as id, i.account_id as "accountId",
      coalesce((
        select (e.detail -> 'refund')::integer from purchase_events e
        where i.reason = 'purchase' and e.purchase_id = i.reference::uuid and e.step = 'awardPoints' and e.state = 'undone'
          and e.detail ->> 'transactionId' = r.transaction_id::text
      ), 0) as refund,
      ${notTakenBack(sql, sql`e.version <= r.version`)} as "notTakenBack",
      coalesce((
        select jsonb_agg(jsonb_build_object('campaignId', g.campaign_id, 'points', g.points))
        from points_lots l join campaign_grants g on g.lot_id = l.id
        where l.transaction_id = i.transaction_id and g.transaction_id = r.transaction_id
      ), '[]') as grants
    from points_events r
    cross join lateral (${issuesTakenBack(sql)}) as i
    where r.transaction_id = any(${ids}::uuid[])
    order by i.version`
  return Map.groupBy(rows, ({ reversalId }) => reversalId)
}

/** @returns by purchase and refund: what it left owed of what was asked back before */
async function readUnearnedRefunds(sql: Sql, refunds: readonly Moment[]): Promise<Map<string, TakenBack>> {
  const wanted = refunds.map(({ id, refund, at }) => ({ id, refund, at }))
  const rows = await sql<(Pick<TakenBack, 'id' | 'accountId' | 'notTakenBack'> & { refund: number })[]>`
    select a.id, asked.refund, a.user_id as "accountId",
      coalesce(${notTakenBack(sql, sql`${microseconds(sql, 'e.recorded_at')} <= asked.at`)}, 0) as "notTakenBack"
    from jsonb_to_recordset(${sql.json(wanted)}) as asked (id uuid, refund integer, at bigint)
    join awards a on a.id = asked.id
    left join points_events i on i.transaction_id = a.transaction_id`
  return new Map(rows.map(({ refund, ...row }) => [`${row.id} ${refund}`, { ...row, grants: [] }]))
}

/** What campaigns have not got back of an issue `i`, less what is for what is kept; `counts`: which events `e` of its account count. */
function notTakenBack(sql: Sql, counts: ReturnType<typeof place>) {
  return sql`((
    select coalesce(sum(g.points), 0)
    from points_lots l join campaign_grants g on g.lot_id = l.id join points_events e on e.transaction_id = g.transaction_id
    where l.transaction_id = i.transaction_id and ${counts}
  ) - i.amount + (
    select coalesce(sum((e.payload -> 'reverses' -> 'amount')::bigint), 0)
    from points_events e where e.reverses = i.transaction_id and ${counts}
  ))::bigint`
}

function required<Found>(found: Found | undefined, id: string): Found {
  if (found === undefined) throw new Error(`${id} is in the past and cannot be read`)
  return found
}
