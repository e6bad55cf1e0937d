import { z } from '@hono/zod-openapi'
import { type CampaignSummary, readCampaign, type StoredCampaign, type TermsSummary } from '#db/campaigns.ts'
import type { Database } from '#db/client.ts'
import type { CampaignTerms } from '#domain/campaigns/campaign.ts'
import { canonicalClient, PURCHASE_COMPLETED, STORE_CLIENT } from '#domain/campaigns/campaign.ts'
import { type Condition, NUMERIC_COMPARISONS, type Rule } from '#domain/campaigns/condition.ts'
import { LIMITS } from '#domain/campaigns/limits.ts'
import { checkRules } from '#domain/campaigns/rules.ts'
import { type Warning, warningsOf } from '#domain/campaigns/warnings.ts'
import { Problem } from './problems.ts'
import {
  INSTANT_PUBLISHED,
  instantInput,
  line,
  NUMBER_PUBLISHED,
  pathId,
  resourceId,
  textPublished,
  timestamp,
} from './schemas.ts'

// OpenAPI description of rules, for readers and generated clients. It validates nothing: `checkRules` in domain/ does.

// A JSONPath as `domain/campaigns/json-path.ts` reads it, but for two things that a pattern in every dialect cannot say: that letters and digits
// beyond ASCII are meant, and no other characters; and which names are not allowed.
const NAME = String.raw`\.[^\u0000-@\[-^\u0060{-\u007f][^\u0000-/:-@\[-^\u0060{-\u007f]*`
const QUOTED = String.raw`[0-9]*[^\u0000-\u001f!-,./0-9:-@\[-^\u0060{-\u007f][^\u0000-\u001f!-,./:-@\[-^\u0060{-\u007f]*`
const INDEX = String.raw`\[(?:0|[1-9][0-9]{0,5})\]`
const PATH_RULE =
  'Names are letters, digits and underscores, but not `constructor`, `prototype`, or with `__` in front.'
const PATH = {
  format: 'json-path',
  pattern: String.raw`^\$(?:${NAME}|\['${QUOTED}'\]|\["${QUOTED}"\]|${INDEX}){1,${LIMITS.pathSegments}}$`,
  minLength: 3,
  maxLength: LIMITS.pathLength,
  example: '$.amount',
}
const variable = {
  type: 'string' as const,
  ...PATH,
  description: `JSONPath of names and indexes: the value to compare. Default: the variable of the rule. ${PATH_RULE}`,
}
const condition = { $ref: '#/components/schemas/CampaignCondition' }
const conditions = { type: 'array' as const, minItems: 1, maxItems: LIMITS.conditions - 1, items: condition }

const CONDITION_FORMS = [
  form('Compares a number exactly. `numeric_greater_than` and `numeric_less_than` are strict.', {
    variable,
    rule: { type: 'string' as const, enum: [...NUMERIC_COMPARISONS] },
    value: {
      type: 'number' as const,
      ...NUMBER_PUBLISHED,
      description: `Of at most ${LIMITS.digits} digits, written out.`,
      example: 100,
    },
  }),
  form('Compares a string.', {
    variable,
    rule: { type: 'string' as const, enum: ['string_equals'] },
    value: { type: 'string' as const, pattern: '^[^\\u0000]*$', maxLength: LIMITS.textLength, example: 'air' },
  }),
  form('All conditions hold.', { all: conditions }),
  form('At least one condition holds.', { any: conditions }),
  form('The condition does not hold.', { not: condition }),
]

function form<Properties extends object>(description: string, properties: Properties) {
  const required = Object.keys(properties).filter((name) => name !== 'variable')
  return { type: 'object' as const, description, properties, required, additionalProperties: false }
}

/** The check makes it required and not nullable in the OpenAPI document. */
const conditionSchema = z
  .custom<Condition>((value) => typeof value === 'object' && value !== null)
  .openapi('CampaignCondition', {
    type: 'object',
    description:
      'A comparison, or `all`, `any` or `not` over conditions with their own variables. A rule has at most ' +
      `${LIMITS.conditions} conditions, nested ${LIMITS.conditionDepth} levels deep.`,
    oneOf: CONDITION_FORMS,
  })

export const ruleSchema = z
  .strictObject({
    variable: z
      .string()
      .optional()
      .openapi({
        ...PATH,
        description: `JSONPath: the value for comparisons, required unless each has a variable of its own. ${PATH_RULE}`,
      }),
    condition: conditionSchema,
    action: z.strictObject({
      command: z.literal('issue'),
      formula: z.string().openapi({
        format: 'campaign-formula',
        minLength: 1,
        maxLength: LIMITS.formulaLength,
        description:
          'Number of points; below zero counts as zero, so that no rule takes from another. Numbers, JSONPaths, `+ - * / %`, ' +
          'parentheses, `min max floor ceil round`. The results of all rules of a campaign are summed exactly and rounded once, half to even.',
        example: '$.amount/10',
      }),
    }),
  })
  .openapi('CampaignRule', { description: 'When the condition holds, as many points are awarded as the formula says.' })

