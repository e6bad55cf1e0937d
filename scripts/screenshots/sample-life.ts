import { z } from 'zod'
import type { Database } from '#db/client.ts'
import { createPointsLedger } from '#ledger/ledger.ts'

/** What the pictures need to know of it. */
export interface SampleLife {
  readonly refundedPurchaseId: string
  readonly campaignName: string
}

const CAMPAIGN = 'Herd bonus'
const DAY_MS = 86_400_000

/** Points that derick earned on days of the last year and a half: how many days ago, and how many points. */
const EARNED = [
  [520, 180],
  [493, 90],
  [455, 240],
  [431, 130],
  [398, 310],
  [352, 220],
  [330, 80],
  [301, 260],
  [268, 140],
  [233, 420],
  [201, 190],
  [176, 70],
  [149, 330],
  [112, 250],
  [80, 160],
  [47, 380],
  [21, 210],
  [9, 120],
] as const

/** Fills a system with sample data with what its users might have done: through the API, but for what lies in the past. */
export async function liveALittle(api: string, sql: Database): Promise<SampleLife> {
  await earnInThePast(sql)
  const send = sender(api)
  await runCampaigns(send)
  await send('/users/derick/top-ups', { amount: 4_200 })
  await send('/purchase', { userId: 'amara', lines: lines(['2', 1], ['6', 2]) })
  await send('/purchase', { userId: 'amara', lines: lines(['1', 2]) })
  await send('/purchase', { userId: 'derick', lines: lines(['1', 1], ['5', 2]) })
  // Not enough money, and not enough stock: those are in the list of purchases too.
  await send('/purchase', { userId: 'noor', lines: lines(['3', 1]) })
  await send('/purchase', { userId: 'derick', lines: lines(['3', 5]) })
  const order = { userId: 'derick', lines: lines(['4', 1], ['6', 3]), redeemPoints: 250 }
  const { purchaseId } = z.object({ purchaseId: z.string() }).parse(await send('/purchase', order))
  await send(`/purchases/${purchaseId}/refund`)
  await send('/purchase', { userId: 'derick', lines: lines(['6', 1]), redeemPoints: 100 })
  for (const [account_id, stars] of [
    ['derick', 5],
    ['noor', 4],
  ] as const) {
    await send('/events', { type: 'ReviewWritten', client: 'ReviewSite', account_id, payload: { stars } })
  }
  return { refundedPurchaseId: purchaseId, campaignName: CAMPAIGN }
}

function lines(...ordered: [productId: string, quantity: number][]) {
  return ordered.map(([productId, quantity]) => ({ productId, quantity }))
}

async function runCampaigns(send: Sender): Promise<void> {
  await send('/campaigns', {
    client: 'UnicornStore',
    campaign_name: CAMPAIGN,
    cap_points_per_customer: 500,
    rules: [
      {
        variable: '$.quantity',
        condition: { rule: 'numeric_greater_than_equals', value: 2 },
        action: { command: 'issue', formula: 'min($.quantity * 25, 200)' },
      },
    ],
  })
  await send('/campaigns', {
    client: 'UnicornStore',
    campaign_name: 'Midwinter double',
    status: 'inactive',
    rules: [
      {
        variable: '$.amount',
        condition: { rule: 'numeric_greater_than', value: 500 },
        action: { command: 'issue', formula: '$.amount / 5' },
      },
    ],
  })
  await send('/campaigns', {
    client: 'ReviewSite',
    campaign_name: 'Thanks for the stars',
    rules: [
      {
        variable: '$.stars',
        condition: { rule: 'numeric_greater_than_equals', value: 1 },
        action: { command: 'issue', formula: '$.stars * 2' },
      },
    ],
  })
}

/** The API books everything now; a chart needs a past. */
async function earnInThePast(sql: Database): Promise<void> {
  const now = Date.now()
  for (const [daysAgo, amount] of EARNED) {
    const ledger = createPointsLedger(sql, { clock: async () => new Date(now - daysAgo * DAY_MS).toISOString() })
    await ledger.execute({
      accountId: 'derick',
      key: `screenshots/${daysAgo}`,
      requestHash: '',
      command: {
        type: 'issue',
        amount,
        ttlDays: 365,
        reason: 'manual',
        reference: 'screenshots',
        actor: 'screenshots',
      },
    })
  }
}

type Sender = (path: string, body?: unknown) => Promise<unknown>

function sender(api: string): Sender {
  return async (path, body) => {
    const answer = await fetch(api + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    })
    const json: unknown = await answer.json()
    // 409: a refusal is a part of life.
    if (!answer.ok && answer.status !== 409) throw new Error(`POST ${path}: ${JSON.stringify(json)}`)
    return json
  }
}
