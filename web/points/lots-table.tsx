import { Progress, Table, Text, VisuallyHidden } from '@mantine/core'
import type { PointsLot } from '#web/client/points.ts'
import { dateTime, lastDay } from '#web/format/dates.ts'
import { pointsAlone } from '#web/format/points.ts'
import classes from './points-table.module.css'
import { PurchaseLink } from './purchase-link.tsx'
import { sayWhereFrom } from './statement-words.ts'

export function LotsTable({ lots }: { lots: PointsLot[] }) {
  return (
    <Table className={classes.table} verticalSpacing="sm">
      <caption>
        <VisuallyHidden>Lots of points, newest first</VisuallyHidden>
      </caption>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">Source</Table.Th>
          <Table.Th scope="col">Left</Table.Th>
          <Table.Th scope="col">Last day</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {lots.map((lot) => (
          <LotRow key={lot.id} lot={lot} />
        ))}
      </Table.Tbody>
    </Table>
  )
}

function LotRow({ lot: { issued_at, expires_at, original, remaining, expired, source } }: { lot: PointsLot }) {
  return (
    <Table.Tr>
      <Table.Td>
        <Text span className={classes.lead}>
          {sayWhereFrom(source.reason)}
        </Text>
        <Text span className={classes.folded}>
          {dateTime(issued_at)}{' '}
          {source.reason === 'purchase' && <PurchaseLink purchaseId={source.reference} at={issued_at} />}
        </Text>
      </Table.Td>
      <Table.Td className={classes.left}>
        {pointsAlone(remaining)} <span className={classes.whole}>of {pointsAlone(original)}</span>
        <Progress value={(remaining / original) * 100} color="gold" size="sm" mt={6} maw={160} aria-hidden />
        {expired > 0 && (
          <Text span className={classes.folded}>
            {pointsAlone(expired)} lapsed
          </Text>
        )}
      </Table.Td>
      <Table.Td className={classes.whole}>{lastDay(expires_at)}</Table.Td>
    </Table.Tr>
  )
}
