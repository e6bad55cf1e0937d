import { createRoute, z } from '@hono/zod-openapi'
import type { App, AppDependencies } from '#api/app-types.ts'
import { Problem } from '#api/problems/problem.ts'
import { problems, READING } from '#api/problems/problem-responses.ts'
import { DEMO_ACTOR, OPERATOR_SCOPE } from '#api/requests/caller.ts'
import { idempotencyHeaders, keyedRequest, replayedHeader, requireDone } from '#api/requests/idempotency.ts'
import { changeCampaign, readCampaign } from '#db/campaigns.ts'
import { recallKey } from '#db/idempotency-keys.ts'
import { campaignName, campaignPath, clientName, clientQuery } from './campaign.ts'
import { ifMatchHeader, movedOn, requiredVersion } from './if-match.ts'

const deletedSchema = z
  .object({ client: clientName, campaign_name: campaignName, deleted: z.literal(true) })
  .openapi('DeletedCampaign')

const route = createRoute({
  method: 'delete',
  path: '/campaigns/{campaign_name}',
  operationId: 'deleteCampaign',
  tags: ['Campaigns'],
  summary: 'Take a campaign out of use for good',
  description: 'Points that it gave stay, and so does its history. Its name is free again.',
  request: { params: campaignPath, query: clientQuery, headers: idempotencyHeaders.extend(ifMatchHeader.shape) },
  responses: {
    200: {
      description: 'Deleted.',
      headers: replayedHeader,
      content: { 'application/json': { schema: deletedSchema } },
    },
    ...problems(
      ...READING,
      'invalid_request',
      'foreign_request',
      'idempotency_key_reused',
      'unknown_campaign',
      'campaign_moved_on',
      'precondition_required',
    ),
  },
})

export function registerDeleteCampaign(app: App, { sql, writes }: AppDependencies): void {
  app.openapi(route, async (c) => {
    const { client } = c.req.valid('query')
    const { campaign_name } = c.req.valid('param')
    const version = requiredVersion(c.req.valid('header')['If-Match'])
    const request = keyedRequest(c, OPERATOR_SCOPE, { client, version })
    const campaign = await readCampaign(sql, client, campaign_name)
    const answer = campaign
      ? await changeCampaign(writes, request, { campaign, basedOn: version, changed: null }, DEMO_ACTOR)
      : await recallKey<never>(sql, request)
    if (answer.result === 'unknown' && campaign) throw movedOn(campaign)
    requireDone(c, answer, { unknown: 'unknown_campaign', refused: (): Problem => new Problem('unknown_campaign', '') })
    return c.json({ client, campaign_name, deleted: true as const }, 200)
  })
}
