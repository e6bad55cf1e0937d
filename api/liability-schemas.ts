import { z } from '@hono/zod-openapi'
import type { LotGroup } from '#db/liability.ts'
import { type Money, valueOfPoints } from '#domain/money.ts'
import type { Instant } from '#domain/points/account.ts'
import {
  addAll,
  estimateBreakage,
  type LotSums,
  MIN_BREAKAGE_LOTS,
  type RevenueAllocation,
} from '#domain/points/liability.ts'
import { clientName } from './campaign-schemas.ts'
import { pointsOutput } from './points-transactions.ts'
import { amountOutput, orNull, timestamp } from './schemas.ts'

// What is owed to customers in points. What each number means is said here, in the OpenAPI document, and in ADR 26 with an example.

const worthSchema = z
  .object({ points: pointsOutput, amount: amountOutput.openapi({ description: 'At `point_value`.', example: 75 }) })
  .openapi('PointsWorth')

const month = z
  .string()
  .regex(/^\d{4}-\d{2}$/)
  .openapi({ example: '2027-03' })

const openShape = {
  available: worthSchema.openapi({ description: 'To be redeemed now.' }),
  pending: worthSchema.openapi({ description: 'To be redeemed later only.' }),
}

export const liabilitySchema = z
  .object({
    as_of: timestamp,
    currency: z.string().openapi({ description: 'Of all amounts (ISO 4217).', example: 'USD' }),
    point_value: amountOutput.openapi({
      description: 'Value of one point as configured now (`POINT_VALUE_MINOR`).',
      example: 0.1,
    }),
    issued: worthSchema.openapi({ description: 'All points ever issued.' }),
    redeemed: worthSchema.openapi({ description: 'Redeemed and not returned since.' }),
    expired: worthSchema.openapi({
      description: 'Left when their end came, at midnight UTC, whether the sweep had booked that by then or not.',
    }),
    reversed: worthSchema.openapi({
      description: 'Taken back: by reversals of their issue, and withheld of returned ones.',
    }),
    open: worthSchema.openapi({
      description: '`issued` less `redeemed`, `expired` and `reversed`; the sum of `available` and `pending`.',
    }),
    ...openShape,
    owed: worthSchema.openapi({
      description: 'Owed by customers: redeemed before their issue was reversed, and neither made good nor returned.',
    }),
    by_expiry_month: z
      .array(z.object({ month: month.openapi({ description: 'Of the last day (UTC) to redeem them.' }), ...openShape }))
      .openapi({ description: 'Open points by when they end, soonest first.' }),
    by_campaign: z
      .array(
        z.object({
          kind: z.enum(['campaign', 'none', 'others']).openapi({
            description: '`none`: points that no campaign gave. `others`: campaigns beyond the largest 500, together.',
          }),
          campaign_id: z.uuid().nullable(),
          client: clientName.nullable(),
          campaign_name: z.string().nullable().openapi({ example: '1' }),
          ...openShape,
        }),
      )
      .openapi({ description: 'Open points by the campaign that gave them, the most first.' }),
    pending_by_month: z
      .array(worthSchema.extend({ month: month.openapi({ description: 'Of the first day (UTC) to redeem them.' }) }))
      .openapi({ description: 'Pending points by when they can be redeemed, soonest first.' }),
    breakage: z
      .object({
        lots: z.number().int().openapi({
          description: 'Lots whose end has come and that were not taken back whole: what the estimate is based on.',
          example: 1200,
        }),
        points: pointsOutput.openapi({ description: 'Points issued in them, less those that were taken back.' }),
        expired: pointsOutput.openapi({ description: 'Points of them that expired.', example: 150 }),
        rate: z
          .number()
          .nullable()
          .openapi({
            description: `\`expired\` of \`points\`, to four decimals. Null of fewer than ${MIN_BREAKAGE_LOTS} lots.`,
            example: 0.2,
          }),
        expected: orNull(worthSchema).openapi({ description: 'Open points that will expire at this rate.' }),
      })
      .openapi({ description: 'Estimate of the points that will never be redeemed.' }),
    deferred_revenue: z
      .object({
        sales: z.number().int().openapi({ description: 'Confirmed purchases.', example: 31 }),
        paid: amountOutput.openapi({ description: 'Charged in money, less what refunds returned.', example: 800 }),
        revenue: amountOutput.openapi({ description: 'Of `paid`, the part for goods.', example: 780.49 }),
        deferred: amountOutput.openapi({
          description:
            'Of `paid`, the part for points: for each purchase, paid x value / (paid + value), half to even, at the point value of the ' +
            'purchase; and the whole value of points that a refund would have taken back, but that were made good in money.',
          example: 19.51,
        }),
        released_by_redemption: amountOutput.openapi({
          description: 'Of `deferred`, pro rata to the points of each purchase that were redeemed.',
          example: 5,
        }),
        released_by_expiry: amountOutput.openapi({ description: 'The same for expired points.', example: 0 }),
        open: amountOutput.openapi({ description: '`deferred` less what was released.', example: 14.51 }),
      })
      .openapi({
        description:
          'Sales that earn points, by relative stand-alone selling prices (IFRS 15, ASC 606). Points without a sale defer nothing.',
      }),
  })
  .openapi('PointsLiability')

