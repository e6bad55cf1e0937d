import { createRoute, z } from '@hono/zod-openapi'
import { MAX } from 'uuid'
import { readFactsFor } from '#db/campaign-past.ts'
import { listCampaignsOf, readGiven } from '#db/campaigns.ts'
import type { Database } from '#db/client.ts'
import { readClock } from '#db/points.ts'
import { findUser } from '#db/wallets.ts'
import { type EvaluationWithinCaps, evaluateWithinCaps, remainingOf } from '#domain/campaigns/award.ts'
import type { Campaign, RuleOutcome } from '#domain/campaigns/campaign.ts'
import {
  type CampaignEvent,
  LOCAL_TIMES,
  PURCHASE_COMPLETED,
  pointsSpan,
  STORE_CLIENT,
  withItsGroup,
  withKnown,
} from '#domain/campaigns/campaign.ts'
import { runSliced } from '#domain/campaigns/evaluation.ts'
import { isJsonObject, type Json } from '#domain/campaigns/json-path.ts'
import { warningsOf } from '#domain/campaigns/warnings.ts'
import type { Instant } from '#domain/points/account.ts'
import type { App, AppDependencies } from './app-types.ts'
import { CLIENT_OPERATORS, isOperator, requireClient } from './auth.ts'
import { limitPerCaller, turnsFor } from './caller-limits.ts'
import {
  campaignName,
  clientName,
  formatWarning,
  mergeTerms,
  requireCampaign,
  requireTimeZone,
  termsInput,
  warningsSchema,
} from './campaign-schemas.ts'
import { eventPayload } from './events.ts'
import { COSTLY } from './rate-limits.ts'
import { json, jsonBody, problems, WITH_BODY } from './responses.ts'
import { INSTANT_PUBLISHED, instantInput, orNull, timestamp } from './schemas.ts'

/** The campaigns to simulate: all of a client, a stored one, a stored one with changes, or one that is not stored. */
export const candidateShape = {
  client: clientName.default(STORE_CLIENT),
  campaign_name: campaignName
    .optional()
    .openapi({ description: 'Only this stored campaign, with the terms given here in place of its own.' }),
  ...termsInput,
}

type CandidateInput = z.output<z.ZodObject<typeof candidateShape>>

/** Such a campaign is younger than all others. */
const NOT_STORED = MAX

/** A campaign to simulate, and how it stands as it is stored, if it is, and terms of it are given. */
type Candidate = { campaign: Campaign; saved: Campaign | undefined }

/**
 * The one campaign to simulate; undefined: all campaigns of the client.
 *
 * @throws Problem `unknown_campaign`, `invalid_request`
 */
export async function readCandidate(
  sql: Database,
  { client, campaign_name: name, ...terms }: CandidateInput,
): Promise<Candidate | undefined> {
  const hasTerms = Object.keys(termsInput).some((term) => term in terms)
  if (name === undefined && !hasTerms) return undefined
  const stored = name === undefined ? undefined : await requireCampaign(sql, client, name)
  await requireTimeZone(sql, terms)
  const campaign = { id: stored?.id ?? NOT_STORED, client, name: name ?? '', ...mergeTerms(terms, stored) }
  return { campaign, saved: hasTerms ? stored : undefined }
}

export function isStored({ id }: Campaign): boolean {
  return id !== NOT_STORED
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

export const campaignEvaluationSchema = z
  .object({
    campaign_name: z
      .string()
      .nullable()
      .openapi({ description: 'Null for a campaign that is not stored.', example: '1' }),
    not_running: z.enum(['draft', 'inactive', 'other_type', 'not_started', 'ended', 'no_instant']).nullable().openapi({
      description:
        'Why it awards nothing, whatever its rules say; `other_type`: it is for events of other types; null: it runs for the event.',
    }),
    earned: z.number().int().openapi({ description: 'Sum of its rules, whether it is running or not.', example: 170 }),
    exact: z.string().openapi({ description: 'The sum before rounding.', example: '170' }),
    limited_by: z
      .enum(['total_points', 'points_per_customer', 'exclusive_group', 'points_per_award'])
      .nullable()
      .openapi({
        description:
          'Why fewer points are awarded than earned: a cap, another campaign of its group, which gives more, or the maximum of one ' +
          'transaction.',
      }),
    points: z.number().int().openapi({ description: 'Points awarded, within its caps; 0 if it is not running.' }),
    available_at: orNull(timestamp).openapi({
      description: 'When its points count, if they are issued now, or were when the award ended; null: at once.',
    }),
    expires_at: timestamp.openapi({ description: 'When they end then.', example: '2027-01-31T00:00:00.000Z' }),
    rules: z.array(outcomeSchema),
  })
  .openapi('CampaignEvaluation')

const LIMITS = {
  totalPoints: 'total_points',
  pointsPerCustomer: 'points_per_customer',
  exclusiveGroup: 'exclusive_group',
  pointsPerAward: 'points_per_award',
} as const

/**
 * @param isStored  whether the campaign has a name
 * @param awardedAt when its points are issued, if it gives any
 */
export function formatCampaignEvaluation(
  evaluation: EvaluationWithinCaps,
  { isStored, awardedAt, pointsTtlDays }: { isStored: boolean; awardedAt: Instant; pointsTtlDays: number },
): z.infer<typeof campaignEvaluationSchema> {
  const { campaign, notRunning, earned, exact, limitedBy, points, rules } = evaluation
  const { availableAt, expiresAt } = pointsSpan(evaluation, awardedAt, pointsTtlDays)
  return {
    campaign_name: isStored ? campaign : null,
    not_running: notRunning,
    earned,
    exact,
    limited_by: limitedBy && LIMITS[limitedBy],
    points,
    available_at: availableAt,
    expires_at: expiresAt,
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
          'The event for the rules. By default `type` is PurchaseCompleted, `occurredAt` is now, and `customer` is what is known now of its ' +
          '`username` or `accountId`, to whom caps per customer apply; without either, and to operators of some clients, of a new ' +
          'customer. What `customer` says itself comes first. `local` is what clocks say at `occurredAt` in the time zone of the campaign.',
        ...WITH_INSTANT,
        example: { amount: 1700, total: 1700, quantity: 1 },
      }),
  })
  .openapi('EventSimulation')

