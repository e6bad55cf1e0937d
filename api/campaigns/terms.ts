import { z } from '@hono/zod-openapi'
import { Problem } from '#api/problems/problem.ts'
import type { CampaignTerms } from '#domain/campaigns/campaign.ts'
import { readRules, rulesGiven } from './rules.ts'

const instant = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text).toISOString())
  .nullable()
  .optional()
  .openapi({ description: 'RFC 3339; null: none.', example: '2026-12-01T00:00:00Z', type: ['string', 'null'] })

const cap = z
  .number()
  .int('must be a whole number')
  .min(0, 'must not be negative')
  .max(1_000_000_000_000, 'must be at most 1000000000000')
  .nullable()
  .optional()
  .openapi({ description: 'In points; null: no cap.', example: 10000 })

/** The terms of a campaign in a request, any of them. */
export const termsGiven = {
  status: z.enum(['active', 'inactive']).optional(),
  starts_at: instant,
  ends_at: instant,
  cap_total_points: cap,
  cap_points_per_customer: cap,
  rules: rulesGiven.optional(),
}

type Given = z.output<z.ZodObject<typeof termsGiven>>

const NEW: CampaignTerms = {
  status: 'active',
  startsAt: null,
  endsAt: null,
  caps: { totalPoints: null, pointsPerCustomer: null },
  rules: [],
}

/**
 * Terms with what a request gives in place of what was there.
 *
 * @throws Problem `invalid_request`
 */
export function withGiven(given: Given, before: CampaignTerms = NEW): CampaignTerms {
  const { status, starts_at, ends_at, cap_total_points, cap_points_per_customer, rules } = given
  const terms = {
    status: status ?? before.status,
    startsAt: starts_at === undefined ? before.startsAt : starts_at,
    endsAt: ends_at === undefined ? before.endsAt : ends_at,
    caps: {
      totalPoints: cap_total_points === undefined ? before.caps.totalPoints : cap_total_points,
      pointsPerCustomer:
        cap_points_per_customer === undefined ? before.caps.pointsPerCustomer : cap_points_per_customer,
    },
    rules: rules === undefined ? before.rules : readRules(rules),
  }
  if (terms.startsAt !== null && terms.endsAt !== null && terms.endsAt <= terms.startsAt) {
    const errors = [{ path: 'ends_at', message: 'must be after starts_at' }]
    throw new Problem('invalid_request', 'In the body, ends_at: must be after starts_at.', { errors })
  }
  return terms
}
