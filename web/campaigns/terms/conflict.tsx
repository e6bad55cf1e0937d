import { Button, Group, Stack, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { TermsDiff } from '#web/campaigns/history/terms-diff.tsx'
import { type Campaign, campaignHistoryQuery } from '#web/client/campaigns.ts'
import { dateTime } from '#web/format/dates.ts'
import { Attention } from './attention.tsx'

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
export function Conflict({ base, theirs, isSaving, isAnswer, onTake, onKeep }: ConflictProps) {
  const history = useInfiniteQuery(campaignHistoryQuery(base.campaign_name))
  const last = history.data?.pages[0]?.items.find(({ version }) => version === theirs.version)
  return (
    <Attention title="Somebody else saved first" isAnswer={isAnswer}>
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
    </Attention>
  )
}
