import { NIL } from 'uuid'
import type { AwardState } from '#domain/campaigns/award.ts'
import {
  type Outcome,
  type PricedLine,
  type PurchaseLine,
  type PurchaseStatus,
  type Refusal,
  type Reversal,
  type StepName,
  type StepResult,
  stepKey,
} from '#domain/purchase.ts'
import { type Actor, namedActor, type OperatorRequest, operatorRequests } from './actors.ts'
import { type CampaignPoints, campaignPoints } from './campaigns.ts'
import type { Sql } from './client.ts'
import { isWaiting } from './discrepancies.ts'
import { call, StepImpossible } from './functions.ts'
import type { Refund } from './refunds.ts'

// ---------------------------------------------------------------------------------------------------------------------
// The order

export type PurchaseOrder = {
  /** UUIDv7 of a new purchase; ignored when the key was seen before. */
  purchaseId: string
  /** Whose keys these are: the subject that asks. */
  scope: string
  idempotencyKey: string
  /** Of the whole request, so that a key is never answered for another request. */
  requestHash: string
  username: string
  /** The only user that it may be, if it is one in particular. */
  owner?: string | undefined
  lines: PurchaseLine[]
  expectedTotalMinor?: number
  /** Points to pay a part with; none when left out. */
  redeemPoints?: number
  /** What one point pays for at the time of the order. */
  pointValueMinor: number
  /** Who places it, for themselves or for the user. */
  actor: string
}

/** A line with the name of the product when it was ordered. */
type NamedLine = PurchaseLine & { name: string }

export type OpenedPurchase =
  | { ok: true; purchaseId: string; userId: string; replayed: boolean; lines: NamedLine[] }
  | { ok: false; problem: 'key_reused' | 'unknown_user' | 'unknown_product' }

/**
 * Records a purchase, or finds the one that the same key recorded before. Nothing is moved yet. Keys of purchases never expire.
 */
export async function openPurchase(sql: Sql, order: PurchaseOrder): Promise<OpenedPurchase> {
  return await call(sql, 'open_purchase', {
    new_id: order.purchaseId,
    key_scope: order.scope,
    request_key: order.idempotencyKey,
    hash: order.requestHash,
    buyer_name: order.username,
    new_lines: order.lines,
    expected_minor: order.expectedTotalMinor ?? null,
    points: order.redeemPoints ?? 0,
    point_minor: order.pointValueMinor,
    who: order.actor,
    owner: order.owner ?? null,
  })
}

/**
 * Records a request to cancel: once, and only while the purchase is not settled. Unless the confirmation has happened, it never
 * will, and the purchase ends with everything given back, whoever carries it out.
 *
 * @returns the status that it has now; null without such a purchase
 */
export async function requestCancel(
  sql: Sql,
  purchaseId: string,
  actor: string,
  owner?: string,
): Promise<PurchaseStatus | null> {
  return await call(sql, 'request_cancel', { purchase: purchaseId, who: actor, owner: owner ?? null })
}

// ---------------------------------------------------------------------------------------------------------------------
// The steps, and their undos

/** `totalMinor` is the price of all lines at the frozen unit prices; `pointsToRedeem`, how many points shall pay a part. */
export type ReservedStock = { totalMinor: number; pointsToRedeem: number; lines: PricedLine[] }

/**
 * Reserves every line of a purchase, or none, and freezes the unit prices. Refusals: `out_of_stock`, `price_changed`,
 * `redeem_exceeds_total`.
 */
export async function reserveStock(sql: Sql, purchaseId: string): Promise<StepResult<ReservedStock>> {
  return await call(sql, 'reserve_stock', { purchase: purchaseId })
}

/** Gives the reservation back or, when it has not happened, keeps it from happening. */
export async function releaseStock(sql: Sql, purchaseId: string): Promise<void> {
  await call(sql, 'release_stock', { purchase: purchaseId })
}

/** `amountMinor` is what was taken from the wallet. */
export type ChargedWallet = { amountMinor: number }

/**
 * Takes from the buyer's wallet what points do not pay of the reserved lines, which may be nothing. Refusal:
 * `insufficient_funds` with what is missing.
 */
