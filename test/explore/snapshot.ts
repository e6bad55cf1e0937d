import type { Database } from '#db/client.ts'
import type { Refund } from '#db/refunds.ts'
import type { PurchaseStatus } from '#domain/purchase.ts'

/** Everything in the books that has to do with one purchase, its buyer and its product, but for ids and times. */
export type Snapshot = {
  purchase: {
    status: PurchaseStatus
    code: string | null
    detail: unknown
    totalMinor: number | null
    redeemPoints: number
    pointValueMinor: number
    cancelRequested: boolean
    settled: boolean
    refundsAsked: number
    refundsDone: number
    /** What all refunds so far gave back together. */
    refund: Refund | null
  }
  /** `applied`, `undone`, or `tombstone`. */
  steps: Record<string, string>
  /** Why it waits for an operator, if it does. */
  listed: string | null
  /** `step state` in order, and what goes with it. */
  timeline: { entry: string; detail: { refund?: number; lines?: { quantity: number }[] } | null }[]
  reservations: { quantity: number; returned: number; state: string }[]
  product: { onHand: number; reserved: number }
  movements: { quantity: number; reason: string }[]
  balanceMinor: number
  walletEntries: { amountMinor: number; reason: string }[]
  award: { state: string; points: number; earned: number | null; refund: number } | null
  account: {
    version: number
    balance: number
    issued: number
    redeemed: number
    expired: number
    takenBack: number
  } | null
  pointsEvents: { type: string; amount: number; balance: number; reverses: string | null; reason: string }[]
  lots: {
    reason: string
    original: number
    remaining: number
    expired: number
    takenBack: number
    claimed: number
    claimedExpired: number
    owed: number
  }[]
  allocations: number[]
  /** Keys at the ledger with what they were answered. */
  pointsCommands: { key: string; answer: unknown }[]
  grants: number[]
}

/** How many pieces the refunds on record are for. */
export function piecesBackOf({ timeline }: Snapshot): number {
  const asked = timeline.filter(({ entry }) => entry === 'purchase refunding')
  return asked.flatMap(({ detail }) => detail?.lines ?? []).reduce((sum, { quantity }) => sum + quantity, 0)
}

/** In one statement, so from one moment. */
export async function readSnapshot(
  sql: Database,
  { purchaseId, username, product }: { purchaseId: string; username: string; product: string },
): Promise<Snapshot> {
  const [row] = await sql<{ snapshot: Snapshot }[]>`
    select jsonb_build_object(
      'purchase', jsonb_build_object('status', p.status, 'code', p.code, 'detail', p.detail, 'totalMinor', p.total_minor,
        'redeemPoints', p.redeem_points, 'pointValueMinor', p.point_value_minor,
        'cancelRequested', p.cancel_requested_at is not null, 'settled', p.settled_at is not null,
        'refundsAsked', p.refunds_asked, 'refundsDone', p.refunds_done, 'refund', p.refund),
      'steps', (
        select coalesce(jsonb_object_agg(step, case when answer is null then 'tombstone' else state end), '{}')
        from saga_steps where purchase_id = p.id),
      'listed', (select saga from discrepancies where id = p.id and resolved is null),
      'timeline', (
        select jsonb_agg(jsonb_build_object('entry', step || ' ' || state, 'detail', detail) order by seq)
        from purchase_events where purchase_id = p.id),
      'reservations', (
        select coalesce(jsonb_agg(jsonb_build_object('quantity', quantity, 'returned', returned, 'state', state)), '[]')
        from stock_reservations where purchase_id = p.id),
      'product', (select jsonb_build_object('onHand', on_hand, 'reserved', reserved) from products where id = ${product}),
      'movements', (
        select coalesce(jsonb_agg(jsonb_build_object('quantity', quantity, 'reason', reason) order by id), '[]')
        from stock_movements where product_id = ${product}),
      'balanceMinor', (select balance_minor from wallets where user_id = p.user_id),
      'walletEntries', (
        select coalesce(jsonb_agg(jsonb_build_object('amountMinor', amount_minor, 'reason', reason) order by id), '[]')
        from wallet_entries where user_id = p.user_id),
      'award', (
        select jsonb_build_object('state', state, 'points', points, 'earned', earned, 'refund', refund) from awards where id = p.id),
      'account', (
        select jsonb_build_object('version', version, 'balance', balance, 'issued', issued, 'redeemed', redeemed,
          'expired', expired, 'takenBack', taken_back)
        from points_accounts where account_id = ${username}),
      'pointsEvents', (
        select coalesce(jsonb_agg(jsonb_build_object('type', type, 'amount', amount, 'balance', balance,
          'reverses', payload -> 'reverses' ->> 'type', 'reason', reason) order by version), '[]')
        from points_events where account_id = ${username}),
      'lots', (
        select coalesce(jsonb_agg(jsonb_build_object('reason', e.reason, 'original', l.original, 'remaining', l.remaining,
          'expired', l.expired, 'takenBack', l.taken_back, 'claimed', l.claimed, 'claimedExpired', l.claimed_expired,
          'owed', l.owed) order by e.version), '[]')
        from points_lots l join points_events e using (transaction_id) where l.account_id = ${username}),
      'allocations', (
        select coalesce(jsonb_agg(a.amount order by e.version, a.amount), '[]')
        from points_allocations a join points_events e using (transaction_id) where e.account_id = ${username}),
      'pointsCommands', (
        select coalesce(jsonb_agg(jsonb_build_object('key', key, 'answer', answer) order by key collate "C"), '[]')
        from points_commands where account_id = ${username}),
      'grants', (
        select coalesce(jsonb_agg(g.points order by e.version), '[]')
        from campaign_grants g join points_events e using (transaction_id) where e.account_id = ${username})
    ) as snapshot
    from purchases p where p.id = ${purchaseId}`
  if (!row) throw new Error(`purchase ${purchaseId} is gone`)
  return row.snapshot
}
