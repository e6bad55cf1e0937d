import { createRoute, z } from '@hono/zod-openapi'
import type { App, AppDependencies } from '#api/app-types.ts'
import { problems, READING } from '#api/problems/problem-responses.ts'
import { listCampaignsOf } from '#db/campaigns/read.ts'
import { readClock } from '#db/points/load.ts'
import { type Campaign, campaignRuns, evaluateCampaign, type RuleOutcome } from '#domain/campaigns/campaign.ts'
import { type CampaignEvent, STORE_CLIENT } from '#domain/campaigns/event.ts'
import { campaignName, clientName, requireCampaign } from './campaign.ts'
import { readRules, rulesGiven } from './rules.ts'

const simulation = z
  .strictObject({
    client: clientName.default(STORE_CLIENT),
    event: z.record(z.string(), z.unknown()).openapi({
      description: 'What rules look at. Left out, `type` is PurchaseCompleted and `occurredAt` is now.',
      example: { amount: 1700, total: 1700, quantity: 1 },
    }),
    rules: rulesGiven.optional(),
    campaign_name: campaignName.optional().openapi({ description: 'Only this one of the stored campaigns.' }),
  })
  .refine(({ rules, campaign_name }) => rules === undefined || campaign_name === undefined, {
    path: ['rules'],
    message: 'must be left out when campaign_name is given',
  })
  .openapi('Simulation')

const outcomeSchema = z.object({
  rule: z.number().int().openapi({ description: 'Which of the rules, from 0.' }),
  outcome: z.enum(['gave', 'did_not_match', 'not_evaluated']),
  exact: z.string().optional().openapi({ description: 'What it gave, before rounding.', example: '170' }),
  reason: z
    .object({ code: z.string(), message: z.string() })
    .optional()
    .openapi({ description: 'Why it was not evaluated.' }),
})

const resultSchema = z
  .object({
    points: z.number().int().openapi({ description: 'What the campaigns that run give together, before caps.' }),
    campaigns: z.array(
      z.object({
        campaign_name: z.string().nullable().openapi({ description: 'Null for the rules of the request.' }),
        runs: z
          .boolean()
          .openapi({ description: 'Whether it is active, started and not ended when the event occurs.' }),
        points: z.number().int().openapi({ description: 'What its rules come to, whether it runs or not.' }),
        exact: z.string(),
        rules: z.array(outcomeSchema),
      }),
    ),
  })
  .openapi('SimulationResult')

const route = createRoute({
  method: 'post',
  path: '/campaigns/simulate',
  operationId: 'simulateCampaigns',
  tags: ['Campaigns'],
  summary: 'What rules make of an event',
  description:
    'The rules of the request, of one stored campaign, or of all campaigns of the client. Nothing is written.',
  request: { body: { required: true, content: { 'application/json': { schema: simulation } } } },
  responses: {
    200: { description: 'What each rule gave, or why not.', content: { 'application/json': { schema: resultSchema } } },
    ...problems(
      ...READING,
      'invalid_request',
      'malformed_json',
      'foreign_request',
      'body_too_large',
      'unsupported_media_type',
      'unknown_campaign',
    ),
  },
})

export function registerSimulate(app: App, { sql }: AppDependencies): void {
  app.openapi(route, async (c) => {
    const { client, event: given, rules, campaign_name } = c.req.valid('json')
    const now = await readClock(sql)
    const event = { type: 'PurchaseCompleted', occurredAt: now, ...given, client } as CampaignEvent
    if (rules !== undefined) {
      const shown = judge({ name: null, runs: true, rules: readRules(rules) }, event)
      return c.json({ points: shown.points, campaigns: [shown] }, 200)
    }
    const stored = campaign_name
      ? [await requireCampaign(sql, client, campaign_name)]
      : await listCampaignsOf(sql, client)
    const campaigns = stored.map((campaign) =>
      judge({ ...campaign, runs: campaignRuns(campaign, String(event.occurredAt)) }, event),
    )
    const points = campaigns.reduce((sum, campaign) => sum + (campaign.runs ? campaign.points : 0), 0)
    return c.json({ points, campaigns }, 200)
  })
}

function judge(
  { name, runs, rules }: Pick<Campaign, 'rules'> & { name: string | null; runs: boolean },
  event: CampaignEvent,
) {
  const { earned, exact, rules: outcomes } = evaluateCampaign({ rules }, event)
  return { campaign_name: name, runs, points: earned, exact, rules: outcomes.map(showOutcome) }
}

function showOutcome(outcome: RuleOutcome, rule: number): z.infer<typeof outcomeSchema> {
  return { rule, ...outcome }
}
