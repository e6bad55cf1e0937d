import { z } from '@hono/zod-openapi'
import type { AppContext } from '#api/app-types.ts'
import { Problem } from '#api/problems/problem.ts'
import { resourceId } from '#api/schemas/identifiers.ts'
import { line, timestamp } from '#api/schemas/text.ts'
import { readCampaign, type StoredCampaign } from '#db/campaigns.ts'
import type { Database } from '#db/client.ts'
import { type CampaignTerms, STORE_CLIENT } from '#domain/campaigns/campaign.ts'
import { rulesShown } from './rules.ts'

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
