import { Badge, Group, SegmentedControl, Skeleton, Table, Text, VisuallyHidden } from '@mantine/core'
import { CatchBoundary, getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense, useMemo, useState } from 'react'
import type { PointsBalance, PointsDay } from '#web/client/points.ts'
import { dateTime, day } from '#web/format/dates.ts'
import { pointsAlone } from '#web/format/points.ts'
import { ShowMore } from '#web/page/list.tsx'
import { Section } from '#web/page/section.tsx'
import { spansOf } from './day-spans.ts'
import classes from './points-page.module.css'

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

const FIRST_DAYS = 8
const MORE_DAYS = 50

type DaysTableProps = { balance: PointsBalance; status: PointsDay['status'] | undefined }

/** A row per day that points came on, newest first. Years of them are shown a few at a time. */
function DaysTable({ balance, status }: DaysTableProps) {
  const [most, setMost] = useState(FIRST_DAYS)
  // A day can be there twice, once per end, where the lifetime of points was changed: so it takes a number to name a row.
  const numbered = balance.balance_entries.map((entry, number) => ({ ...entry, number }))
  const days = numbered.filter((entry) => !status || entry.status === status).toReversed()
  const shown = days.slice(0, most)
  const older = {
    hasNextPage: shown.length < days.length,
    isFetchingNextPage: false,
    fetchNextPage: () => setMost(most + MORE_DAYS),
  }
  if (days.length === 0) return <Text c="dimmed">No days of this kind.</Text>
  return (
    <>
      <Table className={classes.table} verticalSpacing="sm">
        <caption>
          <VisuallyHidden>Points by day, newest first</VisuallyHidden>
        </caption>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Date</Table.Th>
            <Table.Th scope="col" visibleFrom="sm">
              Account
            </Table.Th>
            <Table.Th scope="col" className={classes.number}>
              Points
            </Table.Th>
            <Table.Th scope="col">Status</Table.Th>
            <Table.Th scope="col" visibleFrom="sm">
              Last updated
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {shown.map(({ number, ...entry }) => (
            <DayRow key={number} account={balance.account_id} {...entry} />
          ))}
        </Table.Tbody>
      </Table>
      <ShowMore list={older} shown={shown.length} all={days.length} what="days" />
    </>
  )
}

function DayRow({ account, issued_date, balance, status, last_updated }: PointsDay & { account: string }) {
  return (
    <Table.Tr>
      <Table.Th scope="row" className={classes.lead}>
        {day(issued_date)}
        <Text span className={classes.folded} hiddenFrom="sm">
          {account}, updated {dateTime(last_updated)}
        </Text>
      </Table.Th>
      <Table.Td visibleFrom="sm">{account}</Table.Td>
      <Table.Td className={classes.number}>{pointsAlone(balance)}</Table.Td>
      <Table.Td>
        <Badge
          variant="light"
          color={status === 'active' ? 'gold' : 'gray'}
          className={classes.status}
          data-status={status}
        >
          {status === 'active' ? 'Active' : 'Expired'}
        </Badge>
      </Table.Td>
      <Table.Td visibleFrom="sm">{dateTime(last_updated)}</Table.Td>
    </Table.Tr>
  )
}
