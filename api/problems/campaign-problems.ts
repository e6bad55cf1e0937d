import { z } from '@hono/zod-openapi'

/** Why a campaign was not changed or tried, or points that it gave not booked. */
export const campaignProblems = {
  unknown_campaign: { status: 404, title: 'There is no such campaign' },
  unknown_parked_award: { status: 404, title: 'There is no such parked award' },
  not_parked: {
    status: 409,
    title: 'Only an award that is parked can be dismissed',
    members: { awardStatus: z.enum(['booked', 'nothing', 'voided']) },
  },
  campaign_exists: { status: 409, title: 'The client has a campaign of this name already' },
  too_many_campaigns: { status: 409, title: 'The client has as many campaigns as it can have' },
  campaign_moved_on: {
    status: 412,
    title: 'Somebody else changed the campaign since it was read',
    members: { version: z.number().int().openapi({ description: 'What it stands at now.', example: 4 }) },
  },
  too_many_backtests: { status: 503, title: 'Too many backtests are under way' },
  precondition_required: { status: 428, title: 'The request must say in If-Match what it is based on' },
} as const
