import { z } from '@hono/zod-openapi'
import { eventPayload } from '#api/events/payload.ts'
import { instantGiven } from '#api/schemas/text.ts'
import { listCampaignsOf, readGiven } from '#db/campaigns.ts'
import type { Database } from '#db/client.ts'
import { readClock } from '#db/points.ts'
import { findUser } from '#db/wallets.ts'
import { judge, refuseAboveCeiling, remainingOf } from '#domain/campaigns/award.ts'
import type { CampaignEvent } from '#domain/campaigns/campaign.ts'
import { candidateShape, isStored, readCandidate } from './candidate.ts'
import { judgementSchema, showJudgement } from './judgement.ts'

export const eventSimulation = z
  .strictObject({
    ...candidateShape,
    event: eventPayload
      .refine(({ occurredAt }) => occurredAt === undefined || instantGiven.safeParse(occurredAt).success, {
        path: ['occurredAt'],
        message: 'must be an RFC 3339 instant',
      })
      .openapi({
        description:
          'What rules look at. Left out, `type` is PurchaseCompleted and `occurredAt` is now. Caps per customer count what its ' +
          '`username`, or `accountId`, already has.',
        example: { amount: 1700, total: 1700, quantity: 1 },
      }),
  })
  .openapi('EventSimulation')

export const simulationSchema = z
  .object({
    points: z.number().int().openapi({ description: 'What the campaigns give together.', example: 170 }),
    campaigns: z.array(judgementSchema),
  })
  .openapi('SimulationResult')

/** @throws Problem `unknown_campaign`, `invalid_request` */
export async function simulateEvent(
  sql: Database,
  given: z.output<typeof eventSimulation>,
): Promise<z.infer<typeof simulationSchema>> {
  const { client, event: members } = given
  const event = { type: 'PurchaseCompleted', occurredAt: await readClock(sql), ...members, client } as CampaignEvent
  const candidate = await readCandidate(sql, given)
  const campaigns = candidate ? [candidate] : await listCampaignsOf(sql, client)
  const ids = campaigns.map(({ id }) => id)
  const userId = await findUser(sql, accountOf(event))
  const givenBy = await readGiven(sql, ids, userId ?? '')
  const judged = refuseAboveCeiling(
    campaigns.map((campaign) => judge(campaign, event, remainingOf(campaign.caps, givenBy(campaign.id)))),
  )
  const areStored = candidate === undefined || isStored(candidate)
  const judgements = judged.map((judgement) => showJudgement(judgement, areStored))
  return { points: judgements.reduce((sum, { points }) => sum + points, 0), campaigns: judgements }
}

/** Of a purchase it is the username; of other events, the account. Somebody who has no points yet, where neither is told. */
function accountOf({ username, accountId }: CampaignEvent): string {
  return [username, accountId].find((id) => typeof id === 'string') ?? ''
}
