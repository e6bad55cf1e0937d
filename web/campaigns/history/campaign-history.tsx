import { Group, Paper, Skeleton, Stack, Text } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { problemOf } from '#web/client/api-problem.ts'
import {
  type CampaignChangeSummary,
  type CampaignKey,
  type CampaignTerms,
  type CampaignTermsSummary,
  campaignChangeQuery,
  campaignHistoryQuery,
  PURCHASE_COMPLETED,
} from '#web/client/campaigns.ts'
import { dateTime } from '#web/format/dates.ts'
import cardList from '#web/page/list.module.css'
import { LoadError, ShowMore } from '#web/page/list.tsx'
import { TermsDiff } from './terms-diff.tsx'

/** The changes of a campaign, newest first: who changed what, and when. */
export function CampaignHistory({ of }: { of: CampaignKey }) {
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
            <Change of={of} change={change} />
          </li>
        ))}
      </ol>
      <ShowMore list={read} shown={changes.length} what="changes" />
    </Stack>
  )
}

const ACTIONS = { created: 'Created', updated: 'Changed', deleted: 'Deleted' }

type ChangeProps = { of: CampaignKey; change: CampaignChangeSummary }

function Change({ of, change }: ChangeProps) {
  const { action, actor, at, version, after } = change
  return (
    <Paper withBorder radius="lg" p="lg" bg="var(--store-surface)">
      <Stack gap="sm">
        <Group justify="space-between" align="stretch" gap="4px 16px">
          <Text fw={650}>
            {ACTIONS[action]} by {actor}
          </Text>
          <Text size="sm" c="dimmed">
            <time dateTime={at}>{dateTime(at)}</time> · version {version}
          </Text>
        </Group>
        {after && <Difference of={of} change={change} />}
      </Stack>
    </Paper>
  )
}

/** What a change made of the terms. The list does not have the rules, so the change itself is read where they differ. */
function Difference({ of, change: { id, before, after, rules_changed: haveRulesChanged } }: ChangeProps) {
  const whole = useQuery({ ...campaignChangeQuery(of, id), enabled: haveRulesChanged })
  if (!haveRulesChanged) return <TermsDiff before={alike(before)} after={alike(after)} />
  if (!whole.data) return whole.error ? <LoadError query={whole} /> : <Skeleton height={48} radius="md" />
  return <TermsDiff before={whole.data.before ?? DEFAULT_TERMS} after={whole.data.after ?? DEFAULT_TERMS} />
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
  cap_total_points: null,
  cap_points_per_customer: null,
  rules: [],
}
