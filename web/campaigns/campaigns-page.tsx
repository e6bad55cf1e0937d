import { Badge, Button, Group, Paper, Skeleton, Stack, Switch, Text, Title } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconPlus, IconSparkles } from '@tabler/icons-react'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { formatError, problemOf } from '#web/client/api-problem.ts'
import {
  type Campaign,
  type CampaignKey,
  type CampaignSummary,
  campaignQuery,
  campaignsQuery,
  STORE_CLIENT,
  useChangeCampaign,
} from '#web/client/campaigns.ts'
import { ButtonLink } from '#web/page/links.tsx'
import { EmptyState, LoadError, ShowMore } from '#web/page/list.tsx'
import { Page } from '#web/page/page.tsx'
import { useProductName } from './builder/pickers.tsx'
import { clientSearch } from './campaign-search.ts'
import { AwardedPoints, formatSchedule, StateBadge } from './campaign-status.tsx'
import classes from './campaigns-page.module.css'
import { formatRule } from './rule-text.ts'

const SKELETONS = ['a', 'b', 'c']

export function CampaignsPage() {
  return (
    <Page
      title="Campaigns"
      lead="Rules that turn purchases and other events into points."
      actions={<NewCampaignLink />}
    >
      <Campaigns />
    </Page>
  )
}

function NewCampaignLink() {
  return (
    <ButtonLink to="/new-campaign" leftSection={<IconPlus size={18} aria-hidden />}>
      New campaign
    </ButtonLink>
  )
}

function Campaigns() {
  const read = useInfiniteQuery(campaignsQuery)
  const { data, error, isPending } = read
  const campaigns = data?.pages.flatMap(({ items }) => items)
  if (error && !campaigns) return <LoadError query={read} />
  if (campaigns?.length === 0) {
    return (
      <EmptyState icon={<IconSparkles size={36} aria-hidden />} title="No campaigns yet" action={<NewCampaignLink />}>
        Purchases earn no points until there is a campaign. You can preview what it would have awarded before you save
        it.
      </EmptyState>
    )
  }
  return (
    <Stack gap="lg" align="center">
      <ul className={classes.list} style={{ width: '100%' }} aria-label="Campaigns" aria-busy={isPending}>
        {campaigns?.map((campaign) => (
          <li key={`${campaign.client} ${campaign.campaign_name}`}>
            <CampaignCard campaign={campaign} />
          </li>
        )) ??
          SKELETONS.map((skeleton) => (
            <li key={skeleton}>
              <Skeleton height={280} radius="lg" />
            </li>
          ))}
      </ul>
      <ShowMore list={read} shown={campaigns?.length ?? 0} what="campaigns" />
    </Stack>
  )
}

/** How many rules a card shows. */
const MAX_RULES = 3

/** The summary of a campaign in the list. */
function CampaignCard({ campaign }: { campaign: CampaignSummary }) {
  const { client, campaign_name: name, version } = campaign
  return (
    <Paper component="article" withBorder radius="lg" p="lg" className={classes.card} aria-label={`Campaign ${name}`}>
      <Stack gap="md" h="100%">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <Title order={2} size="h3" className={classes.name}>
            <Link
              to="/campaigns/$campaignName"
              params={{ campaignName: name }}
              search={clientSearch(client)}
              className={classes.link}
            >
              {name}
            </Link>
          </Title>
          <StatusSwitch campaign={campaign} />
        </Group>
        <Group gap="xs">
          <StateBadge state={campaign.state} />
          {client !== STORE_CLIENT && (
            <Badge variant="outline" color="gray" tt="none">
              {client}
            </Badge>
          )}
          <Text size="sm">{formatSchedule(campaign)}</Text>
        </Group>
        <Rules campaign={campaign} />
        <Stack gap="xs" mt="auto">
          <AwardedPoints campaign={campaign} />
          <Text size="xs" c="dimmed">
            Version {version}
          </Text>
        </Stack>
      </Stack>
    </Paper>
  )
}

/** The first rules of a campaign, which the list does not have. */
function Rules({ campaign }: { campaign: CampaignSummary }) {
  const { rule_count: count } = campaign
  const whole = useQuery({ ...campaignQuery(campaign), enabled: count > 0 })
  const nameOf = useProductName()
  if (count === 0) return <Text c="dimmed">No rules yet: this campaign awards no points.</Text>
  if (!whole.data) return whole.error ? <LoadError query={whole} /> : <Skeleton height={48} radius="md" />
  const { rules } = whole.data
  const more = rules.length - MAX_RULES
  return (
    <ul className={classes.rules} aria-label="Rules">
      {rules.slice(0, MAX_RULES).map((rule, index) => {
        const { when, award } = formatRule(rule, nameOf)
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: rules have no identity but their position.
          <li key={index}>
            <strong>{award}</strong>
            {when !== '' && ` when ${when}`}
          </li>
        )
      })}
      {more > 0 && <li>and {more} more</li>}
    </ul>
  )
}

type Status = Campaign['status']

/** Saves the status at once; it applies from the next purchase on. */
function StatusSwitch({ campaign }: { campaign: CampaignSummary }) {
  const change = useChangeCampaign()
  const { campaign_name: name, status } = campaign
  const shown = change.isPending ? change.variables.changes.status : status

  // Undo still works after the user has left the page, so the result is notified from here and not rendered.
  const setStatus = async (next: Status, of: CampaignKey & Pick<Campaign, 'version'>): Promise<void> => {
    try {
      const changed = await change.mutateAsync({ of, changes: { status: next } })
      notifyStatus(changed, () => setStatus(next === 'active' ? 'inactive' : 'active', changed))
    } catch (error) {
      notifyStatusNotChanged(name, error)
    }
  }

  return (
    <Switch
      checked={shown === 'active'}
      onChange={(event) => void setStatus(event.currentTarget.checked ? 'active' : 'inactive', campaign)}
      label="Active"
      aria-label={`Campaign ${name} is active`}
      size="md"
      aria-busy={change.isPending}
    />
  )
}

function notifyStatus({ campaign_name: name, status }: Campaign, undo: () => Promise<void>): void {
  const id = `status of ${name}`
  const effect =
    status === 'active'
      ? 'It awards points from the next purchase on.'
      : 'It awards no points from the next purchase on. Points already awarded are kept.'
  notifications.hide(id)
  notifications.show({
    id,
    title: `“${name}” is now ${status}`,
    message: (
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm">{effect}</Text>
        <Button
          size="compact-sm"
          variant="light"
          onClick={() => {
            notifications.hide(id)
            void undo()
          }}
        >
          Undo
        </Button>
      </Group>
    ),
    autoClose: 12_000,
  })
}

function notifyStatusNotChanged(name: string, error: unknown): void {
  const { title, message } = problemOf(error, 'campaign_moved_on')
    ? {
        title: `“${name}” was not changed`,
        message:
          'Somebody else changed it in the meantime. The page now shows the current version: review it and try again.',
      }
    : formatError(error)
  notifications.show({ color: 'red', title, message, autoClose: 12_000 })
}
