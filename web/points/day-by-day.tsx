import { Badge, Group, SegmentedControl, Skeleton, Text } from '@mantine/core'
import { CatchBoundary, getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense, useMemo, useState } from 'react'
import type { PointsBalance, PointsDay } from '#web/client/points.ts'
import { dateTime, day } from '#web/format/dates.ts'
import { pointsAlone } from '#web/format/points.ts'
import { ShowMore } from '#web/page/list.tsx'
import { Section } from '#web/page/section.tsx'
import { type Column, DataTable } from '#web/page/table.tsx'
import { spansOf } from './day-spans.ts'
import classes from './points-page.module.css'

/** The chart library is larger than the rest of the page: the figures need not wait for it. */
const BarsChart = lazy(async () => ({ default: (await import('#web/page/bars-chart.tsx')).BarsChart }))

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
    <Section title="Day by day" lead="What is left of the points of each day, and how many have expired.">
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
        <BarsChart
          bars={spans.map(({ active, expired, ...span }) => ({ ...span, plain: active, hatched: expired }))}
          parts={{ plain: 'left to spend', hatched: 'expired' }}
          description={`Points by ${unit} of issue, from ${spans[0]?.name} to ${spans.at(-1)?.name}. The table below lists them.`}
          className={classes.chart ?? ''}
        />
      </Suspense>
    </CatchBoundary>
  )
}

function NoChart() {
  return <Text c="dimmed">The chart could not be loaded. The table has the same figures.</Text>
}

const FIRST_DAYS = 8
const MORE_DAYS = 50

type DaysTableProps = { balance: PointsBalance; status: PointsDay['status'] | undefined }

/** A row for each day on which points were issued, newest first. Years of them are shown a few at a time. */
function DaysTable({ balance, status }: DaysTableProps) {
  const [max, setMax] = useState(FIRST_DAYS)
  // A day can be there twice, once per end, where the lifetime of points was changed: so it takes a number to name a row.
  const numbered = balance.balance_entries.map((entry, number) => ({ ...entry, number }))
  const days = numbered.filter((entry) => !status || entry.status === status).toReversed()
  const shown = days.slice(0, max)
  const older = {
    hasNextPage: shown.length < days.length,
    isFetchingNextPage: false,
    fetchNextPage: () => setMax(max + MORE_DAYS),
  }
  if (days.length === 0) return <Text c="dimmed">There are no days with this status.</Text>
  return (
    <>
      <DataTable
        caption="Points by day, newest first"
        columns={columnsFor(balance.account_id)}
        rows={shown}
        keyOf={({ number }) => number}
      />
      <ShowMore list={older} shown={shown.length} all={days.length} what="days" />
    </>
  )
}

function columnsFor(account: string): Column<PointsDay>[] {
  return [
    {
      name: 'Date',
      kind: 'name',
      cell: ({ issued_date, last_updated }) => (
        <>
          {day(issued_date)}
          <Text span className={classes.folded} hiddenFrom="sm">
            {account}, updated {dateTime(last_updated)}
          </Text>
        </>
      ),
    },
    { name: 'Account', onlyWide: true, cell: () => account },
    { name: 'Points', kind: 'number', cell: ({ balance }) => pointsAlone(balance) },
    { name: 'Status', cell: ({ status }) => <StatusBadge status={status} /> },
    { name: 'Last updated', onlyWide: true, cell: ({ last_updated }) => dateTime(last_updated) },
  ]
}

function StatusBadge({ status }: Pick<PointsDay, 'status'>) {
  const isActive = status === 'active'
  return (
    <Badge variant="light" color={isActive ? 'gold' : 'gray'} className={classes.status} data-status={status}>
      {isActive ? 'Active' : 'Expired'}
    </Badge>
  )
}