export async function chargeWallet(sql: Sql, purchaseId: string): Promise<StepResult<ChargedWallet>> {
  return await call(sql, 'charge_wallet', { purchase: purchaseId })
}

/** Puts the charge back into the wallet or, when it has not happened, keeps it from happening. */
export async function undoCharge(sql: Sql, purchaseId: string): Promise<void> {
  await call(sql, 'undo_charge', { purchase: purchaseId })
}

/** Turns the reservations into sales, and opens the award. From here on the purchase stands. */
export async function confirmPurchase(sql: Sql, purchaseId: string): Promise<StepResult<object>> {
  return await call(sql, 'confirm_purchase', { purchase: purchaseId })
}

/** Either the purchase stands, or it is being undone for the reason that is on record. */
export type Compensation = { confirmed: true } | { confirmed: false; reason: Reversal; pointsToRedeem: number }

/**
 * Starts compensation unless the pivot (`confirmPurchase`) has committed, which then can no longer happen. The first reason that
 * was given stays: a request to cancel that is on record comes before any other.
 */
export async function beginCompensation(sql: Sql, purchaseId: string, reason: Reversal): Promise<Compensation> {
  return await call(sql, 'begin_compensation', { purchase: purchaseId, reason })
}

/**
 * Settles a purchase. The first outcome stands: a second one changes nothing.
 *
 * @returns the status that the purchase has now
 */
export async function recordOutcome(sql: Sql, purchaseId: string, outcome: Outcome): Promise<Outcome['status']> {
  return await call(sql, 'record_outcome', { purchase: purchaseId, outcome })
}

/** That a step, or its undo, is tried again. `attempt` is which attempt begins, at least; from 2. */
export type Retry = { step: StepName; undo: boolean; attempt: number }

/** Notes a retry in the timeline of a purchase, where it is news. It is no progress: see `note_retry`. */
export async function noteRetry(sql: Sql, purchaseId: string, { step, undo, attempt }: Retry): Promise<void> {
  await call(sql, 'note_retry', { purchase: purchaseId, step_name: step, is_undo: undo, attempt })
}

// ---------------------------------------------------------------------------------------------------------------------
// Reading

/** A purchase with its lines, without its history: what a list has of it. */
export type PurchaseSummary = {
  purchaseId: string
  userId: string
  /** Null: the user was erased. */
  username: string | null
  status: PurchaseStatus
  /** Of the refusal or failure. */
  code: string | null
  detail: Refusal | { step: string } | null
  expectedTotalMinor: number | null
  /** Known once the stock was reserved. */
  totalMinor: number | null
  /** What of it is paid in money; null as long. */
  chargedMinor: number | null
  /** Points that pay a part, and what each pays for. */
  redeemPoints: number
  pointValueMinor: number
  /** Null until the award has ended, or is parked. */
  pointsIssued: number | null
  /** Those of them that no refund has asked back. */
  pointsKept: number | null
  /** Null until then, too. */
  award: Exclude<AwardState, 'pending'> | null
  /** What its refunds gave back so far, together. */
  refund: Refund | null
  createdAt: Date
  cancelRequestedAt: Date | null
  settledAt: Date | null
  /** `refunded`: pieces of it that refunds were asked for. */
  lines: (PurchaseLine & { name: string; unitPriceMinor: number | null; refunded: number })[]
}

/** A purchase with everything that has happened to it so far, from one snapshot. */
export type StoredPurchase = PurchaseSummary & {
  /** In the order in which they were asked for. */
  refunds: StoredRefund[]
  /** What of its award each campaign gave. */
  campaigns: CampaignPoints[]
  events: PurchaseEvent[]
  requests: OperatorRequest[]
}

/** `refund`: what it gave back; null while it is under way. */
export type StoredRefund = { number: number; lines: PurchaseLine[]; requestedAt: string; refund: Refund | null }

