import { z } from '@hono/zod-openapi'

/** Why a campaign was not changed. */
export const campaignProblems = {
  unknown_campaign: { status: 404, title: 'There is no such campaign' },
  unknown_parked_award: { status: 404, title: 'There is no such parked award' },
  campaign_exists: { status: 409, title: 'The client has a campaign of this name already' },
  campaign_moved_on: {
    status: 412,
    title: 'Somebody else changed the campaign since it was read',
    members: { version: z.number().int().openapi({ description: 'What it stands at now.', example: 4 }) },
  },
  too_many_backtests: { status: 503, title: 'Too many backtests are under way' },
  precondition_required: { status: 428, title: 'The request must say in If-Match what it is based on' },
} as const
