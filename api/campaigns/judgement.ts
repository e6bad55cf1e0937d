import { z } from '@hono/zod-openapi'
import type { Judgement } from '#domain/campaigns/award.ts'
import type { RuleOutcome } from '#domain/campaigns/campaign.ts'

const outcomeSchema = z.object({
  rule: z.number().int().openapi({ description: 'Which of the rules, from 0.' }),
  outcome: z.enum(['gave', 'did_not_match', 'not_evaluated']),
  exact: z.string().optional().openapi({ description: 'What it gave, before rounding.', example: '170' }),
  reason: z
    .object({ code: z.string(), message: z.string() })
    .optional()
    .openapi({ description: 'Why it was not evaluated.' }),
})

export const judgementSchema = z
  .object({
    campaign_name: z.string().nullable().openapi({ description: 'Null for one that is not stored.', example: '1' }),
    not_running: z
      .enum(['inactive', 'not_started', 'ended', 'no_instant'])
      .nullable()
      .openapi({ description: 'Why it gives nothing, whatever its rules say; null: it runs when the event occurs.' }),
    earned: z.number().int().openapi({ description: 'What its rules come to, whether it runs or not.', example: 170 }),
    exact: z.string().openapi({ description: 'The same before rounding.', example: '170' }),
    limited_by: z.enum(['total_points', 'points_per_customer', 'points_per_award']).nullable().openapi({
      description:
        'What leaves less than was earned: a cap, or that the award would be more points than one transaction takes.',
    }),
    points: z
      .number()
      .int()
      .openapi({ description: 'What it gives: 0 if it does not run, within its caps if it does.' }),
    rules: z.array(outcomeSchema),
  })
  .openapi('CampaignJudgement')

const LIMITS = {
  totalPoints: 'total_points',
  pointsPerCustomer: 'points_per_customer',
  pointsPerAward: 'points_per_award',
} as const

/** @param isStored whether the campaign is one that has a name */
export function showJudgement(judgement: Judgement, isStored: boolean): z.infer<typeof judgementSchema> {
  const { campaign, notRunning, earned, exact, limitedBy, points, rules } = judgement
  return {
    campaign_name: isStored ? campaign : null,
    not_running: notRunning,
    earned,
    exact,
    limited_by: limitedBy && LIMITS[limitedBy],
    points,
    rules: rules.map(showOutcome),
  }
}

function showOutcome(outcome: RuleOutcome, rule: number): z.infer<typeof outcomeSchema> {
  return { rule, ...outcome }
}