const simulationSchema = z
  .object({
    points: z.number().int().openapi({ description: 'Sum over all campaigns.', example: 170 }),
    campaigns: z.array(campaignEvaluationSchema),
    warnings: warningsSchema.openapi({ description: 'Of the one campaign that is simulated, as when it is saved.' }),
  })
  .openapi('SimulationResult')

/**
 * Evaluates the campaigns on one event.
 *
 * @param caller.knowsCustomers whether rules of theirs may look at what is known of any customer
 * @throws Problem `unknown_campaign`, `invalid_request`
 */
async function simulateEvent(
  { sql, pointsTtlDays }: AppDependencies,
  input: z.output<typeof eventSimulation>,
  { knowsCustomers, client }: { knowsCustomers: boolean; client: AbortSignal },
): Promise<z.infer<typeof simulationSchema>> {
  const { client: owner, event: members } = input
  const now = await readClock(sql)
  const userId = await findUser(sql, accountOf(members))
  const { occurredAt = now } = members as Partial<CampaignEvent>
  const customer = members.customer as Json | undefined
  // Postgres does not take every offset that RFC 3339 has.
  const at = new Date(occurredAt).toISOString() as Instant
  const known = await readFactsFor(sql, { accountId: knowsCustomers ? userId : undefined, client: owner, at })
  const event = {
    type: PURCHASE_COMPLETED,
    ...members,
    occurredAt,
    customer: isJsonObject(customer) ? withKnown(known.customer, customer) : (customer ?? known.customer),
    client: owner,
    [LOCAL_TIMES]: known.local,
  } as CampaignEvent
  const candidate = (await readCandidate(sql, input))?.campaign
  const stored = candidate?.exclusiveGroup === null ? [] : await listCampaignsOf(sql, owner)
  const campaigns = candidate ? withItsGroup(candidate, stored) : stored
  const ids = campaigns.map(({ id }) => id)
  const givenBy = await readGiven(sql, ids, userId ?? '')
  const work = evaluateWithinCaps(campaigns, event, ({ id, caps }) => remainingOf(caps, givenBy(id)))
  const all = await runSliced(work, turnsFor(client))
  const evaluations = candidate ? all.filter(({ campaignId }) => campaignId === candidate.id) : all
  const context = {
    isStored: candidate === undefined || isStored(candidate),
    awardedAt: now,
    pointsTtlDays,
  }
  return {
    points: evaluations.reduce((sum, { points }) => sum + points, 0),
    campaigns: evaluations.map((evaluation) => formatCampaignEvaluation(evaluation, context)),
    warnings: candidate ? warningsOf(candidate, now).map(formatWarning) : [],
  }
}

/** The user that an event is about: `username` of a purchase, `accountId` of other events; empty if it has neither. */
function accountOf({ username, accountId }: Record<string, unknown>): string {
  return [username, accountId].find((id) => typeof id === 'string') ?? ''
}

/** While rules are typed there is one for each pause. */
const MAX_SIMULATIONS_PER_CALLER = 8

const simulateCampaignsRoute = createRoute({
  method: 'post',
  path: '/campaigns/simulate',
  ...CLIENT_OPERATORS,
  ...COSTLY,
  operationId: 'simulateCampaigns',
  tags: ['Campaigns'],
  summary: 'Simulate campaigns on an event',
  description:
    'The result of each rule on this event, or why it awards nothing. Simulated are all campaigns of the client; or one of them ' +
    '(`campaign_name`), with the given changes; or, without a name, a campaign that is not stored; one beside the others of its exclusive ' +
    'group, which are not told of. Nothing is written. ' +
    '`POST /campaigns/backtest` does the same over the past.',
  request: { body: jsonBody(eventSimulation) },
  responses: {
    200: { description: 'The result of each rule.', content: json(simulationSchema) },
    ...problems(...WITH_BODY, 'unknown_campaign', 'too_many_at_once'),
  },
})

/** `POST /campaigns/simulate`. */
export function registerSimulation(app: App, deps: AppDependencies): void {
  const count = limitPerCaller('simulations', MAX_SIMULATIONS_PER_CALLER)
  app.openapi(simulateCampaignsRoute, async (c) => {
    const input = c.req.valid('json')
    requireClient(c, input.client)
    const end = count(c)
    const caller = { knowsCustomers: isOperator(c), client: c.req.raw.signal }
    return c.json(await simulateEvent(deps, input, caller).finally(end), 200)
  })
}
