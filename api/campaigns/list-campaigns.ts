import { createRoute, z } from '@hono/zod-openapi'
import type { App, AppDependencies } from '#api/app-types.ts'
import { problems, READING } from '#api/problems/problem-responses.ts'
import { pageQuery, pointsPage, pointsPageOf } from '#api/schemas/paging.ts'
import { listCampaigns } from '#db/campaigns.ts'
import { campaignSchema, clientName, showCampaign } from './campaign.ts'

const route = createRoute({
  method: 'get',
  path: '/campaigns',
  operationId: 'listCampaigns',
  tags: ['Campaigns'],
  summary: 'The campaigns there are',
  description: 'Newest first; of one client, or of all.',
  request: { query: pageQuery(z.uuid()).extend({ client: clientName.optional() }) },
  responses: {
    200: {
      description: 'A page of campaigns.',
      content: { 'application/json': { schema: pointsPageOf(campaignSchema).openapi('CampaignPage') } },
    },
    ...problems(...READING, 'invalid_request'),
  },
})

export function registerListCampaigns(app: App, { sql }: AppDependencies): void {
  app.openapi(route, async (c) => {
    const { client, cursor, limit } = c.req.valid('query')
    const found = await listCampaigns(sql, {
      ...(client && { client }),
      ...(cursor && { before: cursor }),
      limit: limit + 1,
    })
    return c.json(
      pointsPage(found, limit, showCampaign, (campaign) => campaign.id),
      200,
    )
  })
}
