import { z } from '@hono/zod-openapi'
import {
  type CampaignSummary,
  hasTimeZone,
  readCampaign,
  type StoredCampaign,
  type TermsSummary,
} from '#db/campaigns.ts'
import type { Database } from '#db/client.ts'
import { remainingOf } from '#domain/campaigns/award.ts'
import type { CampaignTerms } from '#domain/campaigns/campaign.ts'
import {
  campaignStateAt,
  canonicalClient,
  DEFAULT_TERMS,
  PURCHASE_COMPLETED,
  STORE_CLIENT,
} from '#domain/campaigns/campaign.ts'
import { LIMITS } from '#domain/campaigns/limits.ts'
import { type Warning, warningsOf } from '#domain/campaigns/warnings.ts'
import { LABEL, LABEL_RULE } from '#domain/labels.ts'
import { type LotEnd, MAX_LOT_TERMS } from '#domain/points/account.ts'
import { invalidRequest } from './errors.ts'
import { Problem } from './problems.ts'
import { parseRules, rulesInput, rulesOutput } from './rule-schemas.ts'
import {
  dayInput,
  INSTANT_PUBLISHED,
  instantInput,
  line,
  orNull,
  pathId,
  resourceId,
  textPublished,
  timestamp,
} from './schemas.ts'

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

function wholeNumber(min: number, max: number) {
  return z.number().int('must be a whole number').min(min, `must be at least ${min}`).max(max, `must be at most ${max}`)
}

const AVAILABLE_AFTER_DAYS =
  'The points count from 00:00 UTC of the day that is so many days after that of the award; 0: at once. Until then they are pending: ' +
  'nobody can spend them, and a refund takes them back whole.'

const EXPIRY =
  'When the points end, at midnight UTC; null: as long after the day from which on they count as POINTS_TTL_DAYS says.'

const pointsExpiry = z.strictObject({
  days: wholeNumber(1, MAX_LOT_TERMS.days)
    .optional()
    .openapi({ description: 'So many days after the day from which on they count.', example: 90 }),
  end_of_month: wholeNumber(0, MAX_LOT_TERMS.endOfMonth).optional().openapi({
    description: 'With the month that is so many months after the one from which on they count; 0: with that month.',
  }),
  on: dayInput.optional().openapi({
    description: 'With this day. Points that would count later end with the day from which on they count.',
  }),
})

const expiryOutput = pointsExpiry.openapi('PointsExpiry', {
  description: 'Exactly one member says when points end.',
  minProperties: 1,
  maxProperties: 1,
})

type Expiry = z.infer<typeof pointsExpiry>

function formatExpiry(end: LotEnd | null): Expiry | null {
  return end && 'endOfMonth' in end ? { end_of_month: end.endOfMonth } : end
}

/** Of the validated members there is exactly one. */
function lotEndOf({ days, end_of_month: endOfMonth, on = '' }: Expiry): LotEnd {
  if (days !== undefined) return { days }
  return endOfMonth === undefined ? { on } : { endOfMonth }
}

const STATUSES = ['draft', 'active', 'inactive'] as const

const STATUS =
  'A draft and an inactive campaign award nothing. A draft has never run: what was active or inactive is no draft any more.'

const TIME_ZONE = {
  format: 'time-zone',
  pattern: '^[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}$',
  maxLength: 64,
  example: 'Europe/Berlin',
}

const TIME_ZONE_MEANS = 'IANA name of the time zone of `$.local`, the day and hour that rules see.'

const PRIORITY =
  'Campaigns are evaluated highest first, then oldest first: in this order they get the steps that the campaigns of an event share, and ' +
  'of campaigns of an exclusive group that give as much as each other the first one counts.'

const GROUP_PUBLISHED = { pattern: LABEL.source, maxLength: 40, example: 'weekend' }

const GROUP =
  'Of the campaigns with the same group only the one that gives most for an event, within its caps, awards points; null: no group.'

