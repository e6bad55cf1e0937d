import { Alert, Button, Group, Stack } from '@mantine/core'
import { useRef } from 'react'
import { Standing } from '#web/campaigns/standing.tsx'
import { problemOf } from '#web/client/api-problem.ts'
import type { Campaign } from '#web/client/campaigns.ts'
import { Conflict } from './conflict.tsx'
import { CreateAgain } from './create-again.tsx'
import { draftOf } from './draft.ts'
import { LeaveGuard } from './leave-guard.tsx'
import { SaveBar } from './save-bar.tsx'
import classes from './terms-layout.module.css'
import { TermsWorkshop } from './terms-workshop.tsx'
import { isNewer, useCampaignDraft } from './use-draft.ts'
import { useSaving } from './use-saving.ts'

/** Changes a stored campaign. @param stored what is known to be stored now, whoever stored it */
export function EditCampaign({ stored }: { stored: Campaign }) {
  const draft = useCampaignDraft(stored)
  const saving = useSaving(draft)
  const theirs = draft.isDirty && isNewer(stored, draft.base) ? stored : undefined

  /** The focus was in what has just been answered, and is gone with it. */
  const answers = useRef<HTMLDivElement>(null)
  const take = (campaign: Campaign) => {
    draft.take(campaign)
    answers.current?.focus()
  }
  const keepMine = (campaign: Campaign) => {
    answers.current?.focus()
    draft.keepOver(campaign)
    saving.save({ base: campaign, before: draftOf(campaign), draft: draft.draft })
  }

  return (
    <Stack gap="lg">
      <LeaveGuard isDirty={draft.isDirty} />
      <div ref={answers} tabIndex={-1} className={classes.answers}>
        {theirs && (
          <Conflict
            base={draft.base}
            theirs={theirs}
            isSaving={saving.isSaving}
            isAnswer={problemOf(saving.error, 'campaign_moved_on') !== undefined}
            onTake={() => take(theirs)}
            onKeep={() => keepMine(theirs)}
          />
        )}
        {draft.setAside && <SetAside onBringBack={draft.bringBack} />}
        {problemOf(saving.error, 'unknown_campaign') && (
          <CreateAgain name={stored.campaign_name} draft={draft.draft} onCreated={saving.saved} />
        )}
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
    <Alert color="plum" variant="light" title="What you typed is set aside">
      <Group justify="space-between">
        <span>You see what is stored. Until you save, you can go back.</span>
        <Button size="compact-sm" variant="default" onClick={onBringBack}>
          Bring mine back
        </Button>
      </Group>
    </Alert>
  )
}
