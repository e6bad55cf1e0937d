import { z } from '@hono/zod-openapi'
import { Problem } from '#api/problems/problem.ts'
import type { StoredCampaign } from '#db/campaigns.ts'

/** RFC 9110, section 13.1.1. One strong entity tag: the version that the change was thought out for. */
export const ifMatchHeader = z.object({
  'If-Match': z
    .string()
    .regex(/^"\d{1,15}"$/, 'must be an ETag such as "3"')
    .optional()
    .openapi({ description: 'The ETag of the campaign as it was read. Required.', example: '"1"' }),
})

/** @throws Problem `precondition_required` (RFC 6585, section 3) */
export function requiredVersion(ifMatch: string | undefined): number {
  if (ifMatch !== undefined) return Number(ifMatch.slice(1, -1))
  throw new Problem('precondition_required', 'Read the campaign, and send its ETag in If-Match.')
}

export function movedOn({ version }: StoredCampaign): Problem {
  return new Problem('campaign_moved_on', 'Nothing was changed. Read it again, and decide anew.', { version })
}
