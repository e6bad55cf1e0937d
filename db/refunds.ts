import type { Award } from '#domain/campaigns/award.ts'
import { type PricedLine, type PurchaseLine, type PurchaseStatus, undoAtLedger } from '#domain/purchase.ts'
import type { AwardToReduce, PaidPurchase, Payment } from '#domain/refund.ts'
import type { AwardOutcome } from './awards.ts'
import type { Sql } from './client.ts'
import { call, StepImpossible } from './functions.ts'
import type { KeyedAnswer, KeyedRequest } from './idempotency-keys.ts'
import type { StoredAnswer } from './points.ts'

/**
 * What a refund gave back. Awarded points that were spent by then are made good in money, as many as it is worth in whole
 * points: that is `withheldMinor`. The others are owed, and their value is the shortfall; below zero, when money made good what earlier
 * refunds of the purchase had left owed. `pointsWithheld` are points that the purchase was paid with, but that were owed: they did not
 * come back with `pointsReturned`.
 */
export type Refund = {
  amountMinor: number
  withheldMinor: number
  shortfallMinor: number
  pointsReturned: number
  pointsWithheld: number
  pointsTakenBack: number
  pointsSpent: number
}

/** Why a refund is not accepted. */
export type RefundRefusal =
  | { code: 'not_refundable'; status: Exclude<PurchaseStatus, 'completed' | 'refunding' | 'refunded'> }
  | { code: 'user_erased' }
  | { code: 'refund_period_over' }
  /** `left`: what can still be refunded. */
  | { code: 'exceeds_purchase'; left: PurchaseLine[] }
  /** Of parts: what is left can still be refunded as a whole. */
  | { code: 'too_many_refunds' }

export type WantedRefund = {
  purchaseId: string
  /** Left out: all that is left. */
  lines?: PurchaseLine[]
  actor: string
  /** Whose purchase it must be. */
  owner?: string
  /** For how long it may be asked for. */
  withinDays?: number
  /** Left out: of all that is left, which happens once anyway. */
  request?: KeyedRequest
}

/** `resource`: the number of the refund; `status`: of the purchase. */
export type OpenedRefund = KeyedAnswer<RefundRefusal> & { status?: PurchaseStatus }

/** Asks for a refund, once per key. Nothing is moved yet. See `open_refund`. */
export async function openRefund(sql: Sql, wanted: WantedRefund): Promise<OpenedRefund> {
  const { request } = wanted
  return await call(sql, 'open_refund', {
    purchase: wanted.purchaseId,
    wanted: wanted.lines ?? null,
    who: wanted.actor,
    owner: wanted.owner ?? null,
    within_days: wanted.withinDays ?? null,
    key_scope: request?.scope ?? null,
    request_key: request?.key ?? null,
    hash: request?.requestHash ?? null,
  })
}

/** Why a refund of a purchase would be refused now, if it would. Nothing is written. */
export async function readRefundRefusal(
  sql: Sql,
  { purchaseId, lines, withinDays }: Pick<WantedRefund, 'purchaseId' | 'lines' | 'withinDays'>,
): Promise<RefundRefusal | null> {
  return await call(sql, 'refund_refusal', {
    purchase: purchaseId,
    wanted: lines ?? null,
    within_days: withinDays ?? null,
  })
}

/** A purchase as a refund finds it. */
export type RefundBasis = PaidPurchase & {
  accountId: string
  /** Pieces of each product that were kept before the refund, and that are after it. */
  before: PurchaseLine[]
  after: PurchaseLine[]
}

/**
 * What the steps of a refund go by: it is fixed when it is asked for.
 *
 * @throws StepImpossible when there is no such refund
 */
export async function readRefundBasis(sql: Sql, purchaseId: string, refund: number): Promise<RefundBasis> {
  const [row] = await sql<(Omit<RefundBasis, 'lines' | 'before' | 'after'> & { lines: KeptLine[] | null })[]>`
    select p.user_id as "accountId", p.redeem_points as "redeemPoints", p.point_value_minor as "pointValueMinor",
      (
        select jsonb_agg(jsonb_build_object(
          'productId', l.product_id, 'quantity', l.quantity, 'unitPriceMinor', r.unit_price_minor,
          'before', l.quantity - coalesce(back.before, 0), 'after', l.quantity - coalesce(back.after, 0)
        ) order by l.line)
        from purchase_lines l
        join stock_reservations r using (purchase_id, product_id)
        left join lateral (
          select sum(quantity) filter (where number < ${refund}) as before, sum(quantity) as after
          from refund_lines where purchase_id = p.id and product_id = l.product_id and number <= ${refund}
        ) back on true
        where l.purchase_id = p.id
      ) as lines
    from purchases p join refunds f on f.purchase_id = p.id and f.number = ${refund}
    where p.id = ${purchaseId}`
  if (!row?.lines) throw new StepImpossible(`purchase ${purchaseId} has no refund ${refund}`)
  const { lines, ...basis } = row
  return {
    ...basis,
    lines: lines.map(({ before: _, after: __, ...line }) => line),
    before: lines.map(({ productId, before }) => ({ productId, quantity: before })),
    after: lines.map(({ productId, after }) => ({ productId, quantity: after })),
  }
}

