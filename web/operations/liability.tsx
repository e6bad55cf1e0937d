import { Button, Group, Skeleton, Stack, Text } from '@mantine/core'
import { IconDownload, IconScale } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { liabilityCsv, liabilityQuery, type PointsLiability } from '#web/client/reports.ts'
import { dateTime, instantOf, localInput, monthName, timeOfDay } from '#web/format/dates.ts'
import { money } from '#web/format/money.ts'
import { pointsAlone } from '#web/format/points.ts'
import { DateTimeField } from '#web/page/fields.tsx'
import { EmptyState, LoadError } from '#web/page/list.tsx'
import { Section } from '#web/page/section.tsx'
import { type Sum, Sums } from '#web/page/sums.tsx'
import { type Column, DataTable } from '#web/page/table.tsx'
import { operationsSearch } from '#web/search-params.ts'
import { OpenByCampaign, OpenByMonth } from './liability-charts.tsx'

/** What is owed to customers in points, as it stood at an instant. */
export function Liability({ asOf }: { asOf: string | undefined }) {
  const report = useQuery(liabilityQuery(asOf))
  return (
    <Stack gap="xl">
      <Section
        title="What is owed in points"
        lead="Everything that had been recorded by an instant. Asked again, the answer is the same."
        actions={report.data && <Download report={report.data} />}
      >
        <InstantForm key={asOf} asOf={asOf} />
        {report.data && <Caption report={report.data} />}
      </Section>
      {report.data ? <Report report={report.data} /> : report.error ? <LoadError query={report} /> : <Loading />}
    </Stack>
  )
}

function Loading() {
  return (
    <Stack gap="xl" role="status" aria-label="Loading the report">
      <Skeleton height={320} radius="lg" />
      <Skeleton height={320} radius="lg" />
    </Stack>
  )
}

function Download({ report }: { report: PointsLiability }) {
  return (
    <Button
      component="a"
      href={liabilityCsv(report)}
      download
      variant="default"
      leftSection={<IconDownload size={18} aria-hidden />}
    >
      Download CSV
    </Button>
  )
}

/** Chooses the instant, which is kept in the address. */
function InstantForm({ asOf }: { asOf: string | undefined }) {
  const navigate = useNavigate()
  const shown = asOf === undefined ? '' : localInput(asOf)
  const [typed, setTyped] = useState(shown)
  const show = (instant: string | undefined) =>
    void navigate({
      to: '/operations',
      search: operationsSearch({ panel: 'liability', as_of: instant }),
      resetScroll: false,
    })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        // The field has no milliseconds.
        if (typed === shown) show(asOf)
        else if (typed === '' || instantOf(typed) !== undefined) show(instantOf(typed))
      }}
    >
      <Group align="flex-end" gap="sm">
        <DateTimeField
          label="As of"
          description="Leave empty for the newest there is."
          value={typed}
          onChange={setTyped}
          step={1}
          miw="min(100%, 13.75rem)"
        />
        <Button type="submit" variant="light">
          Show
        </Button>
        <Button variant="default" onClick={() => show(endOfLastMonth(new Date()))}>
          End of last month (UTC)
        </Button>
        {asOf !== undefined && (
          <Button variant="default" onClick={() => show(undefined)}>
            Newest
          </Button>
        )}
      </Group>
    </form>
  )
}

/** The last millisecond of it. */
function endOfLastMonth(now: Date): string {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1) - 1).toISOString()
}

function Caption({ report: { as_of, point_value } }: { report: PointsLiability }) {
  return (
    <Text c="dimmed">
      As of {dateTime(as_of)} ({timeOfDay(as_of)}). Amounts are at {money(point_value)} a point.
    </Text>
  )
}

function Report({ report }: { report: PointsLiability }) {
  if (report.issued.points === 0 && report.deferred_revenue.sales === 0) {
    return (
      <EmptyState icon={<IconScale size={36} aria-hidden />} title="Nothing had happened by then">
        No points had been issued, and nothing had been sold. Choose a later instant.
      </EmptyState>
    )
  }
  return (
    <>
      <Balance report={report} />
      <Section title="Open points by expiry" lead="By the month (UTC) of the last day to spend them.">
        <OpenByMonth report={report} />
      </Section>
      <Section title="Open points by campaign" lead="By the campaign that gave them, the most first.">
        <OpenByCampaign report={report} />
      </Section>
      {report.pending_by_month.length > 0 && <Pending report={report} />}
      <DeferredRevenue report={report} />
      <Breakage report={report} />
    </>
  )
}

