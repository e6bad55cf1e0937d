import { Anchor, Skeleton, Text, VisuallyHidden } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type StatementLine, statementQuery } from '#web/client/points.ts'
import { dateTime } from '#web/format/dates.ts'
import { formatCampaigns, formatWaiting, pointsAlone, pointsMoved } from '#web/format/points.ts'
import { PagedList } from '#web/page/list.tsx'
import { Section } from '#web/page/section.tsx'
import { type Column, DataTable } from '#web/page/table.tsx'
import classes from './points-page.module.css'
import { changeOf, formatEntry, formatNotMoved, formatWho } from './statement-text.ts'

/** Everything that happened to the points, in words, newest first. */
export function Statement({ username }: { username: string }) {
  return (
    <Section title="Statement" lead="Everything that happened to your points.">
      <PagedList
        list={useInfiniteQuery(statementQuery(username))}
        what="entries"
        loading={<Skeleton height={280} radius="md" />}
      >
        {(lines) => (
          <DataTable caption="Statement, newest first" columns={COLUMNS} rows={lines} keyOf={({ id }) => id} />
        )}
      </PagedList>
    </Section>
  )
}

const COLUMNS: Column<StatementLine>[] = [
  { name: 'Date', onlyWide: true, cell: ({ date_time }) => dateTime(date_time) },
  { name: 'What happened', cell: (line) => <WhatHappened line={line} /> },
  { name: 'Points', kind: 'number', cell: (line) => <Change change={changeOf(line)} /> },
  { name: 'Balance', kind: 'number', cell: ({ balance }) => pointsAlone(balance) },
]

function WhatHappened({ line }: { line: StatementLine }) {
  return (
    <>
      <Text span className={classes.lead}>
        {formatEntry(line)}
      </Text>
      <Why line={line} />
      <Text span className={classes.folded} hiddenFrom="sm">
        {dateTime(line.date_time)}
      </Text>
    </>
  )
}

function Change({ change }: { change: number }) {
  return <span className={change > 0 ? classes.came : classes.went}>{pointsMoved(change)}</span>
}

function Why({ line }: { line: StatementLine }) {
  const campaigns = formatCampaigns(line.campaigns)
  const waiting = formatWaiting(
    line.campaigns.map(({ points, available_at }) => ({ points, availableAt: available_at })),
  )
  return (
    <Text span className={classes.folded}>
      {campaigns && `${campaigns[0]?.toUpperCase()}${campaigns.slice(1)}${waiting && '.'} `}
      {waiting && `${waiting} `}
      {formatNotMoved(line)}
      {formatWho(line)}
      {line.reason === 'purchase' && <PurchaseLink purchaseId={line.reference} at={line.date_time} />}
    </Text>
  )
}

/** A link to the purchase that points were earned with, or paid for. `at` distinguishes the links of a list. */
export function PurchaseLink({ purchaseId, at }: { purchaseId: string; at: string }) {
  return (
    <Anchor
      size="sm"
      // It stands in a text: colour alone would not tell it from that.
      underline="always"
      renderRoot={(given) => <Link to="/purchases/$purchaseId" params={{ purchaseId }} {...given} />}
      style={{ whiteSpace: 'nowrap' }}
    >
      See the purchase
      <VisuallyHidden>, points of {dateTime(at)}</VisuallyHidden>
    </Anchor>
  )
}
