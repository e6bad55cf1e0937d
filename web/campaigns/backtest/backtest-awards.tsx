import { Table } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { sayLess, sayOutcome } from '#web/campaigns/judgement-words.ts'
import type { BacktestAward } from '#web/client/simulation.ts'
import { dateTime } from '#web/format/dates.ts'
import classes from './backtest.module.css'

type BacktestAwardsProps = { awards: readonly BacktestAward[]; total: number }

/** The first purchases and events of a backtest, and which rule gave what. */
export function BacktestAwards({ awards, total }: BacktestAwardsProps) {
  if (awards.length === 0) return null
  return (
    <Table.ScrollContainer
      minWidth={640}
      maxHeight={480}
      type="native"
      tabIndex={0}
      role="region"
      aria-label="Purchases and events"
    >
      <Table verticalSpacing="xs" striped stickyHeader captionSide="top">
        <Table.Caption ta="left">
          {awards.length < total
            ? `The first ${awards.length} of ${total}, oldest first.`
            : 'Everything, oldest first.'}
        </Table.Caption>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>When</Table.Th>
            <Table.Th>Who</Table.Th>
            <Table.Th ta="right">Would give</Table.Th>
            <Table.Th ta="right">Really gave</Table.Th>
            <Table.Th>Why</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {awards.map((award) => (
            <Award key={award.id} award={award} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}

function Award({ award }: { award: BacktestAward }) {
  return (
    <Table.Tr>
      <Table.Td>
        <When award={award} />
      </Table.Td>
      <Table.Td>{award.account_id}</Table.Td>
      <Table.Td ta="right" fw={650}>
        {award.points}
      </Table.Td>
      <Table.Td ta="right">{award.points_issued}</Table.Td>
      <Table.Td>
        <Why award={award} />
      </Table.Td>
    </Table.Tr>
  )
}

function When({ award: { kind, id, occurred_at } }: { award: BacktestAward }) {
  if (kind === 'event') return <>{dateTime(occurred_at)} (event)</>
  return (
    <Link to="/purchases/$purchaseId" params={{ purchaseId: id }} className={classes.link}>
      {dateTime(occurred_at)}
    </Link>
  )
}

function Why({ award: { campaigns } }: { award: BacktestAward }) {
  return campaigns.map((judgement) => (
    <ul key={judgement.campaign_name} className={classes.why}>
      {judgement.rules.map((outcome) => (
        <li key={outcome.rule}>
          Rule {outcome.rule + 1} {sayOutcome(outcome, undefined)}
        </li>
      ))}
      {sayLess(judgement) && <li>{sayLess(judgement)}</li>}
    </ul>
  ))
}
