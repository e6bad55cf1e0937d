import { createRoute, z } from '@hono/zod-openapi'
import type { App, AppDependencies } from '#api/app-types.ts'
import { Problem } from '#api/problems/problem.ts'
import { problems, WRITING } from '#api/problems/problem-responses.ts'
import { DEMO_ACTOR, OPERATOR_SCOPE } from '#api/requests/caller.ts'
import { idempotencyHeaders, keyedRequest, replayedHeader, requireDone } from '#api/requests/idempotency.ts'
import { type CampaignRefusal, createCampaign, MOST_CAMPAIGNS } from '#db/campaigns.ts'
import { STORE_CLIENT } from '#domain/campaigns/campaign.ts'
import {
  campaignName,
  campaignSchema,
  clientName,
  etagHeader,
  requireUndeleted,
  setEtag,
  showCampaign,
} from './campaign.ts'
import { rulesGiven } from './rules.ts'
import { termsGiven, withGiven } from './terms.ts'

const newCampaign = z
  .strictObject({
    client: clientName.default(STORE_CLIENT),
    campaign_name: campaignName,
    ...termsGiven,
    rules: rulesGiven,
  })
  .openapi('NewCampaign')

const route = createRoute({
  method: 'post',
  path: '/campaigns',
  operationId: 'createCampaign',
  tags: ['Campaigns'],
  summary: 'Add a campaign',
  description:
    'It is active unless said otherwise, and counts for purchases from now on. Repeated with its key after the campaign was ' +
    'deleted, it is answered with 404.',
  request: {
    headers: idempotencyHeaders,
    body: { required: true, content: { 'application/json': { schema: newCampaign } } },
  },
  responses: {
    201: {
      description: 'The campaign, as it stands now.',
      headers: {
        Location: { description: 'Address of the campaign.', schema: { type: 'string' as const } },
        ...etagHeader,
        ...replayedHeader,
      },
      content: { 'application/json': { schema: campaignSchema } },
    },
    ...problems(...WRITING, 'unknown_campaign', 'too_many_campaigns', 'campaign_exists'),
  },
})

export function registerCreateCampaign(app: App, { sql, writes }: AppDependencies): void {
  app.openapi(route, async (c) => {
    const body = c.req.valid('json')
    const { client, campaign_name: name, ...given } = body
    // First of all: rules may be anything until they are checked.
    const terms = withGiven(given)
    const request = keyedRequest(c, OPERATOR_SCOPE, body)
    const answer = await createCampaign(writes, request, { client, name, terms }, DEMO_ACTOR)
    const id = requireDone(c, answer, {
      unknown: 'unknown_campaign',
      refused: ({ code }) => new Problem(code, sayRefused(code, client, name)),
    })
    const campaign = await requireUndeleted(sql, client, name, id)
    c.header('Location', `/campaigns/${encodeURIComponent(name)}?client=${client}`)
    setEtag(c, campaign)
    return c.json(showCampaign(campaign), 201)
  })
}

function sayRefused(code: CampaignRefusal['code'], client: string, name: string): string {
  switch (code) {
    case 'campaign_exists':
      return `The client "${client}" has a campaign "${name}". Choose another name.`
    case 'too_many_campaigns':
      return `The client "${client}" has ${MOST_CAMPAIGNS} campaigns. Delete one first.`
  }
}
