import { createRoute, z } from '@hono/zod-openapi'
import {
  type CampaignChange,
  type CampaignChangeSummary,
  type CampaignRefusal,
  changeCampaign,
  createCampaign,
  listCampaignHistory,
  listCampaigns,
  MAX_CAMPAIGNS,
  readCampaign,
  readCampaignChange,
  type StoredCampaign,
} from '#db/campaigns.ts'
import { recallKey } from '#db/idempotency-keys.ts'
import { STORE_CLIENT } from '#domain/campaigns/campaign.ts'
import { actorSchema, formatActor } from './actors.ts'
import type { App, AppContext, AppDependencies } from './app-types.ts'
import { actorOf, CLIENT_OPERATORS, clientsOf, requireClient } from './auth.ts'
import {
  campaignName,
  campaignPath,
  campaignSchema,
  campaignSummarySchema,
  clientName,
  clientQuery,
  formatCampaign,
  formatCampaignSummary,
  formatTerms,
  formatTermsSummary,
  mergeTerms,
  requireCampaign,
  requireTimeZone,
  requireUndeleted,
  termsInput,
  termsSchema,
  termsSummarySchema,
} from './campaign-schemas.ts'
import {
  etagHeader,
  ifNoneMatchHeader,
  isBasedOn,
  isKnown,
  notModified,
  requiredIfMatchHeader,
  requireIfMatch,
  withEtag,
} from './etags.ts'
import { idempotencyHeaders, keyedRequest, neverRefused, requireDone } from './idempotency.ts'
import { idPosition, pageQuery, readCursor, snakeCasePage, snakeCasePageOf } from './paging.ts'
import { Problem } from './problems.ts'
import { json, jsonBody, problems, READING, replayedHeader, WRITING } from './responses.ts'
import { parseRules, rulesInput } from './rule-schemas.ts'
import { orNull, pathId, timestamp } from './schemas.ts'

/** `/campaigns`: campaigns and their history. */
export function registerCampaigns(app: App, deps: AppDependencies): void {
  registerListCampaigns(app, deps)
  registerCreateCampaign(app, deps)
  registerGetCampaign(app, deps)
  registerUpdateCampaign(app, deps)
  registerDeleteCampaign(app, deps)
  registerListCampaignHistory(app, deps)
  registerGetCampaignChange(app, deps)
}

const listCampaignsRoute = createRoute({
  method: 'get',
  path: '/campaigns',
  ...CLIENT_OPERATORS,
  operationId: 'listCampaigns',
  tags: ['Campaigns'],
  summary: 'List campaigns',
  description: 'Newest first; of one client or of all. Without their rules, which the campaign itself has.',
  request: { query: pageQuery.extend({ client: clientName.optional() }) },
  responses: {
    200: {
      description: 'A page of campaigns.',
      content: json(snakeCasePageOf(campaignSummarySchema).openapi('CampaignPage')),
    },
    ...problems(...READING),
  },
})

function registerListCampaigns(app: App, { sql }: AppDependencies): void {
  app.openapi(listCampaignsRoute, async (c) => {
    const { client, limit } = c.req.valid('query')
    if (client) requireClient(c, client)
    const clients = client ? [client] : clientsOf(c)
    const cursor = readCursor(c, idPosition)
    const found = await listCampaigns(sql, {
      ...(clients && { clients }),
      ...(cursor && { before: cursor }),
      limit: limit + 1,
    })
    return c.json(
      snakeCasePage(c, found, limit, formatCampaignSummary, (campaign) => campaign.id),
      200,
    )
  })
}

const newCampaign = z
  .strictObject({
    client: clientName.default(STORE_CLIENT),
    campaign_name: campaignName,
    ...termsInput,
    rules: rulesInput,
  })
  .openapi('NewCampaign')