type KeptLine = PricedLine & { before: number; after: number }

/**
 * The award of a purchase, with what no refund has asked back of each of its lots, and what this refund was answered, if it has asked:
 * of one moment, so that they are as they were before it, or as they are after it.
 */
export async function readBookedAward(
  sql: Sql,
  purchaseId: string,
  refund: number,
): Promise<AwardToReduce & { answered: StoredAnswer | null }> {
  const [row] = await sql<(AwardToReduce & { answered: StoredAnswer | null })[]>`
    select (
        select coalesce(jsonb_agg(jsonb_build_object(
          'lotId', l.id, 'campaignId', l.campaign_id, 'given', l.original, 'left', l.original - l.claimed, 'owed', l.owed) order by l.id), '[]')
        from points_lots l where l.transaction_id = awards.transaction_id
      ) as lots,
      (
        select coalesce(jsonb_object_agg(campaign ->> 'campaignId', campaign -> 'room'), '{}')
        from jsonb_array_elements(awards.evaluation -> 'campaigns') as campaign where campaign -> 'room' <> 'null'
      ) as rooms,
      (select answer from points_commands where key = ${undoAtLedger(purchaseId, 'awardPoints', refund).key}) as answered
    from awards where id = ${purchaseId}`
  if (!row) throw new StepImpossible(`award ${purchaseId} does not exist`)
  return row
}

/** Ends an award that was not booked or, where something is kept, keeps it for that. @returns how it stands */
export async function reduceAward(sql: Sql, purchaseId: string, refund: number, kept: Award): Promise<AwardOutcome> {
  return await call(sql, 'reduce_award', { award: purchaseId, of_refund: refund, result: kept })
}

/** Puts what is given back on the shelf. */
export async function returnStock(sql: Sql, purchaseId: string, refund: number): Promise<void> {
  await call(sql, 'return_stock', { purchase: purchaseId, of_refund: refund })
}

/**
 * Points of an award that were taken back; `spent` and `expired` are those that could not be. `owed`: by how many more the purchase owes
 * since; below zero, when money made good what it had owed. `commands`: keys of what the ledger was asked for.
 */
export type TakenBack = { points: number; spent: number; expired: number; owed: number; commands: string[] }

/** Points that a purchase was paid with: `withheld` did not come back, because they were owed. */
export type ReturnedPoints = { withheld: number; commands: string[] }

/** Gives the money back, less the value of awarded points that were spent meanwhile and are not still owed. */
export async function returnMoney(
  sql: Sql,
  { purchaseId, refund, paid, award, redeemed }: { purchaseId: string; refund: number; paid: Payment } & GivenBack,
): Promise<Refund> {
  const { commands, ...takenBack } = award
  const { ok: _, ...given } = await call<{ ok: true } & Refund>(sql, 'return_money', {
    purchase: purchaseId,
    of_refund: refund,
    paid,
    award: takenBack,
    points_withheld: redeemed.withheld,
    commands: [...commands, ...redeemed.commands],
  })
  return given
}

/** What the ledger took and gave for a refund. */
export type GivenBack = { award: TakenBack; redeemed: ReturnedPoints }

/** How far the refunds of a purchase are: `next` is to be carried out next; null: none. */
export type RefundProgress = { status: 'completed' | 'refunded'; next: null } | { status: 'refunding'; next: number }

/** The refund is through. */
export async function recordRefunded(sql: Sql, purchaseId: string, refund: number): Promise<RefundProgress> {
  return await call(sql, 'record_refunded', { purchase: purchaseId, of_refund: refund })
}

/**
 * @param asked the number of a refund that was asked for; 0: none is known of
 * @throws StepImpossible when the purchase does not exist, or is none that can be refunded, or when that refund is lost
 */
export async function readNextRefund(sql: Sql, purchaseId: string, asked: number): Promise<RefundProgress> {
  const [row] = await sql<RefundProgress[]>`
    select status, case when refunds_done < refunds_asked then refunds_done + 1 end as next
    from purchases
    where id = ${purchaseId} and status in ('completed', 'refunding', 'refunded') and refunds_asked >= ${asked}`
  if (!row) throw new StepImpossible(`purchase ${purchaseId} has no refund ${asked}, or is none that can be refunded`)
  return row
}
