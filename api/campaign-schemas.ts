import { z } from '@hono/zod-openapi'
import { readCampaign, type StoredCampaign } from '#db/campaigns/read.ts'
import type { Database } from '#db/client.ts'
import type { CampaignTerms } from '#domain/campaigns/campaign.ts'
import { checkRules } from '#domain/campaigns/check-rules.ts'
import { STORE_CLIENT } from '#domain/campaigns/event.ts'
import { LIMITS } from '#domain/campaigns/limits.ts'
import { type Condition, NUMERIC_COMPARISONS, type Rule } from '#domain/campaigns/rule.ts'
import type { AppContext } from './app-types.ts'
import { Problem } from './problems.ts'
import { instantGiven, line, resourceId, timestamp } from './schemas.ts'

// What rules are like, for readers and generated clients. No rule is checked by it: what is right is up to the domain alone.

const PATH = { maxLength: LIMITS.pathLength, example: '$.amount' }
const variable = {
  type: 'string' as const,
  ...PATH,
  description: 'JSONPath to what is compared, of names and indexes. Left out: that of the rule.',
}
const condition = { $ref: '#/components/schemas/CampaignCondition' }
const conditions = { type: 'array' as const, minItems: 1, items: condition }

const CONDITION_FORMS = [
  form('Compares a number, exactly. `numeric_greater_than` and `numeric_less_than` are strict.', {
    variable,
    rule: { type: 'string' as const, enum: [...NUMERIC_COMPARISONS] },
    value: { type: 'number' as const, example: 100 },
  }),
  form('Compares a text.', {
    variable,
    rule: { type: 'string' as const, enum: ['string_equals'] },
    value: { type: 'string' as const, maxLength: LIMITS.textLength, example: 'air' },
  }),
  form('Each of them holds.', { all: conditions }),
  form('One of them holds, or more.', { any: conditions }),
  form('It does not hold.', { not: condition }),
]

function form<Properties extends object>(description: string, properties: Properties) {
  const required = Object.keys(properties).filter((name) => name !== 'variable')
  return { type: 'object' as const, description, properties, required, additionalProperties: false }
}

/** To the document, it is required and cannot be null because neither passes here. */
const conditionSchema = z
  .custom<Condition>((given) => typeof given === 'object' && given !== null)
  .openapi('CampaignCondition', {
    type: 'object',
    description:
      'A comparison, or `all`, `any` or `not` over conditions with variables of their own. A rule has at most ' +
      `${LIMITS.conditions} of them, ${LIMITS.conditionDepth} levels deep.`,
    oneOf: CONDITION_FORMS,
  })

export const ruleSchema = z
  .strictObject({
    variable: z
      .string()
      .optional()
      .openapi({ ...PATH, description: 'JSONPath that comparisons without one of their own look at.' }),
    condition: conditionSchema,
    action: z.strictObject({
      command: z.literal('issue'),
      formula: z.string().openapi({
        maxLength: LIMITS.formulaLength,
        description:
          'How many points. Numbers, JSONPaths, `+ - * / %`, parentheses, `min max floor ceil round`. What the rules of a ' +
          'campaign come to is summed exactly, and rounded once, half to even.',
        example: '$.amount/10',
      }),
    }),
  })
  .openapi('CampaignRule', { description: 'When the condition holds, points are issued, as many as the formula says.' })

const EXAMPLE = [
  {
    variable: '$.amount',
    condition: { rule: 'numeric_greater_than', value: 100 },
    action: { command: 'issue', formula: '$.amount/10' },
  },
]

const rulesShown = z.array(ruleSchema).openapi({ example: EXAMPLE })

/** Rules in a request. What is in them is checked by `readRules`, which knows the places of mistakes. */
export const rulesGiven = z
  .union([z.array(z.unknown()).openapi({ items: { $ref: '#/components/schemas/CampaignRule' } }), z.string()])
  .openapi({ description: 'An array of rules, or JSON text of one.', example: EXAMPLE })

/** @throws Problem `invalid_request` with every mistake and its place, as a JSON Pointer after `rules` */
export function readRules(given: z.infer<typeof rulesGiven>): readonly Rule[] {
  const checked = checkRules(given)
  if (checked.ok) return checked.rules
  const errors = checked.mistakes.map((mistake) => ({ ...mistake, path: `rules${mistake.path}` }))
  const [first] = errors
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''
  throw new Problem('invalid_request', `In the body, ${first?.path}: ${first?.message}${more}.`, { errors })
}

export const clientName = resourceId.openapi({ description: 'Whose campaign it is.', example: STORE_CLIENT })
/** Where addresses are put together, `.` and `..` are not names but ways. */
export const campaignName = line(100)
  .refine((name) => name !== '.' && name !== '..', 'must not be . or ..')
  .openapi({ example: 'double-points' })

export const campaignPath = z.object({
  campaign_name: z
    .string()
    .refine((name) => campaignName.safeParse(name).success, { params: { unknown: 'unknown_campaign' } })
    .openapi({ example: '1' }),
})
export const clientQuery = z.strictObject({ client: clientName.default(STORE_CLIENT) })

const most = z.number().int().nullable()