/** The part of a campaign that can be changed, as in answers, but for its rules. */
const termsWithoutRules = {
  event_types: z.array(z.string()).openapi({
    description: 'Types of the events that it is for; a purchase of the store is a `PurchaseCompleted`.',
    example: [PURCHASE_COMPLETED],
  }),
  status: z.enum(STATUSES).openapi({ description: STATUS }),
  starts_at: timestamp
    .nullable()
    .openapi({ description: 'The instant at which it starts; null: it has always been running.' }),
  ends_at: timestamp
    .nullable()
    .openapi({ description: 'The first instant at which it no longer runs; null: it has no end.' }),
  time_zone: z.string().openapi({ ...TIME_ZONE, description: TIME_ZONE_MEANS }),
  priority: z.number().int().openapi({ description: PRIORITY, example: 0 }),
  exclusive_group: z
    .string()
    .nullable()
    .openapi({ ...GROUP_PUBLISHED, description: GROUP }),
  cap_total_points: capOutput.openapi({
    description: 'Maximum of points it awards in total; null: no cap.',
    example: null,
  }),
  cap_points_per_customer: capOutput.openapi({
    description: 'Maximum of points it awards to one customer.',
    example: null,
  }),
  available_after_days: z.number().int().openapi({ description: AVAILABLE_AFTER_DAYS, example: 0 }),
  expiry: orNull(expiryOutput).openapi({ description: EXPIRY }),
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
  state: z.enum(['draft', 'inactive', 'scheduled', 'running', 'ended']).openapi({
    description:
      'What it is at the time of the answer: by its status and, when it is active, by when it starts and ends.',
  }),
  given_points: z.number().int().openapi({ description: 'Points it has awarded, less those reversed by refunds.' }),
  points_left: z
    .number()
    .int()
    .nullable()
    .openapi({ description: 'What `cap_total_points` leaves; null: there is no such cap.', example: null }),
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
      'What is allowed and can hardly be meant: rules that can never give anything, or divide by zero; types of events that never ' +
      'come; points that end as soon as they count.',
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

function formatWithoutRules(terms: Omit<CampaignTerms, 'rules'>) {
  const { eventTypes, status, startsAt, endsAt, timeZone, priority, exclusiveGroup } = terms
  const { caps, availableAfterDays, expiry } = terms
  return {
    event_types: [...eventTypes],
    status,
    starts_at: startsAt,
    ends_at: endsAt,
    time_zone: timeZone,
    priority,
    exclusive_group: exclusiveGroup,
    cap_total_points: caps.totalPoints,
    cap_points_per_customer: caps.pointsPerCustomer,
    available_after_days: availableAfterDays,
    expiry: formatExpiry(expiry),
  }
}

export function formatCampaign(campaign: StoredCampaign): z.infer<typeof campaignSchema> {
  const warnings = warningsOf(campaign, campaign.updatedAt.toISOString()).map(formatWarning)
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

function formatState(campaign: Omit<StoredCampaign, 'rules'>) {
  const { version, caps, givenPoints, createdAt, updatedAt, readAt } = campaign
  const { totalPoints } = remainingOf(caps, { inAll: givenPoints, toCustomer: 0 })
  return {
    version,
    state: campaignStateAt(campaign, readAt.toISOString()),
    given_points: givenPoints,
    points_left: totalPoints && Math.max(0, totalPoints),
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

const expiryInput = pointsExpiry
  .refine((given) => Object.keys(given).length === 1, 'must have exactly one of days, end_of_month and on')
  .openapi({ minProperties: 1, maxProperties: 1, example: { days: 90 } })
  .nullable()
  .optional()
  .openapi({ description: EXPIRY })

/** Whether this process can tell days and hours in it. Names alone: an offset is one, too, to `Intl`. */
function isTimeZone(name: string): boolean {
  if (name.length > TIME_ZONE.maxLength || !new RegExp(TIME_ZONE.pattern).test(name)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** @throws Problem `invalid_request`, when the database does not know a time zone */
export async function requireTimeZone(
  sql: Database,
  { time_zone: name }: Pick<TermsInput, 'time_zone'>,
): Promise<void> {
  if (name === undefined || (await hasTimeZone(sql, name))) return
  throw invalidTerm('time_zone', 'must be a time zone that the database knows, as it writes it')
}

function invalidTerm(path: keyof TermsInput, message: string): Problem {
  return invalidRequest('body', [{ path, message }])
}

/** The terms of a campaign in a request, each optional. */
export const termsInput = {
  event_types: eventTypesInput.optional(),
  status: z.enum(STATUSES).optional().openapi({ description: STATUS }),
  starts_at: scheduleInput,
  ends_at: scheduleInput,
  time_zone: z
    .string()
    .refine(isTimeZone, 'must be the IANA name of a time zone, such as Europe/Berlin')
    .optional()
    .openapi({ ...TIME_ZONE, minLength: 1, description: TIME_ZONE_MEANS }),
  priority: wholeNumber(-1000, 1000).optional().openapi({ description: PRIORITY, example: 0 }),
  exclusive_group: z
    .string()
    .regex(LABEL, LABEL_RULE)
    .nullable()
    .optional()
    .openapi({ ...GROUP_PUBLISHED, type: ['string', 'null'], minLength: 1, description: GROUP }),
  cap_total_points: capInput,
  cap_points_per_customer: capInput,
  available_after_days: wholeNumber(0, MAX_LOT_TERMS.availableAfterDays)
    .optional()
    .openapi({ description: AVAILABLE_AFTER_DAYS, example: 14 }),
  expiry: expiryInput,
  rules: rulesInput.optional(),
}

type TermsInput = z.output<z.ZodObject<typeof termsInput>>

/**
 * The given terms, with those of the stored campaign, or the defaults, for all that are left out.
 *
 * @throws Problem `invalid_request`
 */
export function mergeTerms(input: TermsInput, stored?: CampaignTerms): CampaignTerms {
  const before = stored ?? DEFAULT_TERMS
  const { event_types, status, starts_at, ends_at, cap_total_points, cap_points_per_customer, expiry, rules } = input
  const terms = {
    eventTypes: event_types ?? before.eventTypes,
    status: status ?? before.status,
    startsAt: starts_at === undefined ? before.startsAt : starts_at,
    endsAt: ends_at === undefined ? before.endsAt : ends_at,
    timeZone: input.time_zone ?? before.timeZone,
    priority: input.priority ?? before.priority,
    exclusiveGroup: input.exclusive_group === undefined ? before.exclusiveGroup : input.exclusive_group,
    caps: {
      totalPoints: cap_total_points === undefined ? before.caps.totalPoints : cap_total_points,
      pointsPerCustomer:
        cap_points_per_customer === undefined ? before.caps.pointsPerCustomer : cap_points_per_customer,
    },
    availableAfterDays: input.available_after_days ?? before.availableAfterDays,
    expiry: expiry === undefined ? before.expiry : expiry && lotEndOf(expiry),
    rules: rules === undefined ? before.rules : parseRules(rules),
  }
  if (terms.startsAt !== null && terms.endsAt !== null && terms.endsAt <= terms.startsAt) {
    throw invalidTerm('ends_at', 'must be after starts_at')
  }
  if (terms.status === 'draft' && stored && stored.status !== 'draft') {
    throw invalidTerm('status', 'must not be draft again: what was active or inactive is no draft any more')
  }
  return terms
}