const EXAMPLE = [
  {
    variable: '$.amount',
    condition: { rule: 'numeric_greater_than', value: 100 },
    action: { command: 'issue', formula: '$.amount/10' },
  },
]

const rulesOutput = z.array(ruleSchema).openapi({ example: EXAMPLE })

/** Rules in a request. `parseRules` validates them and reports where the errors are. */
export const rulesInput = z
  .union([
    z.array(z.unknown()).openapi({ items: { $ref: '#/components/schemas/CampaignRule' }, maxItems: LIMITS.rules }),
    z.string().openapi({
      format: 'campaign-rules',
      contentMediaType: 'application/json',
      minLength: 2,
      maxLength: LIMITS.rulesLength,
    } as never),
  ])
  .openapi({
    description: `An array of rules, or JSON text of one. As JSON text it has at most ${LIMITS.rulesLength} characters.`,
    example: EXAMPLE,
  })

/** @throws Problem `invalid_request` with every error and its path: `rules` and a JSON Pointer */
export function parseRules(input: z.infer<typeof rulesInput>): readonly Rule[] {
  const checked = checkRules(input)
  if (checked.ok) return checked.rules
  const errors = checked.errors.map((error) => ({ ...error, path: `rules${error.path}` }))
  const [first] = errors
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''
  throw new Problem('invalid_request', `In the body, ${first?.path}: ${first?.message}${more}.`, { errors })
}

/** Type of an event. */
export const eventType = line(LIMITS.eventTypeLength)

/** Every client that a request names comes through here: in a body or a query. */
export const clientName = resourceId.transform(canonicalClient).openapi({
  description: `Owner of the campaign. In any case of letters: it is kept in lower case, but for \`${STORE_CLIENT}\`, the store itself.`,
  example: STORE_CLIENT,
})
/** As segments of a URL path, `.` and `..` would be resolved. */
export const campaignName = line(100)
  .refine((name) => name !== '.' && name !== '..', 'must not be . or ..')
  .openapi({ not: { enum: ['.', '..'] }, example: 'double-points' })

export const campaignPath = z.object({
  campaign_name: pathId((name) => campaignName.safeParse(name).success, 'unknown_campaign')
    .normalize('NFC')
    .openapi({ ...textPublished('Line', 100), not: { enum: ['.', '..'] }, example: '1' }),
})
export const clientQuery = z.strictObject({ client: clientName.default(STORE_CLIENT) })

const capOutput = z.number().int().nullable()

/** The part of a campaign that can be changed, as in answers, but for its rules. */
const termsWithoutRules = {
  event_types: z.array(z.string()).openapi({
    description: 'Types of the events that it is for; a purchase of the store is a `PurchaseCompleted`.',
    example: [PURCHASE_COMPLETED],
  }),
  status: z.enum(['active', 'inactive']).openapi({ description: 'An inactive campaign awards nothing.' }),
  starts_at: timestamp
    .nullable()
    .openapi({ description: 'The instant at which it starts; null: it has always been running.' }),
  ends_at: timestamp
    .nullable()
    .openapi({ description: 'The first instant at which it no longer runs; null: it has no end.' }),
  cap_total_points: capOutput.openapi({
    description: 'Maximum of points it awards in total; null: no cap.',
    example: null,
  }),
  cap_points_per_customer: capOutput.openapi({
    description: 'Maximum of points it awards to one customer.',
    example: null,
  }),
}

export const termsSchema = z.object({ ...termsWithoutRules, rules: rulesOutput }).openapi('CampaignTerms')

/** What a list has of terms. */
const termsSummary = {
  ...termsWithoutRules,
  rule_count: z
    .number()
    .int()
    .openapi({ description: 'Number of rules. `GET /campaigns/{campaign_name}` has them.', example: 1 }),
}

export const termsSummarySchema = z.object(termsSummary).openapi('CampaignTermsSummary')

const campaignState = {
  version: z.number().int().openapi({ description: 'Incremented by each change; the ETag.', example: 1 }),
  given_points: z.number().int().openapi({ description: 'Points it has awarded, less those reversed by refunds.' }),
  created_at: timestamp,
  updated_at: timestamp,
}

const campaignKey = { client: clientName, campaign_name: campaignName }

export const warningsSchema = z
  .array(
    z.object({ path: z.string().openapi({ example: 'rules/0/condition' }), message: z.string() }).openapi('Warning'),
  )
  .openapi({
    description:
      'What is allowed and can hardly be meant: rules that can never give anything, or divide by zero; types of events that never come.',
    example: [],
  })

export const campaignSchema = z
  .object({ ...campaignKey, ...termsSchema.shape, ...campaignState, warnings: warningsSchema })
  .openapi('Campaign')

export const campaignSummarySchema = z
  .object({ ...campaignKey, ...termsSummary, ...campaignState })
  .openapi('CampaignSummary')

export function formatTerms(terms: CampaignTerms): z.infer<typeof termsSchema> {
  return { ...formatWithoutRules(terms), rules: [...terms.rules] }
}

export function formatTermsSummary(terms: TermsSummary): z.infer<typeof termsSummarySchema> {
  return { ...formatWithoutRules(terms), rule_count: terms.ruleCount }
}