export type PurchaseEvent = {
  seq: number
  step: StepName | 'purchase'
  state:
    | PurchaseStatus
    | 'cancel_requested'
    | 'partially_refunded'
    | 'applied'
    | 'undone'
    | 'nothing'
    | 'parked'
    | 'dismissed'
    | 'retried'
  /** ISO 8601. */
  at: string
  detail: ReservedStock | ChargedWallet | MovedPoints | RefundStep | Outcome | Omit<Retry, 'step'> | null
  /** Of what somebody asked for. */
  actor: Actor | null
}

/** What a step at the points ledger says; of a refund, with its number. */
export type MovedPoints = { points: number; transactionId?: string; pointsWithheld?: number; refund?: number }

/** What a step of a refund says: its number, with what it was asked for or what it gave back. */
export type RefundStep = { refund: number } & ({ lines?: PurchaseLine[] } | Refund)

/** @param owner whose it must be; left out: anybody's */
export async function readPurchase(sql: Sql, purchaseId: string, owner?: string): Promise<StoredPurchase | undefined> {
  const [purchase] = await sql<StoredPurchase[]>`
    select ${summary(sql)}, ${history(sql)} from ${purchases(sql)}
    where p.id = ${purchaseId} ${owner === undefined ? sql`` : sql`and p.user_id = ${owner}`}`
  return purchase
}

/** Those of the given purchases to which more has happened than up to the `seq` that is known of each, from one snapshot. */
export async function readPurchasesBeyond(
  sql: Sql,
  known: { purchaseId: string; seq: number }[],
): Promise<StoredPurchase[]> {
  return await sql<StoredPurchase[]>`
    select ${summary(sql)}, ${history(sql)} from ${purchases(sql)}
    join jsonb_to_recordset(${sql.json(known)}) as known ("purchaseId" uuid, seq integer) on known."purchaseId" = p.id
    where p.event_seq > known.seq`
}

/** Those of the given purchases that have their outcome, and of which no refund is under way. */
export async function readSettledPurchases(sql: Sql, purchaseIds: string[]): Promise<StoredPurchase[]> {
  return await sql<StoredPurchase[]>`
    select ${summary(sql)}, ${history(sql)} from ${purchases(sql)}
    where p.id = any(${purchaseIds}::uuid[]) and p.settled_at is not null and p.status <> 'refunding'`
}

export type PurchaseFilter = {
  username?: string
  /** Only those of the user of this id. */
  owner?: string
  status?: PurchaseStatus
  /** Id of the last purchase of the page before. */
  before?: string
  limit: number
}

/** Newest first: the ids are UUIDv7, which sort by the time they were made. */
export async function listPurchases(sql: Sql, filter: PurchaseFilter): Promise<PurchaseSummary[]> {
  const { username, owner, status, before } = filter
  return await sql<PurchaseSummary[]>`
    select ${summary(sql)} from ${purchases(sql)}
    where true
      ${username === undefined ? sql`` : sql`and p.user_id = (select id from users where lower(username) = lower(${username}))`}
      ${owner === undefined ? sql`` : sql`and p.user_id = ${owner}`}
      ${status === undefined ? sql`` : sql`and p.status = ${status}`}
      ${before === undefined ? sql`` : sql`and p.id < ${before}`}
    order by p.id desc
    limit ${filter.limit}`
}

/** The columns of `PurchaseSummary`. */
function summary(sql: Sql) {
  return sql`
    p.id as "purchaseId", p.user_id as "userId", u.username, p.status, p.code, p.detail,
      p.expected_total_minor as "expectedTotalMinor", p.total_minor as "totalMinor",
      p.charged_minor as "chargedMinor", p.redeem_points as "redeemPoints", p.point_value_minor as "pointValueMinor",
      case when a.state <> 'pending' then a.points end as "pointsIssued",
      case when a.state <> 'pending' then coalesce((
        select sum(original - claimed) from points_lots where transaction_id = a.transaction_id
      ), 0)::bigint end as "pointsKept",
      nullif(a.state, 'pending') as award, p.refund,
      p.created_at as "createdAt", p.cancel_requested_at as "cancelRequestedAt", p.settled_at as "settledAt",
      (
        select jsonb_agg(jsonb_build_object(
          'productId', l.product_id, 'name', l.name, 'quantity', l.quantity, 'unitPriceMinor', r.unit_price_minor, 'refunded', coalesce((
            select sum(quantity) from refund_lines where purchase_id = p.id and product_id = l.product_id
          ), 0)) order by l.line)
        from purchase_lines l left join stock_reservations r using (purchase_id, product_id)
        where l.purchase_id = p.id
      ) as lines`
}

