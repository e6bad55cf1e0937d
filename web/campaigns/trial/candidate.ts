import { type Draft, termsOf } from '#web/campaigns/terms/draft.ts'
import { mistakesOf } from '#web/campaigns/terms/draft-mistakes.ts'
import type { Candidate } from '#web/client/simulation.ts'

/**
 * A draft as it is tried: in place of the stored campaign of that name, or as a new one. An input that makes no sense does
 * not keep the rules from being tried: it counts as empty.
 */
export function candidateOf(draft: Draft, campaignName: string | undefined): Candidate & { rules: string } {
  const mistakes = mistakesOf(draft)
  return {
    ...(campaignName !== undefined && { campaign_name: campaignName }),
    ...termsOf(draft),
    rules: draft.rules,
    ...(mistakes.endsAt && { ends_at: null }),
    ...(mistakes.capTotal && { cap_total_points: null }),
    ...(mistakes.capPerCustomer && { cap_points_per_customer: null }),
  }
}
