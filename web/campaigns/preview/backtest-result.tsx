import { Alert, Button, Group, Progress, Stack, Table, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { formatOutcome, formatRule, formatShortfall } from '#web/campaigns/rule-words.ts'
import { problemOf } from '#web/client/api-problem.ts'
import type { BacktestAward, BacktestTotals } from '#web/client/backtest.ts'
import { sayInWords, type Words } from '#web/client/problem-words.ts'
import { dateTime } from '#web/format/dates.ts'
import { points } from '#web/format/points.ts'
import classes from './backtest-result.module.css'
import type { BacktestState } from './use-backtest.ts'

type BacktestResultProps = {
  state: BacktestState
  /** The draft has changed since. */
  isOutdated: boolean
  onAgain: () => void
}

/** How far a backtest is, and what came of it. */
export function BacktestResult({ state, isOutdated, onAgain }: BacktestResultProps) {
  const trouble = formatFailure(state)
  return (
    <Stack gap="md">
      <HowFar state={state} />
      <Text role="status" aria-label="Preview" fw={600}>
        {formatProgress(state)}
      </Text>
      {isOutdated && state.phase !== 'running' && (
        <Text size="sm">The terms have changed since: show it again to see what they would have given.</Text>
      )}
      {trouble && (
        <Alert color="red" title={trouble.title}>
          <Group justify="space-between">
            <Text size="sm">{trouble.message}</Text>
            <Button size="compact-sm" variant="default" onClick={onAgain}>
              Try again
            </Button>
          </Group>
        </Alert>
      )}
      {state.totals && <Totals totals={state.totals} />}
      <Awards awards={state.awards} total={state.total} />
    </Stack>
  )
}

function HowFar({ state: { phase, done, total } }: { state: BacktestState }) {
  if (phase === 'failed') return null
  const words = `${done} of ${total} purchases and events`
  const isComplete = phase === 'complete'
  return (
    <Group wrap="nowrap">
      <Progress.Root flex={1} size="lg">
        <Progress.Section
          value={isComplete ? 100 : total === 0 ? 0 : (done / total) * 100}
          color={isComplete ? 'green' : 'plum'}
          animated={phase === 'running'}
          aria-label="Progress of the preview"
          aria-valuetext={words}
        />
      </Progress.Root>
      <Text size="sm" c="dimmed">
        {done} of {total}
      </Text>
    </Group>
  )
}

function formatProgress({ phase, totals, done, total }: BacktestState): string {
  switch (phase) {
    case 'running':
      return 'Going through the past …'
    case 'complete':
      return totals?.judged === 0
        ? 'Nothing happened in that time.'
        : `It would have given ${points(totals?.points ?? 0)}.`
    case 'cancelled':
      return done === 0 ? 'Cancelled.' : `Cancelled after ${done} of ${total}: what you see is not complete.`
    case 'incomplete':
      return 'What you see is not complete.'
    case 'failed':
      return 'There is nothing to show.'
  }
}

function formatFailure({ phase, error }: BacktestState): Words | undefined {
  if (phase === 'incomplete') {
    const because = error instanceof Error ? `${error.message}. ` : ''
    return { title: 'It broke off before it was through', message: `${because}There are no totals.` }
  }
  if (phase !== 'failed') return undefined
  if (problemOf(error, 'too_many_backtests')) {
    return {
      title: 'Others are looking at the past just now',
      message: 'The store does a few of these at a time. Try again in a moment.',
    }
  }
  return sayInWords(error)
}

type CampaignTotals = BacktestTotals['campaigns'][number]

/** What came of a backtest in all, beside what was really given, and rule by rule. */
function Totals({ totals }: { totals: BacktestTotals }) {
  const { points: would, points_issued: issued, points_taken_back: takenBack } = totals
  return (
    <Stack gap="md">
      <dl className={classes.figures}>
        <Figure name="Would have given" value={points(would)} isMain />
        <Figure name="Really given, by all campaigns" value={points(issued)} />
        <Figure name="The difference" value={formatDifference(would - issued)} />
        {takenBack > 0 && <Figure name="Taken back by refunds" value={points(takenBack)} />}
      </dl>
      {totals.campaigns.map((campaign) => (
        <CampaignSums key={campaign.campaign_name} campaign={campaign} evaluation={totals.judged} />
      ))}
    </Stack>
  )
}

function Figure({ name, value, isMain = false }: { name: string; value: string; isMain?: boolean }) {
  return (
    <div className={classes.figure}>
      <dt>{name}</dt>
      <dd data-main={isMain || undefined}>{value}</dd>
    </div>
  )
}

function formatDifference(difference: number): string {
  if (difference === 0) return 'none'
  return `${points(Math.abs(difference))} ${difference > 0 ? 'more' : 'less'}`
}

function CampaignSums({ campaign, evaluation }: { campaign: CampaignTotals; evaluation: number }) {
  const { earning, limited, not_running } = campaign
  return (
    <Stack gap="xs">
      <Text size="sm">
        {earning} of {evaluation} purchases and events would have got points.
        {limited > 0 && ` ${limited} would have got less, or nothing, because of a cap.`}
        {not_running > 0 && ` ${not_running} came while it would not have run.`}
      </Text>
      {campaign.rules.length > 0 && (
        <Table.ScrollContainer minWidth={560} type="native" tabIndex={0} role="region" aria-label="By rule">
          <RuleTable rules={campaign.rules} />
        </Table.ScrollContainer>
      )}
    </Stack>
  )
}

function RuleTable({ rules }: Pick<CampaignTotals, 'rules'>) {
  return (
    <Table verticalSpacing="xs" captionSide="top">
      <Table.Caption ta="left">How often each rule did what, and what it gave before rounding and caps.</Table.Caption>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Rule</Table.Th>
          <Table.Th ta="right">Gave</Table.Th>
          <Table.Th ta="right">Did not match</Table.Th>
          <Table.Th ta="right">Not evaluated</Table.Th>
          <Table.Th ta="right">Sum</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rules.map(({ rule, gave, did_not_match, not_evaluated, sum, reason }, index) => {
          const { gives, when } = formatRule(rule)
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: the place of a rule is all that tells it from its like.
            <Table.Tr key={index}>
              <Table.Th scope="row" fw={400}>
                <strong>{gives}</strong> when {when}
                {reason && <span className={classes.reason}>Not evaluated because {reason}</span>}
              </Table.Th>
              <Table.Td ta="right">{gave}</Table.Td>
              <Table.Td ta="right">{did_not_match}</Table.Td>
              <Table.Td ta="right">{not_evaluated}</Table.Td>
              <Table.Td ta="right">{sum}</Table.Td>
            </Table.Tr>
          )
        })}
      </Table.Tbody>
    </Table>
  )
}

type AwardsProps = { awards: readonly BacktestAward[]; total: number }

/** The first purchases and events of a backtest, and which rule gave what. */
function Awards({ awards, total }: AwardsProps) {
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
          Rule {outcome.rule + 1} {formatOutcome(outcome, undefined)}
        </li>
      ))}
      {formatShortfall(judgement) && <li>{formatShortfall(judgement)}</li>}
    </ul>
  ))
}
