import { Anchor, Skeleton, Table, Text, VisuallyHidden } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type StatementLine, statementQuery } from '#web/client/points.ts'
import { dateTime } from '#web/format/dates.ts'
import { pointsAlone, pointsMoved, sayCampaigns } from '#web/format/points.ts'
import { LoadError, ShowMore } from '#web/page/list.tsx'
import { Section } from '#web/page/section.tsx'
import classes from './points-page.module.css'
import { changeOf, sayEntry } from './statement-text.ts'

/** Everything that happened to the points, in words, newest first. */
export function Statement({ username }: { username: string }) {
  const statement = useInfiniteQuery(statementQuery(username))
  const lines = statement.data?.pages.flatMap((page) => page.items)
  return (
    <Section title="Statement" lead="Everything that happened to your points.">
      {lines && <Lines lines={lines} />}
      {statement.error && <LoadError query={statement} />}
      {statement.isPending && <Skeleton height={280} radius="md" />}
      {lines && <ShowMore list={statement} shown={lines.length} what="entries" />}
    </Section>
  )
}

function Lines({ lines }: { lines: StatementLine[] }) {
  return (
    <Table className={classes.table} verticalSpacing="sm">
      <caption>
        <VisuallyHidden>Statement, newest first</VisuallyHidden>
      </caption>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col" visibleFrom="sm">
            Date
          </Table.Th>
          <Table.Th scope="col">What happened</Table.Th>
          <Table.Th scope="col" className={classes.number}>
            Points
          </Table.Th>
          <Table.Th scope="col" className={classes.number}>
            Balance
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {lines.map((line) => (
          <Line key={line.id} line={line} />
        ))}
      </Table.Tbody>
    </Table>
  )
}

function Line({ line }: { line: StatementLine }) {
  const change = changeOf(line)
  return (
    <Table.Tr>
      <Table.Td visibleFrom="sm">{dateTime(line.date_time)}</Table.Td>
      <Table.Td>
        <Text span className={classes.lead}>
          {sayEntry(line)}
        </Text>
        <Why line={line} />
        <Text span className={classes.folded} hiddenFrom="sm">
          {dateTime(line.date_time)}
        </Text>
      </Table.Td>
      <Table.Td className={classes.number}>
        <span className={change > 0 ? classes.came : classes.went}>{pointsMoved(change)}</span>
      </Table.Td>
      <Table.Td className={classes.number}>{pointsAlone(line.balance)}</Table.Td>
    </Table.Tr>
  )
}

function Why({ line }: { line: StatementLine }) {
  const campaigns = sayCampaigns(line.campaigns)
  return (
    <Text span className={classes.folded}>
      {campaigns && `${campaigns[0]?.toUpperCase()}${campaigns.slice(1)} `}
      {line.transaction_type === 'reverse' && line.amount === 0 && 'None of them were left. '}
      {line.reason === 'purchase' && <PurchaseLink purchaseId={line.reference} at={line.date_time} />}
    </Text>
  )
}

/** The way to the purchase that points were earned with, or paid for. `at` tells the links of a list apart. */
export function PurchaseLink({ purchaseId, at }: { purchaseId: string; at: string }) {
  return (
    <Anchor
      size="sm"
      renderRoot={(given) => <Link to="/purchases/$purchaseId" params={{ purchaseId }} {...given} />}
      style={{ whiteSpace: 'nowrap' }}
    >
      See the purchase
      <VisuallyHidden>, points of {dateTime(at)}</VisuallyHidden>
    </Anchor>
  )
}
