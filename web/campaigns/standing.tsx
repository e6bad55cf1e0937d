import { Group, Paper, Stack, Text, Title } from '@mantine/core'
import type { Campaign } from '#web/client/campaigns.ts'
import { GivenPoints } from './list/given-points.tsx'
import { PhaseBadge } from './phase-badge.tsx'
import { phaseOf, saySchedule } from './schedule.ts'

/** How a campaign stands, as it is stored. */
export function Standing({ campaign }: { campaign: Campaign }) {
  return (
    <Paper component="section" withBorder radius="lg" p="lg" bg="var(--store-surface)" aria-labelledby="standing">
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2} size="h3" id="standing">
            How it stands
          </Title>
          <PhaseBadge phase={phaseOf(campaign)} />
        </Group>
        <Text size="sm">
          {saySchedule(campaign)} · version {campaign.version}
        </Text>
        <GivenPoints campaign={campaign} />
      </Stack>
    </Paper>
  )
}