function formatWithoutRules({ eventTypes, status, startsAt, endsAt, caps }: Omit<CampaignTerms, 'rules'>) {
  return {
    event_types: [...eventTypes],
    status,
    starts_at: startsAt,
    ends_at: endsAt,
    cap_total_points: caps.totalPoints,
    cap_points_per_customer: caps.pointsPerCustomer,
  }
}

export function formatCampaign(campaign: StoredCampaign): z.infer<typeof campaignSchema> {
  const warnings = warningsOf(campaign).map(formatWarning)
  return { ...formatKey(campaign), ...formatTerms(campaign), ...formatState(campaign), warnings }
}

export function formatWarning({ path, message }: Warning): z.infer<typeof warningsSchema>[number] {
  return { path, message }
}

export function formatCampaignSummary(campaign: CampaignSummary): z.infer<typeof campaignSummarySchema> {
  return { ...formatKey(campaign), ...formatTermsSummary(campaign), ...formatState(campaign) }
}

function formatKey({ client, name }: Pick<StoredCampaign, 'client' | 'name'>) {
  return { client, campaign_name: name }
}

function formatState({ version, givenPoints, createdAt, updatedAt }: Omit<StoredCampaign, 'rules'>) {
  return {
    version,
    given_points: givenPoints,
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
  }
}

/** @throws Problem `unknown_campaign` */
export async function requireCampaign(sql: Database, client: string, name: string): Promise<StoredCampaign> {
  const campaign = await readCampaign(sql, client, name)
  if (!campaign) throw new Problem('unknown_campaign', `The client "${client}" has no campaign "${name}".`)
  return campaign
}

/**
 * The present state of a campaign that a request created or changed. Its name may belong to another campaign by now.
 *
 * @throws Problem `unknown_campaign` when it was deleted since: a repeated request is answered with the present state
 */
export async function requireUndeleted(
  sql: Database,
  client: string,
  name: string,
  id: string,
): Promise<StoredCampaign> {
  const campaign = await readCampaign(sql, client, name)
  if (campaign?.id === id) return campaign
  throw new Problem('unknown_campaign', `The request took effect, but the campaign "${name}" was deleted since.`)
}

const scheduleInput = instantInput
  .nullable()
  .optional()
  .openapi({
    ...INSTANT_PUBLISHED,
    description: 'RFC 3339; null: none. The end is after the start.',
    example: '2026-12-01T00:00:00Z',
    type: ['string', 'null'],
  })

const capInput = z
  .number()
  .int('must be a whole number')
  .min(0, 'must not be negative')
  .max(1_000_000_000_000, 'must be at most 1000000000000')
  .nullable()
  .optional()
  .openapi({ description: 'In points; null: no cap.', example: 10000 })

const eventTypesInput = z
  .array(eventType)
  .min(1, 'must name a type')
  .max(LIMITS.eventTypes, `must name at most ${LIMITS.eventTypes} types`)
  .refine((types) => new Set(types).size === types.length, 'must name each type once')
  .openapi({
    description:
      'Types of the events that it is for. Events of other types earn nothing. Default: purchases of the store.',
    example: [PURCHASE_COMPLETED],
    uniqueItems: true,
  })

/** The terms of a campaign in a request, each optional. */
export const termsInput = {
  event_types: eventTypesInput.optional(),
  status: z.enum(['active', 'inactive']).optional(),
  starts_at: scheduleInput,
  ends_at: scheduleInput,
  cap_total_points: capInput,
  cap_points_per_customer: capInput,
  rules: rulesInput.optional(),
}

type TermsInput = z.output<z.ZodObject<typeof termsInput>>

const DEFAULT_TERMS: CampaignTerms = {
  eventTypes: [PURCHASE_COMPLETED],
  status: 'active',
  startsAt: null,
  endsAt: null,
  caps: { totalPoints: null, pointsPerCustomer: null },
  rules: [],
}

/**
 * The given terms, with those of `before` for all that are left out.
 *
 * @throws Problem `invalid_request`
 */
export function mergeTerms(input: TermsInput, before: CampaignTerms = DEFAULT_TERMS): CampaignTerms {
  const { event_types, status, starts_at, ends_at, cap_total_points, cap_points_per_customer, rules } = input
  const terms = {
    eventTypes: event_types ?? before.eventTypes,
    status: status ?? before.status,
    startsAt: starts_at === undefined ? before.startsAt : starts_at,
    endsAt: ends_at === undefined ? before.endsAt : ends_at,
    caps: {
      totalPoints: cap_total_points === undefined ? before.caps.totalPoints : cap_total_points,
      pointsPerCustomer:
        cap_points_per_customer === undefined ? before.caps.pointsPerCustomer : cap_points_per_customer,
    },
    rules: rules === undefined ? before.rules : parseRules(rules),
  }
  if (terms.startsAt !== null && terms.endsAt !== null && terms.endsAt <= terms.startsAt) {
    const errors = [{ path: 'ends_at', message: 'must be after starts_at' }]
    throw new Problem('invalid_request', 'In the body, ends_at: must be after starts_at.', { errors })
  }
  return terms
}
