import { z } from '@hono/zod-openapi'
import { campaignAwardSchema, showAward } from '#api/purchases/award.ts'
import { username } from '#api/schemas/identifiers.ts'
import { orNull } from '#api/schemas/or-null.ts'
import { timestamp } from '#api/schemas/text.ts'
import type { StoredAward } from '#db/awards.ts'

export const parkedAwardSchema = z
  .object({
    id: z.uuid().openapi({ description: 'Of the purchase or event.' }),
    kind: z.enum(['purchase', 'event']),
    username,
    points: z.number().int().openapi({ description: 'What the purchase earned, before caps.', example: 170 }),
    campaigns: z.array(campaignAwardSchema).openapi({ description: 'Which campaign and rule gave what.' }),
    problem: z.string().openapi({ description: 'Why it could not be booked.', example: 'unavailable' }),
    parkedAt: timestamp,
    status: z.enum(['parked', 'booked', 'nothing', 'dismissed', 'voided']).openapi({
      description:
        '`parked`: it still waits. `nothing`: caps left nothing of it. `dismissed`: an operator decided against it. `voided`: ' +
        'the purchase was given back.',
    }),
    pointsIssued: z.number().int().openapi({ description: 'What was booked of it.', example: 0 }),
    dismissed: orNull(z.object({ reason: z.string(), actor: z.string(), at: timestamp }).openapi('Dismissal')).openapi({
      description: 'Why, by whom and when it was decided that it is never booked.',
    }),
  })
  .openapi('ParkedAward')

export function showParkedAward(parked: StoredAward): z.infer<typeof parkedAwardSchema> {
  const { evaluation, problem, parkedAt, state, dismissed } = parked
  if (state === 'pending' || evaluation === null || problem === null || parkedAt === null) {
    throw new Error(`award ${parked.id} was never parked`)
  }
  return {
    id: parked.id,
    kind: parked.kind,
    username: parked.username,
    points: evaluation.campaigns.reduce((sum, { earned }) => sum + earned, 0),
    campaigns: showAward(evaluation),
    problem,
    parkedAt: parkedAt.toISOString(),
    status: state,
    pointsIssued: parked.points,
    dismissed: dismissed && { ...dismissed, at: new Date(dismissed.at).toISOString() },
  }
}
