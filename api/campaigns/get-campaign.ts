import { createRoute } from '@hono/zod-openapi'
import type { App, AppDependencies } from '#api/app-types.ts'
import { problems, READING } from '#api/problems/problem-responses.ts'
import {
  campaignPath,
  campaignSchema,
  clientQuery,
  etagHeader,
  requireCampaign,
  setEtag,
  showCampaign,
} from './campaign.ts'

const route = createRoute({
  method: 'get',
  path: '/campaigns/{campaign_name}',
  operationId: 'getCampaign',
  tags: ['Campaigns'],
  summary: 'A campaign, and what it has given',
  request: { params: campaignPath, query: clientQuery },
  responses: {
    200: {
      description: 'The campaign.',
      headers: etagHeader,
      content: { 'application/json': { schema: campaignSchema } },
    },
    ...problems(...READING, 'invalid_request', 'unknown_campaign'),
  },
})

export function registerGetCampaign(app: App, { sql }: AppDependencies): void {
  app.openapi(route, async (c) => {
    const campaign = await requireCampaign(sql, c.req.valid('query').client, c.req.valid('param').campaign_name)
    setEtag(c, campaign)
    return c.json(showCampaign(campaign), 200)
  })
}
