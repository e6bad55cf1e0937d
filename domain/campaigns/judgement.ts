import { type CampaignAward, clampToCaps } from './award.ts'
import { type Campaign, type Caps, evaluateCampaign, type NotRunning, whyNotRunning } from './campaign.ts'
import type { CampaignEvent } from './event.ts'

/** What a campaign would contribute to an award; where it does not run, `points` is 0 and its evaluation tells what if. */
export type Judgement = CampaignAward & { readonly notRunning: NotRunning | null }

/** Judges an event by one campaign, whether it runs or not, within what its caps leave. */
export function judge(campaign: Campaign, event: CampaignEvent, remaining: Caps): Judgement {
  const { id: campaignId, name } = campaign
  const evaluation = evaluateCampaign(campaign, event)
  const notRunning = whyNotRunning(campaign, event.occurredAt)
  const within = notRunning ? ({ points: 0, limitedBy: null } as const) : clampToCaps(evaluation.earned, remaining)
  return { campaignId, campaign: name, ...evaluation, ...within, notRunning }
}
