import { useState } from 'react'
import type { Campaign } from '#web/client/campaigns.ts'
import { type Draft, draftOf, isSameDraft } from './draft.ts'

export type DraftState = {
  draft: Draft
  /** What there is to save differs from what was read or saved last. */
  isDirty: boolean
  change: (part: Partial<Draft>) => void
}

export type CampaignDraft = DraftState & {
  /** The version that the draft is based on. */
  base: Campaign
  /** The draft as it was when it was based on that. */
  before: Draft
  /** What was typed and given up, for as long as it can be brought back. */
  setAside: Draft | undefined
  /** Saved: from now on it is based on this. What was typed meanwhile stays. */
  saved: (campaign: Campaign, sent: Draft) => void
  /** Takes over what is stored, in place of what was typed. */
  take: (campaign: Campaign) => void
  /** Keeps what was typed, and bases it on what is stored. */
  keepOver: (campaign: Campaign) => void
  bringBack: () => void
  discard: () => void
}

type State = Pick<CampaignDraft, 'base' | 'before' | 'draft' | 'setAside'>

/** The terms of a stored campaign while somebody works on them. */
export function useCampaignDraft(campaign: Campaign): CampaignDraft {
  const [state, setState] = useState<State>(() => stateOf(campaign))
  const isDirty = !isSameDraft(state.draft, state.before)
  // What is stored has moved on while nobody had typed anything: so does the draft.
  if (!isDirty && state.setAside === undefined && isNewer(campaign, state.base)) setState(stateOf(campaign))

  return {
    ...state,
    isDirty,
    change: (part) => setState((now) => ({ ...now, draft: { ...now.draft, ...part } })),
    saved: (base, sent) => setState((now) => ({ base, before: sent, draft: now.draft, setAside: undefined })),
    take: (theirs) => setState((now) => ({ ...stateOf(theirs), setAside: now.draft })),
    keepOver: (base) => setState((now) => ({ ...now, base, before: draftOf(base) })),
    bringBack: () => setState((now) => ({ ...now, draft: now.setAside ?? now.draft, setAside: undefined })),
    discard: () => setState((now) => ({ ...now, draft: now.before, setAside: now.draft })),
  }
}

/** Whether a campaign is a later version than another; also where it was deleted in between and made anew. */
export function isNewer(campaign: Campaign, than: Campaign): boolean {
  return campaign.updated_at > than.updated_at
}

function stateOf(campaign: Campaign): State {
  const draft = draftOf(campaign)
  return { base: campaign, before: draft, draft, setAside: undefined }
}
