import { Text } from '@mantine/core'
import type { Campaign } from '#web/client/campaigns.ts'
import { Section } from '#web/page/section.tsx'
import { GivenPoints } from './list/given-points.tsx'
import { PhaseBadge } from './phase-badge.tsx'
import { phaseOf, saySchedule } from './schedule.ts'

/** How a campaign stands, as it is stored. */
export function Standing({ campaign }: { campaign: Campaign }) {
  return (
    <Section title="How it stands" actions={<PhaseBadge phase={phaseOf(campaign)} />}>
      <Text size="sm">
        {saySchedule(campaign)} · version {campaign.version}
      </Text>
      <GivenPoints campaign={campaign} />
    </Section>
  )
}
