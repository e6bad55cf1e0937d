import { createRoute, z } from '@hono/zod-openapi'
import { NIL } from 'uuid'
import { listCampaignsOf, readGiven } from '#db/campaigns.ts'
import type { Database } from '#db/client.ts'
import { readClock } from '#db/points.ts'
import { findUser } from '#db/wallets.ts'
import { type EvaluationWithinCaps, evaluateWithinCaps, remainingOf } from '#domain/campaigns/award.ts'
import type { Campaign, RuleOutcome } from '#domain/campaigns/campaign.ts'
import { type CampaignEvent, PURCHASE_COMPLETED, STORE_CLIENT } from '#domain/campaigns/campaign.ts'
import { runSliced } from '#domain/campaigns/evaluation.ts'
import { warningsOf } from '#domain/campaigns/warnings.ts'
import type { App, AppDependencies } from './app-types.ts'
import { CLIENT_OPERATORS, requireClient } from './auth.ts'
import { limitPerCaller, turnsFor } from './caller-limits.ts'
import {
  campaignName,
  clientName,
  formatWarning,
  mergeTerms,
  requireCampaign,
  termsInput,
  warningsSchema,
} from './campaign-schemas.ts'
import { eventPayload } from './events.ts'
import { json, jsonBody, problems, WITH_BODY } from './responses.ts'
import { INSTANT_PUBLISHED, instantInput } from './schemas.ts'

/** The campaigns to simulate: all of a client, a stored one, a stored one with changes, or one that is not stored. */
export const candidateShape = {
  client: clientName.default(STORE_CLIENT),
  campaign_name: campaignName
    .optional()
    .openapi({ description: 'Only this stored campaign, with the terms given here in place of its own.' }),
  ...termsInput,
}

type CandidateInput = z.output<z.ZodObject<typeof candidateShape>>

/**
 * The one campaign to simulate; undefined: all campaigns of the client.
 *
 * @throws Problem `unknown_campaign`, `invalid_request`
 */
export async function readCandidate(
  sql: Database,
  { client, campaign_name: name, ...terms }: CandidateInput,
): Promise<Campaign | undefined> {
  if (name === undefined && !Object.keys(termsInput).some((term) => term in terms)) return undefined
  const stored = name === undefined ? undefined : await requireCampaign(sql, client, name)
  return { id: stored?.id ?? NIL, client, name: name ?? '', ...mergeTerms(terms, stored) }
}

export function isStored({ id }: Campaign): boolean {
  return id !== NIL
}

const outcomeSchema = z.object({
  rule: z.number().int().openapi({ description: 'Index of the rule, from 0.' }),
  outcome: z.enum(['gave', 'did_not_match', 'not_evaluated']),
  exact: z.string().optional().openapi({ description: 'Points before rounding.', example: '170' }),
  reason: z
    .object({ code: z.string(), message: z.string() })
    .optional()
    .openapi({ description: 'Why it was not evaluated.' }),
})

export const evaluationSchema = z
  .object({
    campaign_name: z
      .string()
      .nullable()
      .openapi({ description: 'Null for a campaign that is not stored.', example: '1' }),
    not_running: z.enum(['inactive', 'other_type', 'not_started', 'ended', 'no_instant']).nullable().openapi({
      description:
        'Why it awards nothing, whatever its rules say; `other_type`: it is for events of other types; null: it runs for the event.',
    }),
    earned: z.number().int().openapi({ description: 'Sum of its rules, whether it is running or not.', example: 170 }),
    exact: z.string().openapi({ description: 'The sum before rounding.', example: '170' }),
    limited_by: z.enum(['total_points', 'points_per_customer', 'points_per_award']).nullable().openapi({
      description: 'Why fewer points are awarded than earned: a cap, or the maximum of one transaction.',
    }),
    points: z.number().int().openapi({ description: 'Points awarded, within its caps; 0 if it is not running.' }),
    rules: z.array(outcomeSchema),
  })
  .openapi('CampaignEvaluation')

const LIMITS = {
  totalPoints: 'total_points',
  pointsPerCustomer: 'points_per_customer',
  pointsPerAward: 'points_per_award',
} as const

/** @param isStored whether the campaign has a name */
export function formatEvaluation(
  evaluation: EvaluationWithinCaps,
  isStored: boolean,
): z.infer<typeof evaluationSchema> {
  const { campaign, notRunning, earned, exact, limitedBy, points, rules } = evaluation
  return {
    campaign_name: isStored ? campaign : null,
    not_running: notRunning,
    earned,
    exact,
    limited_by: limitedBy && LIMITS[limitedBy],
    points,
    rules: rules.map(formatOutcome),
  }
}

