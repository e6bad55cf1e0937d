import { z } from '@hono/zod-openapi'
import type { CampaignPoints } from '#db/campaigns.ts'
import type { Award, CampaignAward } from '#domain/campaigns/award.ts'
import { orNull, timestamp } from './schemas.ts'

const exact = z.string().openapi({
  description: 'Points before rounding: a decimal, or a fraction where the decimal would not be finite.',
  example: '170',
})

const ruleAwardSchema = z.object({
  rule: z.number().int().openapi({ description: 'Index of the rule in its campaign, from 0.', example: 0 }),
  exact: exact.optional(),
  notEvaluated: z
    .object({ code: z.string(), message: z.string() })
    .optional()
    .openapi({
      description: 'Why the rule could not be evaluated and awarded nothing.',
      example: { code: 'missing', message: '$.colour is not in the event' },
    }),
})

export const limitedBy = z
  .enum(['totalPoints', 'pointsPerCustomer', 'exclusiveGroup', 'pointsPerAward'])
  .nullable()
  .openapi({
    description:
      'Why fewer points are awarded than earned: a cap of the campaign; `exclusiveGroup`: another campaign of its group gives more; or ' +
      '`pointsPerAward`: the award as a whole exceeds the maximum of one transaction, so nothing is awarded.',
  })

const campaignAwardSchema = z
  .object({
    campaign: z.string().openapi({ example: '1' }),
    points: z.number().int().openapi({ description: 'Points awarded.', example: 170 }),
    exact,
    limitedBy,
    rules: z
      .array(ruleAwardSchema)
      .openapi({ description: 'Rules that matched, and rules that could not be evaluated.' }),
  })
  .openapi('CampaignAward')

const campaignPoints = {
  campaign: z.string().openapi({ example: '1' }),
  points: z.number().int().openapi({ description: 'Points awarded.', example: 170 }),
}
const availableAt = orNull(timestamp).openapi({ description: 'When they count; null: at once.' })

/** Points by campaign. Only the evaluation of an award has which rules they came from. */
export const campaignPointsSchema = z.object({ ...campaignPoints, availableAt }).openapi('CampaignPoints')

/** The same in answers about points. */
export const issuedPointsSchema = z.object({ ...campaignPoints, available_at: availableAt }).openapi('IssuedPoints')

export function formatIssuedPoints({ availableAt, ...issued }: CampaignPoints): z.infer<typeof issuedPointsSchema> {
  return { ...issued, available_at: availableAt }
}

export const awardEvaluationSchema = z
  .object({
    points: z.number().int().openapi({
      description:
        'Points awarded, within the caps; before them as long as the award was not booked. 0 until it is evaluated.',
      example: 170,
    }),
    campaigns: z.array(campaignAwardSchema).openapi({
      description: 'Points by campaign and rule. Campaigns of which no rule matched are left out.',
    }),
  })
  .openapi('AwardEvaluation')

/** An evaluation, without campaigns of which no rule matched. */
export function formatAwardEvaluation(award: Award | null): z.infer<typeof awardEvaluationSchema> {
  if (!award) return { points: 0, campaigns: [] }
  return {
    points: award.points,
    campaigns: award.campaigns.map(formatCampaignAward).filter(({ rules }) => rules.length > 0),
  }
}

function formatCampaignAward({ campaign, points, exact, limitedBy, rules }: CampaignAward) {
  const reported = rules.flatMap((outcome, rule): z.infer<typeof ruleAwardSchema>[] => {
    if (outcome.outcome === 'gave') return [{ rule, exact: outcome.exact }]
    return outcome.outcome === 'not_evaluated' ? [{ rule, notEvaluated: outcome.reason }] : []
  })
  return { campaign, points, exact, limitedBy, rules: reported }
}
