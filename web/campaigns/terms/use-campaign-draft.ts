import { useState } from 'react'
import { findJsonError } from '#web/campaigns/rules-editor/rules-json.ts'
import { problemOf } from '#web/client/api-problem.ts'
import { useChangeCampaign } from '#web/client/campaign-changes.ts'
import type { Campaign } from '#web/client/campaigns.ts'
import { sayInWords } from '#web/client/problem-words.ts'
import { changesOf, type Draft, draftOf, inputErrors, isSameDraft } from './draft.ts'

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

type Sendable = Pick<CampaignDraft, 'base' | 'before' | 'draft'>

/** Saves a draft, and says what became of it until it is typed on. */
export function useSaving({ draft, isDirty, saved }: CampaignDraft) {
  const change = useChangeCampaign()
  const [told, setTold] = useState<{ about: Draft; status: string; isBad: boolean }>()

  const finish = (campaign: Campaign, sent: Draft) => {
    saved(campaign, sent)
    change.reset()
    setTold({ about: sent, status: `Saved as version ${campaign.version}.`, isBad: false })
  }

  const save = (sent: Sendable) => {
    const tell = (status: string, isBad: boolean) => setTold({ about: sent.draft, status, isBad })
    const why = validateDraft(sent.draft)
    const changes = changesOf(sent.draft, sent.before)
    if (why !== undefined) return tell(why, true)
    if (Object.keys(changes).length === 0) return tell('There is nothing to save.', false)
    change.mutate(
      { of: sent.base, changes },
      {
        onSuccess: (campaign) => finish(campaign, sent.draft),
        onError: (error) => tell(formatNotSaved(error), true),
      },
    )
  }

  const unsaved = { status: isDirty ? 'There are unsaved changes.' : 'Everything is saved.', isBad: false }
  const result = told?.about === draft ? told : unsaved
  return { save, saved: finish, isSaving: change.isPending, error: change.error, result }
}

/** Why a draft cannot even be sent, or undefined when it can. */
export function validateDraft(draft: Draft): string | undefined {
  if (findJsonError(draft.rules)) return 'Not saved: the rules are not JSON yet. What you typed stays.'
  const [error] = Object.values(inputErrors(draft))
  return error && `Not saved: ${error}`
}

/** Why the API did not take it. What was typed is still there, whatever it was. */
export function formatNotSaved(error: unknown): string {
  const errors = problemOf(error, 'invalid_request')?.errors
  if (errors?.some(({ path }) => path.startsWith('rules'))) {
    const count = errors.length === 1 ? 'there is a mistake' : `there are ${errors.length} mistakes`
    return `Not saved: ${count} in the rules, told below the editor. What you typed stays.`
  }
  if (problemOf(error, 'campaign_moved_on')) return 'Not saved: somebody else saved first.'
  if (problemOf(error, 'unknown_campaign'))
    return 'Not saved: somebody deleted this campaign meanwhile. What you typed stays.'
  if (problemOf(error, 'campaign_exists')) return 'Not saved: there is a campaign of this name. Choose another.'
  const { title, message } = sayInWords(error)
  return `Not saved: ${title}. ${message}`
}
