import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef } from 'react'
import { CampaignStatus } from '#web/campaigns/campaign-status.tsx'
import { TermsDiff } from '#web/campaigns/history/terms-diff.tsx'
import { formatError, problemOf } from '#web/client/api-problem.ts'
import { type Campaign, type CampaignKey, campaignHistoryQuery, useCreateCampaign } from '#web/client/campaigns.ts'
import { byWhom } from '#web/format/actors.ts'
import { dateTime } from '#web/format/dates.ts'
import { type Draft, draftOf, mergeDrafts, termsOf } from './draft.ts'
import classes from './edit-campaign.module.css'
import { TermsEditor } from './terms-editor.tsx'
import { type CampaignDraft, isNewer, useSaving, validateDraft } from './use-campaign-draft.ts'

/** Edits a stored campaign. @param stored its latest version, which may be newer than the one the draft is based on */
export function EditCampaign({ stored, draft }: { stored: Campaign; draft: CampaignDraft }) {
  const saving = useSaving(draft)
  return (
    <Stack gap="lg">
      <Conflicts stored={stored} draft={draft} saving={saving} />
      <TermsEditor
        draft={draft.draft}
        change={draft.change}
        of={stored}
        saved={stored}
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

type ConflictsProps = { stored: Campaign; draft: CampaignDraft; saving: ReturnType<typeof useSaving> }

/** What came between the user and their changes, with the ways to resolve it. */
function Conflicts({ stored, draft, saving }: ConflictsProps) {
  const theirs = draft.isDirty && isNewer(stored, draft.base) ? stored : undefined

  // The focused button disappears with the alert that it resolves: the focus moves to what contained it.
  const container = useRef<HTMLDivElement>(null)
  const takeTheirs = (campaign: Campaign) => {
    draft.replace(campaign)
    container.current?.focus()
  }
  const overwrite = (campaign: Campaign) => {
    container.current?.focus()
    const theirs = draftOf(campaign)
    const merged = mergeDrafts(draft.draft, draft.before, theirs)
    draft.rebase(campaign, merged)
    saving.save({ base: campaign, before: theirs, draft: merged })
  }

  return (
    <div ref={container} tabIndex={-1} className={classes.conflicts}>
      {theirs && (
        <VersionConflict
          base={draft.base}
          theirs={theirs}
          isSaving={saving.isSaving}
          takesFocus={problemOf(saving.error, 'campaign_moved_on') !== undefined}
          onUseTheirs={() => takeTheirs(theirs)}
          onOverwrite={() => overwrite(theirs)}
        />
      )}
      {draft.discarded && <DiscardedChanges onRestore={draft.restore} />}
      {problemOf(saving.error, 'unknown_campaign') && (
        <DeletedMeanwhile of={stored} draft={draft.draft} onCreated={saving.finish} />
      )}
    </div>
  )
}

function DiscardedChanges({ onRestore }: { onRestore: () => void }) {
  return (
    <Alert color="plum" variant="light" title="Your changes are discarded">
      <Group justify="space-between">
        <span>You can restore them until you save.</span>
        <Button size="compact-sm" variant="default" onClick={onRestore}>
          Restore my changes
        </Button>
      </Group>
    </Alert>
  )
}

type VersionConflictProps = {
  /** The version that the draft is based on. */
  base: Campaign
  /** The version that somebody else saved since. */
  theirs: Campaign
  isSaving: boolean
  takesFocus: boolean
  onUseTheirs: () => void
  onOverwrite: () => void
}

/** Somebody else saved first: shows their changes, and offers to use or to overwrite them. */
function VersionConflict({ base, theirs, isSaving, takesFocus, onUseTheirs, onOverwrite }: VersionConflictProps) {
  const history = useInfiniteQuery(campaignHistoryQuery(base))
  const last = history.data?.pages[0]?.items.find(({ version }) => version === theirs.version)
  return (
    <ConflictAlert title="Somebody else saved first" takesFocus={takesFocus}>
      <Stack gap="md">
        <Text>
          {last ? `It was changed ${byWhom(last.actor)} on ${dateTime(last.at)}.` : 'It was changed in the meantime.'}{' '}
          Your changes are still here and are not saved yet. These are their changes:
        </Text>
        <TermsDiff before={base} after={theirs} />
        <Text size="sm" c="dimmed">
          Overwriting saves the fields that you changed. In all others their changes are kept.
        </Text>
        <Group gap="sm">
          <Button variant="default" onClick={onUseTheirs}>
            Use their version
          </Button>
          <Button onClick={onOverwrite} loading={isSaving}>
            Overwrite with mine
          </Button>
        </Group>
      </Stack>
    </ConflictAlert>
  )
}

type DeletedMeanwhileProps = { of: CampaignKey; draft: Draft; onCreated: (campaign: Campaign, sent: Draft) => void }

/** Somebody deleted the campaign while it was edited: offers to create it again from the draft. */
function DeletedMeanwhile({ of: { client, campaign_name }, draft, onCreated }: DeletedMeanwhileProps) {
  const create = useCreateCampaign()
  const invalid = validateDraft(draft)
  const createAgain = () =>
    create.mutate({ client, campaign_name, ...termsOf(draft) }, { onSuccess: (campaign) => onCreated(campaign, draft) })
  return (
    <ConflictAlert title="Somebody deleted this campaign" takesFocus>
      <Group justify="space-between">
        <span>{create.error ? formatError(create.error).message : (invalid ?? 'Your changes are still here.')}</span>
        <Button onClick={createAgain} loading={create.isPending} disabled={invalid !== undefined}>
          Create it again
        </Button>
      </Group>
    </ConflictAlert>
  )
}

type ConflictAlertProps = {
  title: string
  /** It answers an action of the user, so it takes the focus and scrolls into view. */
  takesFocus: boolean
  children: ReactNode
}

function ConflictAlert({ title, takesFocus, children }: ConflictAlertProps) {
  const alert = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (takesFocus) alert.current?.focus()
  }, [takesFocus])
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
