import { Button, Group, Slider, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import type { Quote } from '#web/client/quote.ts'
import { settingsQuery } from '#web/client/settings.ts'
import { money, times } from '#web/format/money.ts'
import { points } from '#web/format/points.ts'

type PayWithPointsProps = { quote: Quote; value: number; onChange: (points: number) => void }

/** How much of the price points pay, and what that saves. Not there for who has none. */
export function PayWithPoints({ quote: { mostPoints }, value, onChange }: PayWithPointsProps) {
  const settings = useQuery(settingsQuery)
  const label = useId()
  if (mostPoints === 0) return null
  const used = Math.min(value, mostPoints)
  return (
    <Stack gap={6}>
      <Group justify="space-between">
        <Text fw={600} id={label}>
          Pay with points
        </Text>
        <Button variant="subtle" size="compact-sm" onClick={() => onChange(used === mostPoints ? 0 : mostPoints)}>
          {used === mostPoints ? 'Use none' : `Use all ${points(mostPoints)}`}
        </Button>
      </Group>
      <Slider
        min={0}
        max={mostPoints}
        value={used}
        onChange={onChange}
        color="gold.6"
        label={null}
        thumbProps={{ 'aria-labelledby': label, 'aria-valuetext': points(used) }}
      />
      <Text size="sm" c="dimmed">
        {used === 0 ? 'Drag to see what it saves.' : sayWhatItSaves(used, settings.data?.pointValue)}
      </Text>
    </Stack>
  )
}

function sayWhatItSaves(used: number, pointValue: number | undefined): string {
  return pointValue === undefined ? points(used) : `${points(used)} save ${money(times(pointValue, used))}.`
}