/** What of a campaign can be changed, as it is shown. */
const termsShape = {
  status: z.enum(['active', 'inactive']).openapi({ description: 'An inactive one gives nothing.' }),
  starts_at: timestamp.nullable().openapi({ description: 'The first instant at which it runs; null: from ever.' }),
  ends_at: timestamp.nullable().openapi({ description: 'The first instant at which it no longer does; null: never.' }),
  cap_total_points: most.openapi({ description: 'Most points it gives in all; null: no cap.', example: null }),
  cap_points_per_customer: most.openapi({ description: 'Most points it gives to one customer.', example: null }),
  rules: rulesShown,
}

export const termsSchema = z.object(termsShape).openapi('CampaignTerms')

export const campaignSchema = z
  .object({
    client: clientName,
    campaign_name: campaignName,
    ...termsShape,
    version: z.number().int().openapi({ description: 'Goes up with each change; the ETag.', example: 1 }),
    given_points: z.number().int().openapi({ description: 'What it gave so far, less what refunds took back.' }),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .openapi('Campaign')

export const etagHeader = {
  ETag: { description: 'The version, for If-Match.', schema: { type: 'string' as const, example: '"1"' } },
}

export function showTerms({ status, startsAt, endsAt, caps, rules }: CampaignTerms): z.infer<typeof termsSchema> {
  return {
    status,
    starts_at: startsAt,
    ends_at: endsAt,
    cap_total_points: caps.totalPoints,
    cap_points_per_customer: caps.pointsPerCustomer,
    rules: [...rules],
  }
}

/** Shows a campaign with its version in the ETag. */
export function showCampaign(campaign: StoredCampaign): z.infer<typeof campaignSchema> {
  return {
    client: campaign.client,
    campaign_name: campaign.name,
    ...showTerms(campaign),
    version: campaign.version,
    given_points: campaign.givenPoints,
    created_at: campaign.createdAt.toISOString(),
    updated_at: campaign.updatedAt.toISOString(),
  }
}

export function setEtag(c: AppContext, { version }: StoredCampaign): void {
  c.header('ETag', `"${version}"`)
}

/** @throws Problem `unknown_campaign` */
export async function requireCampaign(sql: Database, client: string, name: string): Promise<StoredCampaign> {
  const campaign = await readCampaign(sql, client, name)
  if (!campaign) throw new Problem('unknown_campaign', `The client "${client}" has no campaign "${name}".`)
  return campaign
}

/**
 * The campaign that a request made or changed, as it stands by now. Another one may have its name since.
 *
 * @throws Problem `unknown_campaign` when it was deleted: a repeated request is answered by how things stand
 */
export async function requireUndeleted(
  sql: Database,
  client: string,
  name: string,
  id: string,
): Promise<StoredCampaign> {
  const campaign = await readCampaign(sql, client, name)
  if (campaign?.id === id) return campaign
  throw new Problem('unknown_campaign', `It was done, and the campaign "${name}" was deleted since.`)
}

const instant = instantGiven
  .nullable()
  .optional()
  .openapi({ description: 'RFC 3339; null: none.', example: '2026-12-01T00:00:00Z', type: ['string', 'null'] })

const cap = z
  .number()
  .int('must be a whole number')
  .min(0, 'must not be negative')
  .max(1_000_000_000_000, 'must be at most 1000000000000')
  .nullable()
  .optional()
  .openapi({ description: 'In points; null: no cap.', example: 10000 })

/** The terms of a campaign in a request, any of them. */
export const termsGiven = {
  status: z.enum(['active', 'inactive']).optional(),
  starts_at: instant,
  ends_at: instant,
  cap_total_points: cap,
  cap_points_per_customer: cap,
  rules: rulesGiven.optional(),
}

type TermsInput = z.output<z.ZodObject<typeof termsGiven>>

const DEFAULT_TERMS: CampaignTerms = {
  status: 'active',
  startsAt: null,
  endsAt: null,
  caps: { totalPoints: null, pointsPerCustomer: null },
  rules: [],
}

/**
 * Terms with what a request gives in place of what was there.
 *
 * @throws Problem `invalid_request`
 */
export function withGiven(given: TermsInput, before: CampaignTerms = DEFAULT_TERMS): CampaignTerms {
  const { status, starts_at, ends_at, cap_total_points, cap_points_per_customer, rules } = given
  const terms = {
    status: status ?? before.status,
    startsAt: starts_at === undefined ? before.startsAt : starts_at,
    endsAt: ends_at === undefined ? before.endsAt : ends_at,
    caps: {
      totalPoints: cap_total_points === undefined ? before.caps.totalPoints : cap_total_points,
      pointsPerCustomer:
        cap_points_per_customer === undefined ? before.caps.pointsPerCustomer : cap_points_per_customer,
    },
    rules: rules === undefined ? before.rules : readRules(rules),
  }
  if (terms.startsAt !== null && terms.endsAt !== null && terms.endsAt <= terms.startsAt) {
    const errors = [{ path: 'ends_at', message: 'must be after starts_at' }]
    throw new Problem('invalid_request', 'In the body, ends_at: must be after starts_at.', { errors })
  }
  return terms
}
