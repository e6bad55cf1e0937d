import { Group, Paper, Stack, Text, Title } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { PhaseBadge } from '#web/campaigns/phase-badge.tsx'
import { sayRule } from '#web/campaigns/rule-words.ts'
import { phaseOf, saySchedule } from '#web/campaigns/schedule.ts'
import type { Campaign, CampaignRule } from '#web/client/campaigns.ts'
import classes from './campaign-card.module.css'
import { GivenPoints } from './given-points.tsx'
import { StatusSwitch } from './status-switch.tsx'

const MOST_RULES = 3

/** A campaign at a glance. */
export function CampaignCard({ campaign }: { campaign: Campaign }) {
  const { campaign_name: name, version } = campaign
  return (
    <Paper component="article" withBorder radius="lg" p="lg" className={classes.card} aria-label={`Campaign ${name}`}>
      <Stack gap="md" h="100%">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <Title order={2} size="h3" className={classes.name}>
            <Link to="/campaigns/$campaignName" params={{ campaignName: name }} className={classes.link}>
              {name}
            </Link>
          </Title>
          <StatusSwitch campaign={campaign} />
        </Group>
        <Group gap="xs">
          <PhaseBadge phase={phaseOf(campaign)} />
          <Text size="sm">{saySchedule(campaign)}</Text>
        </Group>
        <Rules rules={campaign.rules} />
        <Stack gap="xs" mt="auto">
          <GivenPoints campaign={campaign} />
          <Text size="xs" c="dimmed">
            Version {version}
          </Text>
        </Stack>
      </Stack>
    </Paper>
  )
}

function Rules({ rules }: { rules: readonly CampaignRule[] }) {
  if (rules.length === 0) return <Text c="dimmed">No rules yet: it gives nothing.</Text>
  const more = rules.length - MOST_RULES
  return (
    <ul className={classes.rules} aria-label="Rules">
      {rules.slice(0, MOST_RULES).map((rule, index) => {
        const { when, gives } = sayRule(rule)
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: the place of a rule is all that tells it from its like.
          <li key={index}>
            <strong>{gives}</strong> when {when}
          </li>
        )
      })}
      {more > 0 && <li>and {more} more</li>}
    </ul>
  )
}