type Worth = PointsLiability['open']

type Line = { name: string; worth: Worth; strong?: boolean }

function Balance({ report }: { report: PointsLiability }) {
  const { issued, redeemed, expired, reversed, open, available, pending, owed } = report
  const lines: Line[] = [
    { name: 'Issued', worth: issued },
    { name: 'Redeemed', worth: redeemed },
    { name: 'Expired', worth: expired },
    { name: 'Taken back', worth: reversed },
    { name: 'Open', worth: open, strong: true },
    { name: 'Open: to spend now', worth: available },
    { name: 'Open: to spend later', worth: pending },
    { name: 'Owed by customers', worth: owed },
  ]
  return (
    <Section
      title="Points"
      lead="Open is what was issued, less what was redeemed, expired or taken back. What customers owe is apart from it."
    >
      <DataTable caption="Points and what they are worth" columns={LINES} rows={lines} keyOf={({ name }) => name} />
    </Section>
  )
}

const LINES: Column<Line>[] = [
  { name: 'Points', kind: 'name', cell: ({ name, strong }) => <Bold when={strong}>{name}</Bold> },
  {
    name: 'How many',
    kind: 'number',
    cell: ({ worth, strong }) => <Bold when={strong}>{pointsAlone(worth.points)}</Bold>,
  },
  { name: 'Worth', kind: 'number', cell: ({ worth, strong }) => <Bold when={strong}>{money(worth.amount)}</Bold> },
]

function Bold({ when = false, children }: { when: boolean | undefined; children: ReactNode }) {
  return when ? <strong>{children}</strong> : children
}

function Pending({ report: { pending_by_month } }: { report: PointsLiability }) {
  return (
    <Section title="Points to spend later" lead="By the month (UTC) of the first day to spend them.">
      <DataTable
        caption="Pending points by month"
        columns={PENDING}
        rows={pending_by_month}
        keyOf={({ month }) => month}
      />
    </Section>
  )
}

const PENDING: Column<PointsLiability['pending_by_month'][number]>[] = [
  { name: 'Month', kind: 'name', cell: ({ month }) => monthName(month) },
  { name: 'Points', kind: 'number', cell: ({ points }) => pointsAlone(points) },
  { name: 'Worth', kind: 'number', cell: ({ amount }) => money(amount) },
]

function DeferredRevenue({ report: { deferred_revenue: sales } }: { report: PointsLiability }) {
  const sums: Sum[] = [
    { label: `Paid for purchases (${pointsAlone(sales.sales)}), less refunds`, value: money(sales.paid) },
    { label: 'Of that, for goods', value: money(sales.revenue) },
    { label: 'Of that, for points: deferred', value: money(sales.deferred) },
    { label: 'Released as points were redeemed', value: money(sales.released_by_redemption) },
    { label: 'Released as points expired', value: money(sales.released_by_expiry) },
    { label: 'Still deferred', value: money(sales.open), strong: true },
  ]
  return (
    <Section
      title="Deferred revenue"
      lead="Sales that earned points, by relative stand-alone selling prices (IFRS 15, ASC 606)."
    >
      <Sums sums={sums} />
    </Section>
  )
}

const percent = new Intl.NumberFormat('en-GB', { style: 'percent', maximumFractionDigits: 2 })

function Breakage({ report: { breakage } }: { report: PointsLiability }) {
  const { lots, rate, expected } = breakage
  return (
    <Section title="Breakage" lead="Points that will probably never be spent.">
      {rate === null || expected === null ? (
        <Text>Too few batches have ended to tell: {pointsAlone(lots)}, and it takes a hundred.</Text>
      ) : (
        <Text>
          Of the points of {pointsAlone(lots)} batches that have ended, {percent.format(rate)} expired. At this rate{' '}
          {pointsAlone(expected.points)} of the open points will, worth {money(expected.amount)}.
        </Text>
      )}
    </Section>
  )
}