export type LiabilityReport = z.infer<typeof liabilitySchema>

/** What lots and sales came to at an instant. */
export type Liability = {
  groups: Record<LotGroup['by'], Map<string | null, LotSums>>
  sales: RevenueAllocation & { sales: number; paidMinor: number }
}

/** An answer has a bound (ADR 16): those with less open are one row. */
const MAX_CAMPAIGN_ROWS = 500

/** @param names of the campaigns among the keys */
export function formatLiability(
  { groups, sales }: Liability,
  {
    at,
    money: { currency, majorFromMinor },
    pointValueMinor,
    names,
  }: {
    at: Instant
    money: Money
    pointValueMinor: number
    names: ReadonlyMap<string, { client: string; name: string }>
  },
): LiabilityReport {
  const worth = (points: number) => ({ points, amount: majorFromMinor(valueOfPoints(points, pointValueMinor)) })
  const open = ({ available, pending }: LotSums) => ({ available: worth(available), pending: worth(pending) })
  const all = sumOf([...groups.all.values()])
  const breakage = estimateBreakage(all)
  return {
    as_of: at,
    currency,
    point_value: majorFromMinor(pointValueMinor),
    issued: worth(all.issued),
    redeemed: worth(all.spent),
    expired: worth(all.expired),
    reversed: worth(all.takenBack),
    open: worth(openIn(all)),
    ...open(all),
    owed: worth(all.owed),
    by_expiry_month: byMonth(groups.lastMonth).map(([month, sums]) => ({ month, ...open(sums) })),
    by_campaign: byCampaign(groups.campaign).map(({ kind, id, sums }) => {
      const { client = null, name: campaign_name = null } = (id !== null && names.get(id)) || {}
      return { kind, campaign_id: id, client, campaign_name, ...open(sums) }
    }),
    pending_by_month: byMonth(groups.firstMonth)
      .filter(([, { pending }]) => pending > 0)
      .map(([month, { pending }]) => ({ month, ...worth(pending) })),
    breakage: {
      lots: all.endedLots,
      points: all.endedPoints,
      expired: all.expired,
      rate: breakage?.rate ?? null,
      expected: breakage && worth(breakage.points),
    },
    deferred_revenue: formatRevenue(sales, majorFromMinor),
  }
}

function formatRevenue(
  sales: Liability['sales'],
  majorFromMinor: Money['majorFromMinor'],
): LiabilityReport['deferred_revenue'] {
  return {
    sales: sales.sales,
    paid: majorFromMinor(sales.paidMinor),
    revenue: majorFromMinor(sales.revenueMinor),
    deferred: majorFromMinor(sales.deferredMinor),
    released_by_redemption: majorFromMinor(sales.releasedBySpendingMinor),
    released_by_expiry: majorFromMinor(sales.releasedByExpiryMinor),
    open: majorFromMinor(sales.openMinor),
  }
}

/** @param sums not empty */
function sumOf(sums: readonly LotSums[]): LotSums {
  return sums.reduce(addAll)
}

function openIn({ available, pending }: LotSums): number {
  return available + pending
}

/** Months as text are in the order of time. */
function byMonth(months: Liability['groups']['all']): [string, LotSums][] {
  const named = [...months].flatMap(([month, sums]) => (month === null ? [] : [[month, sums] as [string, LotSums]]))
  return named.toSorted(([a], [b]) => (a < b ? -1 : 1))
}

type CampaignRow = { kind: 'campaign' | 'none' | 'others'; id: string | null; sums: LotSums }

/** The same order whenever it is asked for: by how much is open, then by id; what is of no campaign, and the rest, at the end. */
export function byCampaign(campaigns: Liability['groups']['all']): CampaignRow[] {
  const known = [...campaigns].flatMap(([id, sums]) => (id === null ? [] : [{ kind: 'campaign' as const, id, sums }]))
  known.sort((a, b) => openIn(b.sums) - openIn(a.sums) || (a.id < b.id ? -1 : 1))
  const none = campaigns.get(null)
  const others = known.slice(MAX_CAMPAIGN_ROWS).map(({ sums }) => sums)
  return [
    ...known.slice(0, MAX_CAMPAIGN_ROWS),
    ...(none ? [{ kind: 'none' as const, id: null, sums: none }] : []),
    ...(others.length > 0 ? [{ kind: 'others' as const, id: null, sums: sumOf(others) }] : []),
  ]
}
