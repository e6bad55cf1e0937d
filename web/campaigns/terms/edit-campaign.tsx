import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef } from 'react'
import { CampaignStatus } from '#web/campaigns/campaign-status.tsx'
import { TermsDiff } from '#web/campaigns/history/terms-diff.tsx'
import { problemOf } from '#web/client/api-problem.ts'
import { useCreateCampaign } from '#web/client/campaign-changes.ts'
import { type Campaign, campaignHistoryQuery } from '#web/client/campaigns.ts'
import { sayInWords } from '#web/client/problem-words.ts'
import { dateTime } from '#web/format/dates.ts'
import { type Draft, draftOf, termsOf } from './draft.ts'
import classes from './edit-campaign.module.css'
import { TermsEditor } from './terms-editor.tsx'
import { isNewer, useCampaignDraft, useSaving } from './use-campaign-draft.ts'

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
      <TermsEditor
        draft={draft.draft}
        change={draft.change}
        campaignName={stored.campaign_name}
        aside={<CampaignStatus campaign={stored} />}
        isDirty={draft.isDirty}
        saving={{
          ...saving.result,
          saveLabel: 'Save',
          isSaving: saving.isSaving,
          onSave: () => saving.save(draft),
          onDiscard: draft.isDirty ? draft.discard : undefined,
        }}
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

type ConflictProps = {
  /** What was typed upon, and what somebody else has made of it since. */
  base: Campaign
  theirs: Campaign
  isSaving: boolean
  /** It was told when this one wanted to save. */
  isAnswer: boolean
  onTake: () => void
  onKeep: () => void
}

/** Somebody else saved first: what they changed, and the two ways on. */
function Conflict({ base, theirs, isSaving, isAnswer, onTake, onKeep }: ConflictProps) {
  const history = useInfiniteQuery(campaignHistoryQuery(base.campaign_name))
  const last = history.data?.pages[0]?.items.find(({ version }) => version === theirs.version)
  return (
    <ConflictAlert title="Somebody else saved first" isAnswer={isAnswer}>
      <Stack gap="md">
        <Text>
          {last ? `${last.actor} changed it on ${dateTime(last.at)}.` : 'It was changed meanwhile.'} What you typed is
          still here, and nothing of it is saved yet. This is what they changed:
        </Text>
        <TermsDiff before={base} after={theirs} />
        <Group gap="sm">
          <Button variant="default" onClick={onTake}>
            Take theirs
          </Button>
          <Button onClick={onKeep} loading={isSaving}>
            Save mine over it
          </Button>
        </Group>
      </Stack>
    </ConflictAlert>
  )
}

type CreateAgainProps = { name: string; draft: Draft; onCreated: (campaign: Campaign, sent: Draft) => void }

/** The campaign was deleted while somebody worked on it, whose work need not be lost. */
function CreateAgain({ name, draft, onCreated }: CreateAgainProps) {
  const create = useCreateCampaign()
  const again = () =>
    create.mutate({ campaign_name: name, ...termsOf(draft) }, { onSuccess: (campaign) => onCreated(campaign, draft) })
  return (
    <ConflictAlert title="Somebody deleted this campaign" isAnswer>
      <Group justify="space-between">
        <span>{create.error ? sayInWords(create.error).message : 'What you typed is still here.'}</span>
        <Button onClick={again} loading={create.isPending}>
          Create it again with this
        </Button>
      </Group>
    </ConflictAlert>
  )
}

type ConflictAlertProps = {
  title: string
  /** It is the answer to what was just asked for: it takes the focus, and comes into sight. */
  isAnswer: boolean
  children: ReactNode
}

/** Something has come between somebody and their work, and they decide how it goes on. */
function ConflictAlert({ title, isAnswer, children }: ConflictAlertProps) {
  const alert = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (isAnswer) alert.current?.focus()
  }, [isAnswer])
  return (
    <Alert
      ref={alert}
      tabIndex={-1}
      className={classes.alert ?? ''}
      color="orange"
      variant="outline"
      radius="lg"
      bg="var(--store-surface)"
      icon={<IconAlertTriangle aria-hidden />}
      title={title}
      styles={{ title: { color: 'var(--mantine-color-text)', fontSize: '1rem' } }}
    >
      {children}
    </Alert>
  )
}
