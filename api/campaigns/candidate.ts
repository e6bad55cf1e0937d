import type { z } from '@hono/zod-openapi'
import { NIL } from 'uuid'
import type { Database } from '#db/client.ts'
import { type Campaign, STORE_CLIENT } from '#domain/campaigns/campaign.ts'
import { campaignName, clientName, requireCampaign } from './campaign.ts'
import { termsGiven, withGiven } from './terms.ts'

/** What is to be tried: all campaigns of a client, one of them, one of them with changes, or one that is not stored yet. */
export const candidateShape = {
  client: clientName.default(STORE_CLIENT),
  campaign_name: campaignName
    .optional()
    .openapi({ description: 'Only this stored campaign, with what is given below in place of what it has.' }),
  ...termsGiven,
}

type Given = z.output<z.ZodObject<typeof candidateShape>>

/**
 * The one campaign that is to be tried, or undefined for all that the client has.
 *
 * @throws Problem `unknown_campaign`, `invalid_request`
 */
export async function readCandidate(
  sql: Database,
  { client, campaign_name: name, ...given }: Given,
): Promise<Campaign | undefined> {
  if (name === undefined && !Object.keys(termsGiven).some((term) => term in given)) return undefined
  const stored = name === undefined ? undefined : await requireCampaign(sql, client, name)
  return { id: stored?.id ?? NIL, client, name: name ?? '', ...withGiven(given, stored) }
}

/** Whether a campaign has a name that others know it by. */
export function isStored({ id }: Campaign): boolean {
  return id !== NIL
}
