import { Alert, Button, Group, Stack } from '@mantine/core'
import { useState } from 'react'
import { Standing } from '#web/campaigns/standing.tsx'
import { problemOf } from '#web/client/api-problem.ts'
import { useChangeCampaign } from '#web/client/campaign-changes.ts'
import type { Campaign } from '#web/client/campaigns.ts'
import { Conflict } from './conflict.tsx'
import { CreateAgain } from './create-again.tsx'
import { changesOf, type Draft, draftOf } from './draft.ts'
import { LeaveGuard } from './leave-guard.tsx'
import { sayNotSaved, whyNotSendable } from './refusal.ts'
import { SaveBar } from './save-bar.tsx'
import { TermsWorkshop } from './terms-workshop.tsx'
import { type CampaignDraft, isNewer, useCampaignDraft } from './use-draft.ts'

/** Changes a stored campaign. @param stored what is known to be stored now, whoever stored it */
export function EditCampaign({ stored }: { stored: Campaign }) {
  const draft = useCampaignDraft(stored)
  const saving = useSaving(draft)
  const theirs = draft.isDirty && isNewer(stored, draft.base) ? stored : undefined

  const keepMine = (campaign: Campaign) => {
    draft.keepOver(campaign)
    saving.save({ base: campaign, before: draftOf(campaign), draft: draft.draft })
  }

  return (
    <Stack gap="lg">
      <LeaveGuard isDirty={draft.isDirty} />
      <div aria-live="assertive">
        {theirs && (
          <Conflict
            base={draft.base}
            theirs={theirs}
            isSaving={saving.isSaving}
            isAnswer={problemOf(saving.error, 'campaign_moved_on') !== undefined}
            onTake={() => draft.take(theirs)}
            onKeep={() => keepMine(theirs)}
          />
        )}
        {draft.setAside && <SetAside onBringBack={draft.bringBack} />}
        {problemOf(saving.error, 'unknown_campaign') && <CreateAgain name={stored.campaign_name} draft={draft} />}
      </div>
      <TermsWorkshop
        draft={draft.draft}
        change={draft.change}
        campaignName={stored.campaign_name}
        aside={<Standing campaign={stored} />}
        saveBar={
          <SaveBar
            {...saving.result}
            saveLabel="Save"
            isSaving={saving.isSaving}
            onSave={() => saving.save(draft)}
            onDiscard={draft.isDirty ? draft.discard : undefined}
          />
        }
      />
    </Stack>
  )
}

function SetAside({ onBringBack }: { onBringBack: () => void }) {
  return (
    <Alert color="plum" variant="light" title="You took their version">
      <Group justify="space-between">
        <span>What you had typed is set aside.</span>
        <Button size="compact-sm" variant="default" onClick={onBringBack}>
          Bring mine back
        </Button>
      </Group>
    </Alert>
  )
}

type Sendable = Pick<CampaignDraft, 'base' | 'before' | 'draft'>

/** Saves a draft, and says what became of it until it is typed on. */
function useSaving({ draft, isDirty, saved }: CampaignDraft) {
  const change = useChangeCampaign()
  const [told, setTold] = useState<{ about: Draft; status: string; isBad: boolean }>()

  const save = (sent: Sendable) => {
    const tell = (status: string, isBad: boolean) => setTold({ about: sent.draft, status, isBad })
    const why = whyNotSendable(sent.draft)
    const changes = changesOf(sent.draft, sent.before)
    if (why !== undefined) return tell(why, true)
    if (Object.keys(changes).length === 0) return tell('There is nothing to save.', false)
    change.mutate(
      { of: sent.base, changes },
      {
        onSuccess: (campaign) => {
          saved(campaign, sent.draft)
          tell(`Saved as version ${campaign.version}.`, false)
        },
        onError: (error) => tell(sayNotSaved(error), true),
      },
    )
  }

  const unsaved = { status: isDirty ? 'There are unsaved changes.' : 'Everything is saved.', isBad: false }
  return { save, isSaving: change.isPending, error: change.error, result: told?.about === draft ? told : unsaved }
}
