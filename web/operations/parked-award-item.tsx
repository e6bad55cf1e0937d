import { Button, Group, Stack, Text } from '@mantine/core'
import { type ParkedAward, useRetryAward } from '#web/client/parked-awards.ts'
import { sayInWords } from '#web/client/problem-words.ts'
import { dateTime } from '#web/format/dates.ts'
import { duration } from '#web/format/durations.ts'
import { points } from '#web/format/points.ts'
import { AnchorLink } from '#web/page/anchor-link.tsx'
import { CampaignAwards } from '#web/purchases/campaign-awards.tsx'
import { DismissAward } from './dismiss-award.tsx'
import { sayParkedBecause, sayRetried } from './parked-words.ts'
import type { Telling } from './telling.ts'
import classes from './waiting-list.module.css'

type ParkedAwardItemProps = { award: ParkedAward; now: number; tell: (telling: Telling) => void }

export function ParkedAwardItem({ award, now, tell }: ParkedAwardItemProps) {
  const retry = useRetryAward(award.id, (outcome) => tell(sayRetried(outcome)))
  const since = Date.parse(award.parkedAt)
  return (
    <article className={classes.item}>
      <Stack gap={6}>
        <Text fw={650} size="lg">
          {points(award.points)} for {award.username}
        </Text>
        <Text>{sayParkedBecause(award.problem)}</Text>
        <Text size="sm" c="dimmed">
          Waiting for {duration(now - since)}, since {dateTime(award.parkedAt)}. <Origin award={award} />
        </Text>
        <CampaignAwards campaigns={award.campaigns} />
      </Stack>
      <Group gap="sm">
        <DismissAward award={award} tell={tell} />
        <Button
          onClick={() => retry.mutate(undefined, { onError: (error) => tell({ tone: 'bad', ...sayInWords(error) }) })}
          loading={retry.isPending}
          aria-label={`Book now: ${points(award.points)} for ${award.username}`}
        >
          Book now
        </Button>
      </Group>
    </article>
  )
}

function Origin({ award: { id, kind } }: { award: ParkedAward }) {
  if (kind === 'event') return <>It came from another system, as event {id}.</>
  return (
    <AnchorLink to="/purchases/$purchaseId" params={{ purchaseId: id }} size="sm">
      See the purchase
    </AnchorLink>
  )
}