function formatOutcome(outcome: RuleOutcome, rule: number): z.infer<typeof outcomeSchema> {
  return { rule, ...outcome }
}

/** As a pattern: generated clients have types of their own for a member that has a name beside members that have none. */
const WITH_INSTANT = { patternProperties: { '^occurredAt$': { type: 'string', ...INSTANT_PUBLISHED } } }

const eventSimulation = z
  .strictObject({
    ...candidateShape,
    event: eventPayload
      .superRefine(({ occurredAt }, context) => {
        const issues = occurredAt === undefined ? [] : (instantInput.safeParse(occurredAt).error?.issues ?? [])
        for (const { message } of issues) context.addIssue({ code: 'custom', path: ['occurredAt'], message })
      })
      .openapi({
        description:
          'The event for the rules. By default `type` is PurchaseCompleted and `occurredAt` is now. Caps per customer apply to ' +
          'its `username` or `accountId`.',
        ...WITH_INSTANT,
        example: { amount: 1700, total: 1700, quantity: 1 },
      }),
  })
  .openapi('EventSimulation')

const simulationSchema = z
  .object({
    points: z.number().int().openapi({ description: 'Sum over all campaigns.', example: 170 }),
    campaigns: z.array(evaluationSchema),
    warnings: warningsSchema.openapi({ description: 'Of the one campaign that is simulated, as when it is saved.' }),
  })
  .openapi('SimulationResult')

/** Evaluates the campaigns on one event. @throws Problem `unknown_campaign`, `invalid_request` */
async function simulateEvent(
  sql: Database,
  input: z.output<typeof eventSimulation>,
  client: AbortSignal,
): Promise<z.infer<typeof simulationSchema>> {
  const { client: owner, event: members } = input
  const event = {
    type: PURCHASE_COMPLETED,
    occurredAt: await readClock(sql),
    ...members,
    client: owner,
  } as CampaignEvent
  const candidate = await readCandidate(sql, input)
  const campaigns = candidate ? [candidate] : await listCampaignsOf(sql, owner)
  const ids = campaigns.map(({ id }) => id)
  const userId = await findUser(sql, accountOf(event))
  const givenBy = await readGiven(sql, ids, userId ?? '')
  const work = evaluateWithinCaps(campaigns, event, ({ id, caps }) => remainingOf(caps, givenBy(id)))
  const evaluations = await runSliced(work, turnsFor(client))
  const areStored = candidate === undefined || isStored(candidate)
  return {
    points: evaluations.reduce((sum, { points }) => sum + points, 0),
    campaigns: evaluations.map((evaluation) => formatEvaluation(evaluation, areStored)),
    warnings: candidate ? warningsOf(candidate).map(formatWarning) : [],
  }
}

/** The user that an event is about: `username` of a purchase, `accountId` of other events; empty if it has neither. */
function accountOf({ username, accountId }: CampaignEvent): string {
  return [username, accountId].find((id) => typeof id === 'string') ?? ''
}

/** While rules are typed there is one for each pause. */
const MAX_SIMULATIONS_PER_CALLER = 8

const simulateCampaignsRoute = createRoute({
  method: 'post',
  path: '/campaigns/simulate',
  ...CLIENT_OPERATORS,
  operationId: 'simulateCampaigns',
  tags: ['Campaigns'],
  summary: 'Simulate campaigns on an event',
  description:
    'The result of each rule on this event, or why it awards nothing. Simulated are all campaigns of the client; or one of them ' +
    '(`campaign_name`), with the given changes; or, without a name, a campaign that is not stored. Nothing is written. ' +
    '`POST /campaigns/backtest` does the same over the past.',
  request: { body: jsonBody(eventSimulation) },
  responses: {
    200: { description: 'The result of each rule.', content: json(simulationSchema) },
    ...problems(...WITH_BODY, 'unknown_campaign', 'too_many_at_once'),
  },
})

/** `POST /campaigns/simulate`. */
export function registerSimulation(app: App, { sql }: AppDependencies): void {
  const count = limitPerCaller('simulations', MAX_SIMULATIONS_PER_CALLER)
  app.openapi(simulateCampaignsRoute, async (c) => {
    const input = c.req.valid('json')
    requireClient(c, input.client)
    const end = count(c)
    return c.json(await simulateEvent(sql, input, c.req.raw.signal).finally(end), 200)
  })
}
