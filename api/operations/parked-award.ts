import { z } from '@hono/zod-openapi'
import { campaignAwardSchema, showAward } from '#api/purchases/award.ts'
import { username } from '#api/schemas/identifiers.ts'
import { timestamp } from '#api/schemas/text.ts'
import type { ParkedAward } from '#db/parked-awards.ts'

export const parkedAwardSchema = z
  .object({
    id: z.uuid().openapi({ description: 'Of the purchase or event.' }),
    kind: z.enum(['purchase', 'event']),
    username,
    points: z.number().int().openapi({ description: 'What the purchase earned, before caps.', example: 170 }),
    campaigns: z.array(campaignAwardSchema).openapi({ description: 'Which campaign and rule gave what.' }),
    problem: z.string().openapi({ description: 'Why it could not be booked.', example: 'unavailable' }),
    parkedAt: timestamp,
    status: z.enum(['parked', 'booked', 'nothing', 'voided']).openapi({
      description:
        '`parked`: it still waits. `nothing`: caps left nothing of it. `voided`: the purchase was given back.',
    }),
    pointsIssued: z.number().int().openapi({ description: 'What was booked of it.', example: 0 }),
  })
  .openapi('ParkedAward')

export function showParkedAward(parked: ParkedAward): z.infer<typeof parkedAwardSchema> {
  return {
    id: parked.id,
    kind: parked.kind,
    username: parked.username,
    points: parked.evaluation.points,
    campaigns: showAward(parked.evaluation),
    problem: parked.problem,
    parkedAt: parked.parkedAt.toISOString(),
    status: parked.award,
    pointsIssued: parked.pointsIssued,
  }
}
