import { createRoute, z } from '@hono/zod-openapi'
import {
  type CampaignChange,
  listCampaignHistory,
  listCampaigns,
  readCampaign,
  type StoredCampaign,
} from '#db/campaigns/read.ts'
import { type CampaignRefusal, changeCampaign, createCampaign, MOST_CAMPAIGNS } from '#db/campaigns/write.ts'
import { recallKey } from '#db/idempotency-keys.ts'
import { STORE_CLIENT } from '#domain/campaigns/event.ts'
import type { App, AppDependencies } from './app-types.ts'
import {
  campaignName,
  campaignPath,
  campaignSchema,
  clientName,
  clientQuery,
  etagHeader,
  readRules,
  requireCampaign,
  requireUndeleted,
  rulesGiven,
  setEtag,
  showCampaign,
  showTerms,
  termsGiven,
  termsSchema,
  withGiven,
} from './campaign-schemas.ts'
import { DEMO_ACTOR, idempotencyHeaders, keyedRequest, OPERATOR_SCOPE, requireDone } from './idempotency.ts'
import { Problem } from './problems.ts'
import { json, jsonBody, problems, READING, replayedHeader, WRITING } from './responses.ts'
import { orNull, pageQuery, pointsPage, pointsPageOf, timestamp } from './schemas.ts'

/** `/campaigns`. */
export function registerCampaigns(app: App, deps: AppDependencies): void {
  registerListCampaigns(app, deps)
  registerCreateCampaign(app, deps)
  registerGetCampaign(app, deps)
  registerUpdateCampaign(app, deps)
  registerDeleteCampaign(app, deps)
  registerListCampaignHistory(app, deps)
}

const listCampaignsRoute = createRoute({
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
      content: json(pointsPageOf(campaignSchema).openapi('CampaignPage')),
    },
    ...problems(...READING, 'invalid_request'),
  },
})

function registerListCampaigns(app: App, { sql }: AppDependencies): void {
  app.openapi(listCampaignsRoute, async (c) => {
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

const newCampaign = z
  .strictObject({
    client: clientName.default(STORE_CLIENT),
    campaign_name: campaignName,
    ...termsGiven,
    rules: rulesGiven,
  })
  .openapi('NewCampaign')

const createCampaignRoute = createRoute({
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
    body: jsonBody(newCampaign),
  },
  responses: {
    201: {
      description: 'The campaign, as it stands now.',
      headers: {
        Location: { description: 'Address of the campaign.', schema: { type: 'string' as const } },
        ...etagHeader,
        ...replayedHeader,
      },
      content: json(campaignSchema),
    },
    ...problems(...WRITING, 'unknown_campaign', 'too_many_campaigns', 'campaign_exists'),
  },
})

function registerCreateCampaign(app: App, { sql, writes }: AppDependencies): void {
  app.openapi(createCampaignRoute, async (c) => {
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

const getCampaignRoute = createRoute({
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
      content: json(campaignSchema),
    },
    ...problems(...READING, 'invalid_request', 'unknown_campaign'),
  },
})

function registerGetCampaign(app: App, { sql }: AppDependencies): void {
  app.openapi(getCampaignRoute, async (c) => {
    const campaign = await requireCampaign(sql, c.req.valid('query').client, c.req.valid('param').campaign_name)
    setEtag(c, campaign)
    return c.json(showCampaign(campaign), 200)
  })
}

/** RFC 9110, section 13.1.1. One strong entity tag: the version that the change was thought out for. */
const ifMatchHeader = z.object({
  'If-Match': z
    .string()
    .regex(/^"\d{1,15}"$/, 'must be an ETag such as "3"')
    .optional()
    .openapi({ description: 'The ETag of the campaign as it was read. Required.', example: '"1"' }),
})

/** @throws Problem `precondition_required` (RFC 6585, section 3) */
function requiredVersion(ifMatch: string | undefined): number {
  if (ifMatch !== undefined) return Number(ifMatch.slice(1, -1))
  throw new Problem('precondition_required', 'Read the campaign, and send its ETag in If-Match.')
}

function movedOn({ version }: StoredCampaign): Problem {
  return new Problem('campaign_moved_on', 'Nothing was changed. Read it again, and decide anew.', { version })
}

const campaignChanges = z
  .strictObject(termsGiven)
  .refine((changes) => Object.keys(changes).length > 0, 'must change something')
  .openapi('CampaignChanges', { minProperties: 1 })

const updateCampaignRoute = createRoute({
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
    body: jsonBody(campaignChanges),
  },
  responses: {
    200: {
      description: 'The campaign, as it stands now.',
      headers: { ...etagHeader, ...replayedHeader },
      content: json(campaignSchema),
    },
    ...problems(...WRITING, 'unknown_campaign', 'campaign_moved_on', 'precondition_required'),
  },
})

function registerUpdateCampaign(app: App, { sql, writes }: AppDependencies): void {
  app.openapi(updateCampaignRoute, async (c) => {
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

const deletedSchema = z
  .object({ client: clientName, campaign_name: campaignName, deleted: z.literal(true) })
  .openapi('DeletedCampaign')

const deleteCampaignRoute = createRoute({
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
      content: json(deletedSchema),
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

function registerDeleteCampaign(app: App, { sql, writes }: AppDependencies): void {
  app.openapi(deleteCampaignRoute, async (c) => {
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

const listCampaignHistoryRoute = createRoute({
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
      content: json(pointsPageOf(changeSchema).openapi('CampaignHistoryPage')),
    },
    ...problems(...READING, 'invalid_request', 'unknown_campaign'),
  },
})

function registerListCampaignHistory(app: App, { sql }: AppDependencies): void {
  app.openapi(listCampaignHistoryRoute, async (c) => {
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