/** The columns that `StoredPurchase` has beyond those. */
function history(sql: Sql) {
  return sql`
      ${campaignPoints(sql, 'a.transaction_id')} as campaigns,
      (
        select jsonb_agg(jsonb_build_object(
          'seq', e.seq, 'step', e.step, 'state', e.state, 'at', e.at, 'detail', e.detail, 'actor', ${namedActor(sql, 'e.actor')}
        ) order by e.seq)
        from purchase_events e
        where e.purchase_id = p.id
      ) as events, (
        select coalesce(jsonb_agg(jsonb_build_object(
          'number', f.number, 'requestedAt', f.requested_at, 'lines', (
            select jsonb_agg(jsonb_build_object('productId', back.product_id, 'quantity', back.quantity) order by l.line)
            from refund_lines back join purchase_lines l using (purchase_id, product_id)
            where back.purchase_id = f.purchase_id and back.number = f.number
          ), 'refund', s.answer - 'commands'
        ) order by f.number), '[]')
        from refunds f left join saga_steps s on s.key = f.purchase_id || '/returnMoney/' || f.number
        where f.purchase_id = p.id
      ) as refunds, ${operatorRequests(sql, 'p.id')} as requests`
}

function purchases(sql: Sql) {
  return sql`purchases p join users u on u.id = p.user_id left join awards a on a.id = p.id`
}

export type PointsPayment = {
  accountId: string
  redeemPoints: number
  pointValueMinor: number
  /** What is paid in money; null until the stock was reserved. */
  chargedMinor: number | null
  cancelRequested: boolean
  /** It is confirmed. */
  stands: boolean
}

/** What the steps at the points ledger need to know of a purchase. @throws StepImpossible when it does not exist */
export async function readPointsPayment(sql: Sql, purchaseId: string): Promise<PointsPayment> {
  const [row] = await sql<PointsPayment[]>`
    select user_id as "accountId", redeem_points as "redeemPoints", point_value_minor as "pointValueMinor",
      charged_minor as "chargedMinor", cancel_requested_at is not null as "cancelRequested",
      exists (
        select from saga_steps where key = ${stepKey(purchaseId, 'confirmPurchase')} and state = 'applied'
      ) as stands
    from purchases where id = ${purchaseId}`
  if (!row) throw new StepImpossible(`purchase ${purchaseId} does not exist`)
  return row
}

export type QuietPurchase = Pick<PurchaseSummary, 'purchaseId' | 'userId' | 'status' | 'totalMinor'> & {
  lines: NamedLine[]
}

/** Purchases without an outcome, and refunds that are not through, that have been quiet (without a new event) for a while, oldest first. */
export async function listQuietPurchases(
  sql: Sql,
  options: { quietForSeconds: number; after?: string; limit: number },
): Promise<QuietPurchase[]> {
  const saga = sql`case p.status when 'refunding' then 'refund' else 'purchase' end`
  return await sql<QuietPurchase[]>`
    select p.id as "purchaseId", p.user_id as "userId", p.status, p.total_minor as "totalMinor",
      (
        select jsonb_agg(jsonb_build_object('productId', product_id, 'quantity', quantity, 'name', name) order by line)
        from purchase_lines where purchase_id = p.id
      ) as lines
    from purchases p
    where (p.settled_at is null or p.status = 'refunding') and not ${isWaiting(sql, { id: sql`p.id`, saga })}
      and p.updated_at < now() - make_interval(secs => ${options.quietForSeconds})
      and p.id > ${options.after ?? NIL}
    order by p.id
    limit ${options.limit}`
}

/** Those of the given purchases that have no outcome, or are being refunded. */
export async function listUnsettledPurchases(sql: Sql, purchaseIds: string[]): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select id from purchases
    where id = any(${purchaseIds}::uuid[]) and (settled_at is null or status = 'refunding')`
  return rows.map(({ id }) => id)
}
