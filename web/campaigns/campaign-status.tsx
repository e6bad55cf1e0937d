import { Badge, Progress, Stack, Text } from '@mantine/core'
import type { Campaign, CampaignTerms } from '#web/client/campaigns.ts'
import { dateTime } from '#web/format/dates.ts'
import { points } from '#web/format/points.ts'
import { Section } from '#web/page/section.tsx'

/** How a campaign stands, as it is stored. */
export function CampaignStatus({ campaign }: { campaign: Campaign }) {
  return (
    <Section title="How it stands" actions={<PhaseBadge phase={phaseOf(campaign)} />}>
      <Text size="sm">
        {formatSchedule(campaign)} · version {campaign.version}
      </Text>
      <AwardedPoints campaign={campaign} />
    </Section>
  )
}

type Schedule = Pick<CampaignTerms, 'starts_at' | 'ends_at'>

/** Where a campaign stands: whether it gives points now, and if not, why. */
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

/** `Always`, `From 1 Dec 2026, 00:00 until 24 Dec 2026, 18:00`, in the time of whoever looks. */
export function formatSchedule({ starts_at, ends_at }: Schedule): string {
  if (starts_at === null && ends_at === null) return 'Always'
  if (starts_at === null) return `Until ${dateTime(ends_at ?? '')}`
  return ends_at === null ? `From ${dateTime(starts_at)}` : `From ${dateTime(starts_at)} until ${dateTime(ends_at)}`
}

const QUIET = { bg: 'var(--store-line)', c: 'var(--mantine-color-text)' }

const PHASES: Record<Phase, { word: string; bg: string; c: string }> = {
  running: { word: 'Running', bg: 'var(--store-good-soft)', c: 'var(--store-good)' },
  upcoming: { word: 'Starts later', bg: 'var(--store-points-soft)', c: 'var(--store-points)' },
  ended: { word: 'Ended', ...QUIET },
  inactive: { word: 'Inactive', ...QUIET },
}

export function PhaseBadge({ phase }: { phase: Phase }) {
  const { word, ...colours } = PHASES[phase]
  return (
    <Badge {...colours} tt="none" size="lg">
      {word}
    </Badge>
  )
}

type Given = Pick<Campaign, 'given_points' | 'cap_total_points' | 'cap_points_per_customer'>

/** How much a campaign has given, and of how much. */
export function AwardedPoints({ campaign }: { campaign: Given }) {
  const { given_points, cap_total_points: cap } = campaign
  const given =
    cap === null ? `${points(given_points)} given` : `${points(given_points)} given of at most ${points(cap)}`
  return (
    <Stack gap={6}>
      <Text size="sm" fw={600}>
        {given}
      </Text>
      {cap !== null && <CapUsage given={given_points} cap={cap} words={given} />}
      <Text size="sm" c="dimmed">
        {formatCaps(campaign)}
      </Text>
    </Stack>
  )
}

function CapUsage({ given, cap, words }: { given: number; cap: number; words: string }) {
  const used = cap === 0 ? 100 : Math.min(100, (given / cap) * 100)
  return (
    <Progress.Root>
      <Progress.Section
        value={used}
        color={used >= 100 ? 'red' : 'gold'}
        aria-label="Used of the cap"
        aria-valuetext={words}
      />
    </Progress.Root>
  )
}

function formatCaps({ cap_total_points: total, cap_points_per_customer: perCustomer }: Given): string {
  if (perCustomer !== null)
    return `At most ${points(perCustomer)} per customer${total === null ? ', no cap in all' : ''}`
  return total === null ? 'No caps' : 'No cap per customer'
}
