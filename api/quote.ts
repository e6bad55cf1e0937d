import { purchaseEvent, readFactsFor } from '#db/campaign-past.ts'
import { listCampaignsOf, readRemaining } from '#db/campaigns.ts'
import type { Sql } from '#db/client.ts'
import { readAvailable, readClock } from '#db/points.ts'
import { readOffers } from '#db/products.ts'
import { readWallet } from '#db/wallets.ts'
import { type Award, capAward, evaluateCampaigns } from '#domain/campaigns/award.ts'
import { STORE_CLIENT } from '#domain/campaigns/campaign.ts'
import { runSliced } from '#domain/campaigns/evaluation.ts'
import { amountToCharge, type Money, pointsToPay } from '#domain/money.ts'
import { type Instant, MAX_POINTS } from '#domain/points/account.ts'
import type { PurchaseLine } from '#domain/purchase.ts'
import { turnsFor } from './caller-limits.ts'

export type Quote = {
  /** When it was made, and would be bought. */
  now: Instant
  totalMinor: number
  /** What of it would be charged in money. */
  amountMinor: number
  lines: (PurchaseLine & { unitPriceMinor: number })[]
  /** Points that would pay a part: as many as were asked for, or the most that can. */
  pointsRedeemed: number
  /** The most points that can be redeemed: as many as the buyer has, the total is worth, and one transaction may have. */
  mostPoints: number
  /** What the purchase would earn now, within caps. */
  award: Award
}

/** Calculates what a purchase would cost and earn if it were made now. Nothing is written or reserved. @throws ClientGone */
export async function quotePurchase(
  sql: Sql,
  order: {
    username: string
    /** The only user that it may be, if it is one in particular. */
    owner: string | undefined
    lines: PurchaseLine[]
    redeemPoints?: number
    money: Money
    pointValueMinor: number
  },
  client: AbortSignal,
): Promise<Quote | { problem: 'unknown_user' | 'unknown_product' }> {
  const { username, pointValueMinor } = order
  const wallet = await readWallet(sql, username, order.owner)
  if (!wallet) return { problem: 'unknown_user' }
  const { userId } = wallet
  const offers = await readOffers(
    sql,
    order.lines.map((line) => line.productId),
  )
  const lines = order.lines.flatMap((line) => {
    const offer = offers.get(line.productId)
    return offer === undefined ? [] : [{ ...line, unitPriceMinor: offer.priceMinor }]
  })
  if (lines.length < order.lines.length) return { problem: 'unknown_product' }

  const now = await readClock(sql)
  const totalMinor = lines.reduce((sum, line) => sum + line.quantity * line.unitPriceMinor, 0)
  const available = await readAvailable(sql, userId, now)
  const mostPoints = Math.min(available, pointsToPay(totalMinor, pointValueMinor), MAX_POINTS)
  const pointsRedeemed = Math.min(order.redeemPoints ?? 0, mostPoints)
  const amountMinor = amountToCharge(totalMinor, pointsRedeemed, pointValueMinor)
  const known = await readFactsFor(sql, { accountId: userId, client: STORE_CLIENT, at: now })
  const event = purchaseEvent({
    digits: order.money.digits,
    purchaseId: '',
    username,
    occurredAt: now,
    totalMinor,
    amountMinor,
    lines,
    facts: { ...known, products: Object.fromEntries(offers) },
  })
  const campaigns = await listCampaignsOf(sql, event.client)
  const award = await runSliced(evaluateCampaigns(campaigns, event), turnsFor(client))
  const remaining = await readRemaining(sql, [{ award, accountId: userId }])
  const capped = capAward(award, (campaignId) => remaining(campaignId, userId))
  return { now, totalMinor, amountMinor, lines, pointsRedeemed, mostPoints, award: capped }
}
