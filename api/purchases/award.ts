import { z } from '@hono/zod-openapi'
import type { StoredPurchase } from '#db/purchases.ts'
import type { Award, CampaignAward } from '#domain/campaigns/award.ts'

const exact = z.string().openapi({
  description: 'Before rounding: a decimal or, where that would not end, a fraction.',
  example: '170',
})

const ruleSchema = z.object({
  rule: z.number().int().openapi({ description: 'Which of the rules of the campaign, from 0.', example: 0 }),
  exact: exact.optional(),
  notEvaluated: z
    .object({ code: z.string(), message: z.string() })
    .optional()
    .openapi({
      description: 'Why the rule could not be evaluated, and gave nothing.',
      example: { code: 'missing', message: '$.colour is not in the event' },
    }),
})

export const campaignAwardSchema = z
  .object({
    campaign: z.string().openapi({ example: '1' }),
    points: z.number().int().openapi({ description: 'What it gave.', example: 170 }),
    exact,
    limitedBy: z
      .enum(['totalPoints', 'pointsPerCustomer', 'pointsPerAward'])
      .nullable()
      .openapi({
        description:
          'What left less than was earned: a cap of the campaign, or `pointsPerAward`: all of it together would have been more ' +
          'points than one transaction takes, so nothing was given.',
      }),
    rules: z.array(ruleSchema).openapi({ description: 'Those that matched, and those that could not be evaluated.' }),
  })
  .openapi('CampaignAward')

/** Which campaign and rule gave what. Campaigns of which no rule matched are left out. */
export function showAward(award: Award): z.infer<typeof campaignAwardSchema>[] {
  return award.campaigns.map(showCampaign).filter(({ rules }) => rules.length > 0)
}

/** The same of a purchase, from its timeline; empty until the award is through. */
export function awardOf({ events }: StoredPurchase): z.infer<typeof campaignAwardSchema>[] {
  const last = events.findLast(({ step, state }) => step === 'awardPoints' && state !== 'undone')
  return last?.detail && 'award' in last.detail && last.detail.award ? showAward(last.detail.award) : []
}

function showCampaign({ campaign, points, exact, limitedBy, rules }: CampaignAward) {
  const shown = rules.flatMap((outcome, rule): z.infer<typeof ruleSchema>[] => {
    if (outcome.outcome === 'gave') return [{ rule, exact: outcome.exact }]
    return outcome.outcome === 'not_evaluated' ? [{ rule, notEvaluated: outcome.reason }] : []
  })
  return { campaign, points, exact, limitedBy, rules: shown }
}
