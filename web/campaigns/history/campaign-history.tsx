import { Button, Group, Paper, Skeleton, Stack, Text } from '@mantine/core'
import { IconArrowBackUp } from '@tabler/icons-react'
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { formatError, problemOf } from '#web/client/api-problem.ts'
import {
  type CampaignChange,
  type CampaignChangeSummary,
  type CampaignKey,
  type CampaignTerms,
  type CampaignTermsSummary,
  campaignChangeQuery,
  campaignHistoryQuery,
  PURCHASE_COMPLETED,
} from '#web/client/campaigns.ts'
import { byWhom } from '#web/format/actors.ts'
import { dateTime } from '#web/format/dates.ts'
import cardList from '#web/page/list.module.css'
import { LoadError, ShowMore } from '#web/page/list.tsx'
import { TermsDiff } from './terms-diff.tsx'

type CampaignHistoryProps = {
  of: CampaignKey
  /** The version that stands; undefined for a campaign that was deleted. */
  current?: number
  /** Edits the terms of an earlier version. */
  onRestore: (change: CampaignChange) => void
}

/** The changes of a campaign, newest first: who changed what, and when, with the way back to what it was. */
export function CampaignHistory({ of, current, onRestore }: CampaignHistoryProps) {
  const read = useInfiniteQuery(campaignHistoryQuery(of))
  const { data, error } = read
  if (problemOf(error, 'unknown_campaign'))
    return <Text c="dimmed">There has never been a campaign with this name.</Text>
  if (error && !data) return <LoadError query={read} />
  if (!data) return <Skeleton height={160} radius="lg" />
  const changes = data.pages.flatMap(({ items }) => items)
  return (
    <Stack gap="md" align="stretch">
      <ol className={cardList.list} aria-label="History of changes">
        {changes.map((change) => (
          <li key={change.id}>
            <Change of={of} change={change} isCurrent={change.version === current} onRestore={onRestore} />
          </li>
        ))}
      </ol>
      <ShowMore list={read} shown={changes.length} what="changes" />
    </Stack>
  )
}

const ACTIONS = { created: 'Created', updated: 'Changed', deleted: 'Deleted' }

type ChangeProps = Pick<CampaignHistoryProps, 'of' | 'onRestore'> & {
  change: CampaignChangeSummary
  isCurrent: boolean
}

function Change({ of, change, isCurrent, onRestore }: ChangeProps) {
  const { action, actor, at, version, after } = change
  return (
    <Paper withBorder radius="lg" p="lg" bg="var(--store-surface)">
      <Stack gap="sm">
        <Group justify="space-between" align="stretch" gap="4px 16px">
          <Text fw={650}>
            {ACTIONS[action]} {byWhom(actor)}
          </Text>
          <Text size="sm" c="dimmed">
            <time dateTime={at}>{dateTime(at)}</time> · version {version}
          </Text>
        </Group>
        {after && <Difference of={of} change={change} />}
        {after && !isCurrent && <RestoreButton of={of} change={change} onRestore={onRestore} />}
      </Stack>
    </Paper>
  )
}

function RestoreButton({ of, change: { id, version }, onRestore }: Pick<ChangeProps, 'of' | 'change' | 'onRestore'>) {
  const queryClient = useQueryClient()
  const reading = useMutation({
    mutationFn: () => queryClient.fetchQuery(campaignChangeQuery(of, id)),
    onSuccess: onRestore,
  })
  return (
    <Group gap="sm">
      <Button
        size="compact-md"
        variant="default"
        leftSection={<IconArrowBackUp size={16} aria-hidden />}
        loading={reading.isPending}
        onClick={() => reading.mutate()}
      >
        Restore version {version}
      </Button>
      {reading.error && <Text size="sm">{formatError(reading.error).message}</Text>}
    </Group>
  )
}

/** What a change made of the terms. The list does not have the rules, so the change itself is read where they differ. */
function Difference({ of, change }: Pick<ChangeProps, 'of' | 'change'>) {
  const { id, before, after, rules_changed: haveRulesChanged } = change
  const whole = useQuery({ ...campaignChangeQuery(of, id), enabled: haveRulesChanged })
  const nothing = { ...DEFAULT_TERMS, status: after?.status ?? DEFAULT_TERMS.status }
  if (!haveRulesChanged) return <TermsDiff before={before ? alike(before) : nothing} after={alike(after)} />
  if (!whole.data) return whole.error ? <LoadError query={whole} /> : <Skeleton height={48} radius="md" />
  return <TermsDiff before={whole.data.before ?? nothing} after={whole.data.after ?? DEFAULT_TERMS} />
}

/** Terms whose rules are the same before and after, and are not shown. */
function alike(terms: CampaignTermsSummary | null): CampaignTerms {
  return { ...DEFAULT_TERMS, ...terms }
}

/** The defaults of the API: the terms that a new campaign differs from. */
const DEFAULT_TERMS: CampaignTerms = {
  event_types: [PURCHASE_COMPLETED],
  status: 'active',
  starts_at: null,
  ends_at: null,
  time_zone: 'UTC',
  priority: 0,
  exclusive_group: null,
  cap_total_points: null,
  cap_points_per_customer: null,
  available_after_days: 0,
  expiry: null,
  rules: [],
}
