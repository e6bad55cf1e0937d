import { Skeleton, Text } from '@mantine/core'
import { CatchBoundary } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import type { PointsLiability } from '#web/client/reports.ts'
import { monthName } from '#web/format/dates.ts'
import { money, plus } from '#web/format/money.ts'
import { pointsAlone } from '#web/format/points.ts'
import type { PointsBar } from '#web/page/bars-chart.tsx'
import { type Column, DataTable } from '#web/page/table.tsx'
import classes from './liability.module.css'

/** The chart library is large: the figures need not wait for it. */
const BarsChart = lazy(async () => ({ default: (await import('#web/page/bars-chart.tsx')).BarsChart }))

type Open = Pick<PointsLiability, 'available' | 'pending'>

const PARTS = { plain: 'to spend now', hatched: 'to spend later' }

/** What is open by when it ends: drawn, and in a table that says the same. */
export function OpenByMonth({ report: { by_expiry_month: months } }: { report: PointsLiability }) {
  if (months.length === 0) return <NothingOpen />
  return (
    <>
      <Chart
        bars={months.slice(0, MAX_MONTHS).map((row) => ({
          label: shortMonth.format(new Date(row.month)),
          name: monthName(row.month),
          ...partsOf(row),
        }))}
        description="Open points by month of expiry, the soonest ones. The table below lists all."
      />
      <DataTable
        caption="Open points by month of expiry, soonest first"
        columns={[
          { name: 'Month', kind: 'name', cell: ({ month }) => monthName(month) },
          ...columns(months.some(({ pending }) => pending.points > 0)),
        ]}
        rows={months}
        keyOf={({ month }) => month}
        onPhone="blocks"
      />
    </>
  )
}

const shortMonth = new Intl.DateTimeFormat('en-GB', { month: 'short', year: 'numeric', timeZone: 'UTC' })

/** As many bars as can be told apart on a phone. */
const MAX_MONTHS = 36
const MAX_CAMPAIGNS = 8

/** What is open by the campaign that gave it. */
export function OpenByCampaign({ report: { by_campaign: campaigns } }: { report: PointsLiability }) {
  if (campaigns.length === 0) return <NothingOpen />
  return (
    <>
      <Chart
        bars={campaigns
          .slice(0, MAX_CAMPAIGNS)
          .map((row) => ({ label: shortened(nameOf(row)), name: nameOf(row), ...partsOf(row) }))}
        description="Open points of the campaigns with the most of them. The table below lists all."
        isSideways
      />
      <DataTable
        caption="Open points by campaign, the most first"
        columns={[
          { name: 'Campaign', kind: 'name', className: classes.campaign, cell: nameOf },
          { name: 'Client', onlyWide: true, cell: ({ client }) => client ?? '–' },
          ...columns(campaigns.some(({ pending }) => pending.points > 0)),
        ]}
        rows={campaigns}
        keyOf={({ kind, campaign_id }) => campaign_id ?? kind}
        onPhone="blocks"
      />
    </>
  )
}

function nameOf({ kind, campaign_name }: PointsLiability['by_campaign'][number]): string {
  if (kind === 'others') return 'All other campaigns'
  return campaign_name ?? 'No campaign'
}

function shortened(name: string): string {
  return [...name].length > 16 ? `${[...name].slice(0, 15).join('')}…` : name
}

function partsOf({ available, pending }: Open): Pick<PointsBar, 'plain' | 'hatched'> {
  return { plain: available.points, hatched: pending.points }
}

function columns<Row extends Open>(hasPending: boolean): Column<Row>[] {
  return [
    { name: 'To spend now', kind: 'number', cell: ({ available }) => pointsAlone(available.points) },
    ...(hasPending
      ? [{ name: 'Later', kind: 'number', cell: ({ pending }) => pointsAlone(pending.points) } satisfies Column<Row>]
      : []),
    { name: 'Worth', kind: 'number', cell: ({ available, pending }) => money(plus(available.amount, pending.amount)) },
  ]
}

type ChartProps = { bars: PointsBar[]; description: string; isSideways?: boolean }

function Chart({ bars, description, isSideways = false }: ChartProps) {
  const className = (isSideways ? classes.sideways : classes.chart) ?? ''
  return (
    <CatchBoundary getResetKey={() => description} errorComponent={NoChart}>
      <Suspense fallback={<Skeleton className={className} radius="md" />}>
        <BarsChart bars={bars} parts={PARTS} description={description} isSideways={isSideways} className={className} />
      </Suspense>
    </CatchBoundary>
  )
}

function NoChart() {
  return <Text c="dimmed">The chart could not be loaded. The table has the same figures.</Text>
}

function NothingOpen() {
  return <Text c="dimmed">No points were open.</Text>
}
