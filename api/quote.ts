import { purchaseEvent } from '#db/campaign-past.ts'
import { listCampaignsOf, readRemaining } from '#db/campaigns.ts'
import type { Sql } from '#db/client.ts'
import { readAvailable, readClock } from '#db/points.ts'
import { readPrices } from '#db/products.ts'
import { readWallet } from '#db/wallets.ts'
import { type Award, capAward, evaluateCampaigns } from '#domain/campaigns/award.ts'
import { runSliced } from '#domain/campaigns/evaluation.ts'
import { amountToCharge, type Money, pointsToPay } from '#domain/money.ts'
import { MAX_POINTS } from '#domain/points/account.ts'
import type { PurchaseLine } from '#domain/purchase.ts'
import { turnsFor } from './caller-limits.ts'

export type Quote = {
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
  order: { username: string; lines: PurchaseLine[]; redeemPoints?: number; money: Money; pointValueMinor: number },
  client: AbortSignal,
): Promise<Quote | { problem: 'unknown_user' | 'unknown_product' }> {
  const { username, pointValueMinor } = order
  const wallet = await readWallet(sql, username)
  if (!wallet) return { problem: 'unknown_user' }
  const { userId } = wallet
  const prices = await readPrices(
    sql,
    order.lines.map((line) => line.productId),
  )
  const lines = order.lines.flatMap((line) => {
    const unitPriceMinor = prices.get(line.productId)
    return unitPriceMinor === undefined ? [] : [{ ...line, unitPriceMinor }]
  })
  if (lines.length < order.lines.length) return { problem: 'unknown_product' }

  const now = await readClock(sql)
  const totalMinor = lines.reduce((sum, line) => sum + line.quantity * line.unitPriceMinor, 0)
  const available = await readAvailable(sql, userId, now)
  const mostPoints = Math.min(available, pointsToPay(totalMinor, pointValueMinor), MAX_POINTS)
  const pointsRedeemed = Math.min(order.redeemPoints ?? 0, mostPoints)
  const amountMinor = amountToCharge(totalMinor, pointsRedeemed, pointValueMinor)
  const event = purchaseEvent({
    digits: order.money.digits,
    purchaseId: '',
    username,
    occurredAt: now,
    totalMinor,
    amountMinor,
    lines: lines.map(({ unitPriceMinor, ...line }) => ({ ...line, priceMinor: unitPriceMinor })),
  })
  const campaigns = await listCampaignsOf(sql, event.client)
  const award = await runSliced(evaluateCampaigns(campaigns, event), turnsFor(client))
  const remaining = await readRemaining(sql, [{ award, accountId: userId }])
  const capped = capAward(award, (campaignId) => remaining(campaignId, userId))
  return { totalMinor, amountMinor, lines, pointsRedeemed, mostPoints, award: capped }
}
