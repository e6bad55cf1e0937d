import { Badge, Table, Text, VisuallyHidden } from '@mantine/core'
import { useState } from 'react'
import type { PointsBalance, PointsDay } from '#web/client/points.ts'
import { dateTime, day } from '#web/format/dates.ts'
import { pointsAlone } from '#web/format/points.ts'
import { ShowMore } from '#web/page/show-more.tsx'
import classes from './points-table.module.css'

const FIRST_DAYS = 8
const MORE_DAYS = 50

type DaysTableProps = { balance: PointsBalance; status: PointsDay['status'] | undefined }

/** A row per day that points came on, newest first. Years of them are shown a few at a time. */
export function DaysTable({ balance, status }: DaysTableProps) {
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
