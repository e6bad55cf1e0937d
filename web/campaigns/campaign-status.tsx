import { Badge, Progress, Stack, Text } from '@mantine/core'
import type { Campaign, CampaignTerms } from '#web/client/campaigns.ts'
import { dateTime } from '#web/format/dates.ts'
import { points } from '#web/format/points.ts'
import { Section } from '#web/page/section.tsx'

/** The stored state of a campaign: phase, schedule, version, and points awarded. */
export function CampaignStatus({ campaign }: { campaign: Campaign }) {
  return (
    <Section title="Current status" actions={<PhaseBadge phase={phaseOf(campaign)} />}>
      <Text size="sm">
        {formatSchedule(campaign)} · version {campaign.version}
      </Text>
      <AwardedPoints campaign={campaign} />
    </Section>
  )
}

type Schedule = Pick<CampaignTerms, 'starts_at' | 'ends_at'>

/** Whether a campaign awards points now, and if not, why. */
type Phase = 'running' | 'upcoming' | 'ended' | 'inactive'

export function phaseOf({ status, ...schedule }: Schedule & Pick<CampaignTerms, 'status'>): Phase {
  if (hasEnded(schedule)) return 'ended'
  if (status === 'inactive') return 'inactive'
  return startsLater(schedule) ? 'upcoming' : 'running'
}

function startsLater({ starts_at }: Schedule): boolean {
  return starts_at !== null && Date.parse(starts_at) > Date.now()
}

function hasEnded({ ends_at }: Schedule): boolean {
  return ends_at !== null && Date.parse(ends_at) <= Date.now()
}

/** `Always`, `From 1 Dec 2026, 00:00 until 24 Dec 2026, 18:00`, in the time zone of the browser. */
export function formatSchedule({ starts_at, ends_at }: Schedule): string {
  if (starts_at === null && ends_at === null) return 'Always'
  if (starts_at === null) return `Until ${dateTime(ends_at ?? '')}`
  return ends_at === null ? `From ${dateTime(starts_at)}` : `From ${dateTime(starts_at)} until ${dateTime(ends_at)}`
}

const MUTED = { bg: 'var(--store-line)', c: 'var(--mantine-color-text)' }

const PHASES: Record<Phase, { label: string; bg: string; c: string }> = {
  running: { label: 'Running', bg: 'var(--store-good-soft)', c: 'var(--store-good)' },
  upcoming: { label: 'Scheduled', bg: 'var(--store-points-soft)', c: 'var(--store-points)' },
  ended: { label: 'Ended', ...MUTED },
  inactive: { label: 'Inactive', ...MUTED },
}

export function PhaseBadge({ phase }: { phase: Phase }) {
  const { label, ...colours } = PHASES[phase]
  return (
    <Badge {...colours} tt="none" size="lg">
      {label}
    </Badge>
  )
}

type Awarded = Pick<Campaign, 'given_points' | 'cap_total_points' | 'cap_points_per_customer'>

/** How many points a campaign has awarded, and its caps. */
export function AwardedPoints({ campaign }: { campaign: Awarded }) {
  const { given_points: awarded, cap_total_points: cap } = campaign
  const label = `${points(awarded)} awarded${cap === null ? '' : ` of at most ${points(cap)}`}`
  return (
    <Stack gap={6}>
      <Text size="sm" fw={600}>
        {label}
      </Text>
      {cap !== null && <CapUsage awarded={awarded} cap={cap} label={label} />}
      <Text size="sm" c="dimmed">
        {formatCaps(campaign)}
      </Text>
    </Stack>
  )
}

function CapUsage({ awarded, cap, label }: { awarded: number; cap: number; label: string }) {
  const percent = cap === 0 ? 100 : Math.min(100, (awarded / cap) * 100)
  return (
    <Progress.Root>
      <Progress.Section
        value={percent}
        color={percent >= 100 ? 'red' : 'gold'}
        aria-label="Share of the cap used"
        aria-valuetext={label}
      />
    </Progress.Root>
  )
}

function formatCaps({ cap_total_points: total, cap_points_per_customer: perCustomer }: Awarded): string {
  if (perCustomer !== null) {
    return `At most ${points(perCustomer)} per customer${total === null ? ', no total cap' : ''}`
  }
  return total === null ? 'No caps' : 'No cap per customer'
}
