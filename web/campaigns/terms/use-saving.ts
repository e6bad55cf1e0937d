import { useState } from 'react'
import { type Campaign, useChangeCampaign } from '#web/client/campaigns.ts'
import { changesOf, type Draft } from './draft.ts'
import { sayNotSaved, whyNotSendable } from './refusal.ts'
import type { CampaignDraft } from './use-draft.ts'

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
    const why = whyNotSendable(sent.draft)
    const changes = changesOf(sent.draft, sent.before)
    if (why !== undefined) return tell(why, true)
    if (Object.keys(changes).length === 0) return tell('There is nothing to save.', false)
    change.mutate(
      { of: sent.base, changes },
      {
        onSuccess: (campaign) => finish(campaign, sent.draft),
        onError: (error) => tell(sayNotSaved(error), true),
      },
    )
  }

  const unsaved = { status: isDirty ? 'There are unsaved changes.' : 'Everything is saved.', isBad: false }
  const result = told?.about === draft ? told : unsaved
  return { save, saved: finish, isSaving: change.isPending, error: change.error, result }
}
