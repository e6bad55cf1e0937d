import { useState } from 'react'
import { unreadableIn } from '#web/campaigns/builder/rules-text.ts'
import { findJsonError } from '#web/campaigns/rules-editor/rules-json.ts'
import { formatError, problemOf } from '#web/client/api-problem.ts'
import type { Campaign } from '#web/client/campaigns.ts'
import { useChangeCampaign } from '#web/client/campaigns.ts'
import { changesOf, type Draft, draftOf, type InputErrors, inputErrors, isSameDraft } from './draft.ts'

export type DraftState = {
  draft: Draft
  /** There are unsaved changes. */
  isDirty: boolean
  change: (part: Partial<Draft>) => void
}

export type CampaignDraft = DraftState & {
  /** The stored version that the draft is based on. */
  base: Campaign
  /** The unchanged draft of that version. */
  before: Draft
  /** Discarded changes, as long as they can be restored. */
  discarded: Draft | undefined
  /** After `sent` was saved as this version. Edits made while saving stay. */
  rebaseSaved: (campaign: Campaign, sent: Draft) => void
  /** Discards the changes in favour of this version. */
  replace: (campaign: Campaign) => void
  /** Goes on with this draft, based on this version. */
  rebase: (campaign: Campaign, draft: Draft) => void
  /** Goes on with other terms. What was changed and not saved can be restored. */
  load: (draft: Draft) => void
  restore: () => void
  discard: () => void
}

type State = Pick<CampaignDraft, 'base' | 'before' | 'draft' | 'discarded'>

/** The draft of a stored campaign. Without unsaved changes it follows the stored version. */
export function useCampaignDraft(campaign: Campaign): CampaignDraft {
  const [state, setState] = useState<State>(() => stateOf(campaign))
  const isDirty = !isSameDraft(state.draft, state.before)
  if (!isDirty && state.discarded === undefined && isNewer(campaign, state.base)) setState(stateOf(campaign))

  return {
    ...state,
    isDirty,
    change: (part) => setState((now) => ({ ...now, draft: { ...now.draft, ...part } })),
    rebaseSaved: (base, sent) => setState((now) => ({ base, before: sent, draft: now.draft, discarded: undefined })),
    replace: (theirs) => setState((now) => ({ ...stateOf(theirs), discarded: now.draft })),
    rebase: (base, draft) => setState((now) => ({ ...now, base, before: draftOf(base), draft })),
    load: (draft) => setState((now) => ({ ...now, draft, discarded: isDirty ? now.draft : now.discarded })),
    restore: () => setState((now) => ({ ...now, draft: now.discarded ?? now.draft, discarded: undefined })),
    discard: () => setState((now) => ({ ...now, draft: now.before, discarded: now.draft })),
  }
}

/** A campaign that was deleted and created again goes on from the last version. */
export function isNewer(campaign: Campaign, than: Campaign): boolean {
  return campaign.version > than.version
}

function stateOf(campaign: Campaign): State {
  const draft = draftOf(campaign)
  return { base: campaign, before: draft, draft, discarded: undefined }
}

type Unsaved = Pick<CampaignDraft, 'base' | 'before' | 'draft'>

/** Saves a draft. `result` is the outcome until the next edit; after that, whether there are unsaved changes. */
export function useSaving({ draft, isDirty, rebaseSaved }: CampaignDraft) {
  const change = useChangeCampaign()
  const [outcome, setOutcome] = useState<{ of: Draft; status: string; isError: boolean }>()

  const finish = (campaign: Campaign, sent: Draft) => {
    rebaseSaved(campaign, sent)
    change.reset()
    setOutcome({ of: sent, status: `Saved as version ${campaign.version}.`, isError: false })
  }

  const save = (sent: Unsaved) => {
    const report = (status: string, isError: boolean) => setOutcome({ of: sent.draft, status, isError })
    const reason = validateDraft(sent.draft)
    const changes = changesOf(sent.draft, sent.before)
    if (reason !== undefined) return report(reason, true)
    if (Object.keys(changes).length === 0) return report('There are no changes to save.', false)
    change.mutate(
      { of: sent.base, changes },
      {
        onSuccess: (campaign) => finish(campaign, sent.draft),
        onError: (error) => report(formatNotSaved(error), true),
      },
    )
  }

  const current = { status: isDirty ? 'There are unsaved changes.' : 'All changes are saved.', isError: false }
  const result = outcome?.of === draft ? outcome : current
  return { save, finish, isSaving: change.isPending, error: change.error, result }
}

/** What the inputs are called. */
const INPUT_NAMES: Record<keyof InputErrors, string> = {
  eventTypes: 'Event types',
  startsAt: 'Starts',
  endsAt: 'Ends',
  timeZone: 'Time zone of the rules',
  priority: 'Priority',
  exclusiveGroup: 'Exclusive group',
  capTotal: 'Budget',
  capPerCustomer: 'Points per customer',
  countAfter: 'Points count after',
  end: 'Points end',
}

/** Why a draft cannot be sent to the API, or undefined if it can. */
export function validateDraft(draft: Draft): string | undefined {
  if (findJsonError(draft.rules)) return 'Not saved: the rules are not valid JSON. Your changes are kept.'
  if (unreadableIn(draft.rules).length > 0) return 'Not saved: a rule is not filled in yet. Your changes are kept.'
  const [wrong] = Object.entries(inputErrors(draft)) as [keyof InputErrors, string][]
  return wrong && `Not saved. ${INPUT_NAMES[wrong[0]]}: ${wrong[1]}`
}

/** Why the API did not save a draft, which stays as it is. */
export function formatNotSaved(error: unknown): string {
  const errors = problemOf(error, 'invalid_request')?.errors
  if (errors?.some(({ path }) => path.startsWith('rules'))) {
    const count = errors.length === 1 ? 'there is 1 error' : `there are ${errors.length} errors`
    return `Not saved: ${count} in the rules, shown with them. Your changes are kept.`
  }
  if (problemOf(error, 'campaign_moved_on')) return 'Not saved: somebody else saved first.'
  if (problemOf(error, 'unknown_campaign')) {
    return 'Not saved: somebody deleted this campaign in the meantime. Your changes are kept.'
  }
  if (problemOf(error, 'campaign_exists')) {
    return 'Not saved: there is already a campaign with this name. Choose another name.'
  }
  const { title, message } = formatError(error)
  return `Not saved: ${title}. ${message}`
}
