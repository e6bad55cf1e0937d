import { createRoute, z } from '@hono/zod-openapi'
import type { App, AppDependencies } from '#api/app-types.ts'
import { problems, WRITING } from '#api/problems/problem-responses.ts'
import { DEMO_ACTOR, OPERATOR_SCOPE } from '#api/requests/caller.ts'
import { idempotencyHeaders, keyedRequest, replayedHeader, requireDone } from '#api/requests/idempotency.ts'
import { changeCampaign, readCampaign } from '#db/campaigns.ts'
import { recallKey } from '#db/idempotency-keys.ts'
import {
  campaignPath,
  campaignSchema,
  clientQuery,
  etagHeader,
  requireCampaign,
  requireUndeleted,
  setEtag,
  showCampaign,
} from './campaign.ts'
import { ifMatchHeader, movedOn, requiredVersion } from './if-match.ts'
import { readRules } from './rules.ts'
import { termsGiven, withGiven } from './terms.ts'

const campaignChanges = z
  .strictObject(termsGiven)
  .refine((changes) => Object.keys(changes).length > 0, 'must change something')
  .openapi('CampaignChanges', { minProperties: 1 })

const route = createRoute({
  method: 'patch',
  path: '/campaigns/{campaign_name}',
  operationId: 'updateCampaign',
  tags: ['Campaigns'],
  summary: 'Change the status, schedule, caps or rules of a campaign',
  description:
    'Counts for purchases that are confirmed from now on; a cap, for points that are booked from now on. A cap below what ' +
    'was given takes nothing back. Repeated with its key after the campaign was deleted, it is answered with 404.',
  request: {
    params: campaignPath,
    query: clientQuery,
    headers: idempotencyHeaders.extend(ifMatchHeader.shape),
    body: { required: true, content: { 'application/json': { schema: campaignChanges } } },
  },
  responses: {
    200: {
      description: 'The campaign, as it stands now.',
      headers: { ...etagHeader, ...replayedHeader },
      content: { 'application/json': { schema: campaignSchema } },
    },
    ...problems(...WRITING, 'unknown_campaign', 'campaign_moved_on', 'precondition_required'),
  },
})

export function registerUpdateCampaign(app: App, { sql, writes }: AppDependencies): void {
  app.openapi(route, async (c) => {
    const { client } = c.req.valid('query')
    const { campaign_name: name } = c.req.valid('param')
    const changes = c.req.valid('json')
    const version = requiredVersion(c.req.valid('header')['If-Match'])
    // First of all: rules may be anything until they are checked.
    if (changes.rules !== undefined) readRules(changes.rules)
    const request = keyedRequest(c, OPERATOR_SCOPE, { client, version, changes })
    const before = await readCampaign(sql, client, name)
    // What was done before stays done, whatever the changes would be on top of by now.
    let answer = await recallKey<never>(sql, request)
    if (answer.result === 'unknown' && before) {
      const changed = withGiven(changes, before)
      answer = await changeCampaign(writes, request, { campaign: before, basedOn: version, changed }, DEMO_ACTOR)
    }
    if (answer.result === 'unknown') throw movedOn(await requireCampaign(sql, client, name))
    const id = requireDone(c, answer, { unknown: 'unknown_campaign', refused: (never) => never })
    const campaign = await requireUndeleted(sql, client, name, id)
    setEtag(c, campaign)
    return c.json(showCampaign(campaign), 200)
  })
}