const createCampaignRoute = createRoute({
  method: 'post',
  path: '/campaigns',
  ...CLIENT_OPERATORS,
  operationId: 'createCampaign',
  tags: ['Campaigns'],
  summary: 'Add a campaign',
  description:
    'Active by default, and evaluated for purchases from now on. A repeat of the request after the campaign was deleted is ' +
    'answered with 404.',
  request: { headers: idempotencyHeaders, body: jsonBody(newCampaign) },
  responses: {
    201: {
      description: 'The campaign in its present state.',
      headers: {
        Location: { description: 'URL of the campaign.', schema: { type: 'string' as const } },
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
    const { client, campaign_name: name, ...input } = body
    requireClient(c, client)
    // Before anything else, because rules are not valid until they are parsed.
    const terms = mergeTerms(input)
    await requireTimeZone(sql, input)
    const request = keyedRequest(c, body)
    const answer = await createCampaign(writes, request, { client, name, terms }, actorOf(c, client))
    const id = requireDone(c, answer, {
      unknown: 'unknown_campaign',
      refused: ({ code }) => new Problem(code, refusalDetail(code, client, name)),
    })
    const campaign = await requireUndeleted(sql, client, name, id)
    c.header('Location', `/campaigns/${encodeURIComponent(name)}?client=${client}`)
    return c.json(tagged(c, campaign), 201)
  })
}

function refusalDetail(code: CampaignRefusal['code'], client: string, name: string): string {
  switch (code) {
    case 'campaign_exists':
      return `The client "${client}" has a campaign "${name}". Choose another name.`
    case 'too_many_campaigns':
      return `The client "${client}" has ${MAX_CAMPAIGNS} campaigns. Delete one first.`
  }
}

const getCampaignRoute = createRoute({
  method: 'get',
  path: '/campaigns/{campaign_name}',
  ...CLIENT_OPERATORS,
  operationId: 'getCampaign',
  tags: ['Campaigns'],
  summary: 'Get a campaign',
  description: 'With its rules.',
  request: { params: campaignPath, query: clientQuery, headers: z.object(ifNoneMatchHeader) },
  responses: {
    200: { description: 'The campaign.', headers: etagHeader, content: json(campaignSchema) },
    304: notModified,
    ...problems(...READING, 'unknown_campaign'),
  },
})

function registerGetCampaign(app: App, { sql }: AppDependencies): void {
  app.openapi(getCampaignRoute, async (c) => {
    const { client } = c.req.valid('query')
    requireClient(c, client)
    const campaign = await requireCampaign(sql, client, c.req.valid('param').campaign_name)
    const body = tagged(c, campaign)
    return isKnown(c, c.req.valid('header')['If-None-Match']) ? c.body(null, 304) : c.json(body, 200)
  })
}

/** The body of a campaign, whose tag is set. */
function tagged(c: AppContext, campaign: StoredCampaign): z.infer<typeof campaignSchema> {
  return withEtag(c, campaign.version, formatCampaign(campaign))
}

function versionConflict({ version }: StoredCampaign): Problem {
  return new Problem('campaign_moved_on', 'Nothing was changed. Read the campaign again before you change it.', {
    version,
  })
}

const campaignChanges = z
  .strictObject(termsInput)
  .refine((changes) => Object.keys(changes).length > 0, 'must change something')
  .openapi('CampaignChanges', { minProperties: 1 })

const updateCampaignRoute = createRoute({
  method: 'patch',
  path: '/campaigns/{campaign_name}',
  ...CLIENT_OPERATORS,
  operationId: 'updateCampaign',
  tags: ['Campaigns'],
  summary: 'Change the terms of a campaign',
  description:
    'Applies to purchases that are confirmed from now on; a cap, to points that are issued from now on. A cap below the ' +
    'points awarded already reverses nothing. A repeat of the request after the campaign was deleted is answered with 404.',
  request: {
    params: campaignPath,
    query: clientQuery,
    headers: idempotencyHeaders.extend(requiredIfMatchHeader),
    body: jsonBody(campaignChanges),
  },
  responses: {
    200: {
      description: 'The campaign in its present state.',
      headers: { ...etagHeader, ...replayedHeader },
      content: json(campaignSchema),
    },
    ...problems(...WRITING, 'unknown_campaign', 'campaign_moved_on', 'precondition_required'),
  },
})

function registerUpdateCampaign(app: App, { sql, writes }: AppDependencies): void {
  app.openapi(updateCampaignRoute, async (c) => {
    const { client } = c.req.valid('query')
    requireClient(c, client)
    const { campaign_name: name } = c.req.valid('param')
    const changes = c.req.valid('json')
    const ifMatch = requireIfMatch(c.req.valid('header')['If-Match'])
    // Before anything else, because rules are not valid until they are parsed.
    if (changes.rules !== undefined) parseRules(changes.rules)
    await requireTimeZone(sql, changes)
    const request = keyedRequest(c, { client, ifMatch, changes })
    const before = await readCampaign(sql, client, name)
    // A request that took effect before is answered as such, whatever the campaign is by now.
    let answer = await recallKey<never>(sql, request)
    if (answer.result === 'unknown' && before && isBasedOn(before.version, ifMatch)) {
      const changed = mergeTerms(changes, before)
      answer = await changeCampaign(writes, request, { campaign: before, changed }, actorOf(c, before.client))
    }
    if (answer.result === 'unknown') throw versionConflict(await requireCampaign(sql, client, name))
    const id = requireDone(c, answer, { unknown: 'unknown_campaign', refused: neverRefused })
    const campaign = await requireUndeleted(sql, client, name, id)
    return c.json(tagged(c, campaign), 200)
  })
}

const deletedSchema = z
  .object({ client: clientName, campaign_name: campaignName, deleted: z.literal(true) })
  .openapi('DeletedCampaign')

const deleteCampaignRoute = createRoute({
  method: 'delete',
  path: '/campaigns/{campaign_name}',
  ...CLIENT_OPERATORS,
  operationId: 'deleteCampaign',
  tags: ['Campaigns'],
  summary: 'Delete a campaign',
  description: 'Points it has awarded and its history are kept. Its name can be used again.',
  request: { params: campaignPath, query: clientQuery, headers: idempotencyHeaders.extend(requiredIfMatchHeader) },
  responses: {
    200: { description: 'Deleted.', headers: replayedHeader, content: json(deletedSchema) },
    ...problems(...WRITING, 'unknown_campaign', 'campaign_moved_on', 'precondition_required'),
  },
})

function registerDeleteCampaign(app: App, { sql, writes }: AppDependencies): void {
  app.openapi(deleteCampaignRoute, async (c) => {
    const { client } = c.req.valid('query')
    requireClient(c, client)
    const { campaign_name } = c.req.valid('param')
    const ifMatch = requireIfMatch(c.req.valid('header')['If-Match'])
    const request = keyedRequest(c, { client, ifMatch })
    const campaign = await readCampaign(sql, client, campaign_name)
    const answer =
      campaign && isBasedOn(campaign.version, ifMatch)
        ? await changeCampaign(writes, request, { campaign, changed: null }, actorOf(c, campaign.client))
        : await recallKey<never>(sql, request)
    if (answer.result === 'unknown' && campaign) throw versionConflict(campaign)
    requireDone(c, answer, { unknown: 'unknown_campaign', refused: neverRefused })
    return c.json({ client, campaign_name, deleted: true as const }, 200)
  })
}

/** Several campaigns may have had the same name, so the id of a change is `<id of the campaign>.<version>`. */
const CHANGE_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[1-9][0-9]{0,14}$/
const CHANGE_ID_PUBLISHED = { pattern: CHANGE_ID.source, minLength: 38, maxLength: 52 }
const changePosition = z.string().regex(CHANGE_ID).transform(parseChangeId)

const changeShape = {
  id: z.string().openapi({ example: '0199d6a4-7f1e-7c3a-9b0e-5a1c2d3e4f50.1' }),
  version: z.number().int(),
  action: z.enum(['created', 'updated', 'deleted']),
  actor: actorSchema.openapi({ description: 'Who made the change.' }),
  at: timestamp,
}

const changeSchema = z
  .object({ ...changeShape, before: orNull(termsSchema), after: orNull(termsSchema) })
  .openapi('CampaignChange')

const changeSummarySchema = z
  .object({
    ...changeShape,
    before: orNull(termsSummarySchema),
    after: orNull(termsSummarySchema),
    rules_changed: z.boolean().openapi({ description: 'Whether it changed the rules. The change itself has them.' }),
  })
  .openapi('CampaignChangeSummary')

const listCampaignHistoryRoute = createRoute({
  method: 'get',
  path: '/campaigns/{campaign_name}/history',
  ...CLIENT_OPERATORS,
  operationId: 'listCampaignHistory',
  tags: ['Campaigns'],
  summary: 'List the changes of a campaign',
  description:
    'Newest first, with those of deleted campaigns of this name. Without the rules, which each change itself has.',
  request: { params: campaignPath, query: pageQuery.extend(clientQuery.shape) },
  responses: {
    200: {
      description: 'A page of changes.',
      content: json(snakeCasePageOf(changeSummarySchema).openapi('CampaignHistoryPage')),
    },
    ...problems(...READING, 'unknown_campaign'),
  },
})

function registerListCampaignHistory(app: App, { sql }: AppDependencies): void {
  app.openapi(listCampaignHistoryRoute, async (c) => {
    const { client, limit } = c.req.valid('query')
    requireClient(c, client)
    const cursor = readCursor(c, changePosition)
    const { campaign_name: name } = c.req.valid('param')
    const changes = await listCampaignHistory(sql, {
      client,
      name,
      ...(cursor && { before: cursor }),
      limit: limit + 1,
    })
    if (changes.length === 0 && cursor === undefined) {
      throw new Problem('unknown_campaign', `The client "${client}" never had a campaign "${name}".`)
    }
    return c.json(
      snakeCasePage(c, changes, limit, (change) => formatChangeSummary(c, change), changeId),
      200,
    )
  })
}

const changePath = campaignPath.extend({
  id: pathId((id) => CHANGE_ID.test(id), 'unknown_campaign').openapi({
    ...CHANGE_ID_PUBLISHED,
    example: '0199d6a4-7f1e-7c3a-9b0e-5a1c2d3e4f50.1',
  }),
})

const getCampaignChangeRoute = createRoute({
  method: 'get',
  path: '/campaigns/{campaign_name}/history/{id}',
  ...CLIENT_OPERATORS,
  operationId: 'getCampaignChange',
  tags: ['Campaigns'],
  summary: 'Get a change of a campaign, with the rules before and after it',
  description: 'The list of changes has it without them.',
  request: { params: changePath, query: clientQuery },
  responses: {
    200: { description: 'The change.', content: json(changeSchema) },
    ...problems(...READING, 'unknown_campaign'),
  },
})

function registerGetCampaignChange(app: App, { sql }: AppDependencies): void {
  app.openapi(getCampaignChangeRoute, async (c) => {
    const { client } = c.req.valid('query')
    requireClient(c, client)
    const { campaign_name: name, id } = c.req.valid('param')
    const change = await readCampaignChange(sql, { client, name, ...parseChangeId(id) })
    if (!change)
      throw new Problem('unknown_campaign', `The campaign "${name}" of the client "${client}" has no such change.`)
    const { before, after } = change
    return c.json(
      { ...formatChangeBase(c, change), before: before && formatTerms(before), after: after && formatTerms(after) },
      200,
    )
  })
}

function changeId({ campaignId, version }: Pick<CampaignChange, 'campaignId' | 'version'>): string {
  return `${campaignId}.${version}`
}

function parseChangeId(id: string): Pick<CampaignChange, 'campaignId' | 'version'> {
  const [campaignId = '', version] = id.split('.')
  return { campaignId, version: Number(version) }
}

function formatChangeSummary(c: AppContext, change: CampaignChangeSummary): z.infer<typeof changeSummarySchema> {
  const { before, after, rulesChanged } = change
  return {
    ...formatChangeBase(c, change),
    before: before && formatTermsSummary(before),
    after: after && formatTermsSummary(after),
    rules_changed: rulesChanged,
  }
}

function formatChangeBase(
  c: AppContext,
  change: Pick<CampaignChange, 'campaignId' | 'version' | 'action' | 'actor' | 'at'>,
) {
  const { version, action, actor, at } = change
  return { id: changeId(change), version, action, actor: formatActor(c, actor), at: at.toISOString() }
}
