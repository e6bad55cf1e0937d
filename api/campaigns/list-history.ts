import { createRoute, z } from '@hono/zod-openapi'
import type { App, AppDependencies } from '#api/app-types.ts'
import { Problem } from '#api/problems/problem.ts'
import { problems, READING } from '#api/problems/problem-responses.ts'
import { orNull } from '#api/schemas/or-null.ts'
import { pageQuery, pointsPage, pointsPageOf } from '#api/schemas/paging.ts'
import { timestamp } from '#api/schemas/text.ts'
import { type CampaignChange, listCampaignHistory } from '#db/campaigns.ts'
import { campaignPath, clientQuery, showTerms, termsSchema } from './campaign.ts'

const changeSchema = z
  .object({
    version: z.number().int(),
    action: z.enum(['created', 'updated', 'deleted']),
    actor: z.string().openapi({ description: 'Who did it.', example: 'demo' }),
    at: timestamp,
    before: orNull(termsSchema),
    after: orNull(termsSchema),
  })
  .openapi('CampaignChange')

/** The campaign, for a name can have had several, and its version. */
const place = z
  .string()
  .regex(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\.[1-9]\d{0,14}$/, 'must be the next_cursor of an answer')

const route = createRoute({
  method: 'get',
  path: '/campaigns/{campaign_name}/history',
  operationId: 'listCampaignHistory',
  tags: ['Campaigns'],
  summary: 'Who changed what of a campaign, and when',
  description: 'Newest first. What a campaign was before it was deleted is still told.',
  request: { params: campaignPath, query: pageQuery(place).extend(clientQuery.shape) },
  responses: {
    200: {
      description: 'A page of changes.',
      content: { 'application/json': { schema: pointsPageOf(changeSchema).openapi('CampaignHistoryPage') } },
    },
    ...problems(...READING, 'invalid_request', 'unknown_campaign'),
  },
})

export function registerListCampaignHistory(app: App, { sql }: AppDependencies): void {
  app.openapi(route, async (c) => {
    const { client, cursor, limit } = c.req.valid('query')
    const { campaign_name: name } = c.req.valid('param')
    const changes = await listCampaignHistory(sql, {
      client,
      name,
      ...(cursor && { before: readPlace(cursor) }),
      limit: limit + 1,
    })
    if (changes.length === 0 && cursor === undefined) {
      throw new Problem('unknown_campaign', `The client "${client}" never had a campaign "${name}".`)
    }
    return c.json(
      pointsPage(changes, limit, showChange, ({ campaignId, version }) => `${campaignId}.${version}`),
      200,
    )
  })
}

function readPlace(cursor: string): Pick<CampaignChange, 'campaignId' | 'version'> {
  const [campaignId = '', version] = cursor.split('.')
  return { campaignId, version: Number(version) }
}

function showChange({ version, action, actor, at, before, after }: CampaignChange): z.infer<typeof changeSchema> {
  return {
    version,
    action,
    actor,
    at: at.toISOString(),
    before: before && showTerms(before),
    after: after && showTerms(after),
  }
}
