import type { z } from '@hono/zod-openapi'
import { judgementSchema, showJudgement } from '#api/campaigns/judgement.ts'
import type { Award } from '#domain/campaigns/award.ts'

/** What one campaign gave for an event, spelled as in simulations. */
export const eventAwardSchema = judgementSchema.omit({ not_running: true }).openapi('EventAward')

/** The campaigns that ran for the event, with those that gave nothing. */
export function showEventAward({ campaigns }: Award): z.infer<typeof eventAwardSchema>[] {
  return campaigns.map((campaign) => {
    const { not_running: _, ...award } = showJudgement({ ...campaign, notRunning: null }, true)
    return award
  })
}
