import { Group, SegmentedControl, Skeleton, Text } from '@mantine/core'
import { CatchBoundary, getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense, useMemo } from 'react'
import type { PointsBalance } from '#web/client/points.ts'
import { Section } from '#web/page/section.tsx'
import classes from './day-by-day.module.css'
import { spansOf } from './day-spans.ts'
import { DaysTable } from './days-table.tsx'

/** The chart library is larger than the rest of the page: the figures need not wait for it. */
const SpansChart = lazy(async () => ({ default: (await import('./spans-chart.tsx')).SpansChart }))

const route = getRouteApi('/points')

const SHOWN = [
  { value: 'all', label: 'All days' },
  { value: 'active', label: 'Active' },
  { value: 'expired', label: 'Expired' },
]

/** What is left of the points of each day: drawn, and in a table that says the same. */
export function DayByDay({ balance }: { balance: PointsBalance }) {
  const { days = 'all' } = route.useSearch()
  const navigate = route.useNavigate()
  const show = (value: string) =>
    void navigate({
      search: ({ days: _, ...search }) =>
        value === 'active' || value === 'expired' ? { ...search, days: value } : search,
      replace: true,
      resetScroll: false,
    })

  return (
    <Section title="Day by day" lead="What is left of the points of each day, and what lapsed of them.">
      <Chart balance={balance} />
      <Group>
        <SegmentedControl aria-label="Days to list" data={SHOWN} value={days} onChange={show} />
      </Group>
      <DaysTable key={days} balance={balance} status={days === 'all' ? undefined : days} />
    </Section>
  )
}

function Chart({ balance: { balance_entries } }: { balance: PointsBalance }) {
  const { unit, spans } = useMemo(() => spansOf(balance_entries), [balance_entries])
  if (spans.every(({ active, expired }) => active + expired === 0)) return null
  return (
    <CatchBoundary getResetKey={() => unit} errorComponent={NoChart}>
      <Suspense fallback={<Skeleton className={classes.chart} radius="md" />}>
        <SpansChart unit={unit} spans={spans} className={classes.chart ?? ''} />
      </Suspense>
    </CatchBoundary>
  )
}

function NoChart() {
  return <Text c="dimmed">The chart could not be loaded. The table has the same figures.</Text>
}
