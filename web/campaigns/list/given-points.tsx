import { Progress, Stack, Text } from '@mantine/core'
import type { Campaign } from '#web/client/campaigns.ts'
import { points } from '#web/format/points.ts'

type Given = Pick<Campaign, 'given_points' | 'cap_total_points' | 'cap_points_per_customer'>

/** How much a campaign has given, and of how much. */
export function GivenPoints({ campaign }: { campaign: Given }) {
  const { given_points, cap_total_points: cap } = campaign
  const given =
    cap === null ? `${points(given_points)} given` : `${points(given_points)} given of at most ${points(cap)}`
  return (
    <Stack gap={6}>
      <Text size="sm" fw={600}>
        {given}
      </Text>
      {cap !== null && <CapUsed given={given_points} cap={cap} words={given} />}
      <Text size="sm" c="dimmed">
        {sayCaps(campaign)}
      </Text>
    </Stack>
  )
}

function CapUsed({ given, cap, words }: { given: number; cap: number; words: string }) {
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

function sayCaps({ cap_total_points: total, cap_points_per_customer: perCustomer }: Given): string {
  if (perCustomer !== null)
    return `At most ${points(perCustomer)} per customer${total === null ? ', no cap in all' : ''}`
  return total === null ? 'No caps' : 'No cap per customer'
}
