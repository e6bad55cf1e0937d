import { Badge, Progress, Stack, Text } from '@mantine/core'
import type { Campaign, CampaignTerms } from '#web/client/campaigns.ts'
import { dateTime } from '#web/format/dates.ts'
import { points } from '#web/format/points.ts'
import { Section } from '#web/page/section.tsx'
import { formatPointsTerms } from './points-terms.ts'

/** The stored state of a campaign: phase, schedule, version, and points awarded. */
export function CampaignStatus({ campaign }: { campaign: Campaign }) {
  const pointsTerms = formatPointsTerms(campaign)
  return (
    <Section title="Current status" actions={<StateBadge state={campaign.state} />}>
      <Text size="sm">
        {formatSchedule(campaign)} · version {campaign.version}
      </Text>
      {pointsTerms && <Text size="sm">{pointsTerms}</Text>}
      <AwardedPoints campaign={campaign} />
    </Section>
  )
}

type Schedule = Pick<CampaignTerms, 'starts_at' | 'ends_at'>

/** `Always`, `From 1 Dec 2026, 00:00 until 24 Dec 2026, 18:00`, in the time zone of the browser. */
export function formatSchedule({ starts_at, ends_at }: Schedule): string {
  if (starts_at === null && ends_at === null) return 'Always'
  if (starts_at === null) return `Until ${dateTime(ends_at ?? '')}`
  return ends_at === null ? `From ${dateTime(starts_at)}` : `From ${dateTime(starts_at)} until ${dateTime(ends_at)}`
}

const MUTED = { bg: 'var(--store-line)', c: 'var(--mantine-color-text)' }

const STATES: Record<Campaign['state'], { label: string; bg: string; c: string }> = {
  running: { label: 'Running', bg: 'var(--store-good-soft)', c: 'var(--store-good)' },
  scheduled: { label: 'Scheduled', bg: 'var(--store-points-soft)', c: 'var(--store-points)' },
  draft: { label: 'Draft', ...MUTED },
  ended: { label: 'Ended', ...MUTED },
  inactive: { label: 'Inactive', ...MUTED },
}

/** Whether a campaign awards points now, and if not, why. */
export function StateBadge({ state }: Pick<Campaign, 'state'>) {
  const { label, ...colours } = STATES[state]
  return (
    <Badge {...colours} tt="none" size="lg">
      {label}
    </Badge>
  )
}

type Awarded = Pick<Campaign, 'given_points' | 'points_left' | 'cap_total_points' | 'cap_points_per_customer'>

/** How many points a campaign has awarded, what is left of its budget, and the cap per customer. */
export function AwardedPoints({ campaign }: { campaign: Awarded }) {
  const { given_points: awarded, cap_total_points: cap, points_left: left } = campaign
  const label = `${points(awarded)} awarded${cap === null ? '' : ` of at most ${points(cap)}`}`
  return (
    <Stack gap={6}>
      <Text size="sm" fw={600}>
        {label}
      </Text>
      {cap !== null && <BudgetUsage awarded={awarded} cap={cap} label={label} />}
      {left !== null && <Text size="sm">Budget: {points(left)} left</Text>}
      <Text size="sm" c="dimmed">
        {formatCaps(campaign)}
      </Text>
    </Stack>
  )
}

function BudgetUsage({ awarded, cap, label }: { awarded: number; cap: number; label: string }) {
  const percent = cap === 0 ? 100 : Math.min(100, (awarded / cap) * 100)
  return (
    <Progress.Root>
      <Progress.Section
        value={percent}
        color={percent >= 100 ? 'red' : 'gold'}
        aria-label="Share of the budget used"
        aria-valuetext={label}
      />
    </Progress.Root>
  )
}

function formatCaps({ cap_total_points: total, cap_points_per_customer: perCustomer }: Awarded): string {
  if (perCustomer !== null) return `At most ${points(perCustomer)} per customer${total === null ? ', no budget' : ''}`
  return total === null ? 'No budget, and no limit of points per customer' : 'No limit of points per customer'
}
