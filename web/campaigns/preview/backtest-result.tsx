import { Alert, Button, Group, Progress, Stack, Table, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useProductName } from '#web/campaigns/builder/pickers.tsx'
import { formatOutcome, formatRule, formatShortfall } from '#web/campaigns/rule-text.ts'
import { formatError, type Message, problemOf } from '#web/client/api-problem.ts'
import type {
  BacktestAward,
  BacktestComparison,
  BacktestDifference,
  BacktestTotals,
  CampaignTotals,
} from '#web/client/simulation.ts'
import { nameOfUser } from '#web/client/users.ts'
import { dateTime } from '#web/format/dates.ts'
import { money, plus } from '#web/format/money.ts'
import { points, pointsMoved } from '#web/format/points.ts'
import { type Column, DataTable } from '#web/page/table.tsx'
import classes from './backtest-result.module.css'
import type { BacktestState } from './use-backtest.ts'

type BacktestResultProps = {
  state: BacktestState
  /** The draft has changed since the backtest started. */
  isOutdated: boolean
  onRunAgain: () => void
}

/** The progress of a backtest and its results: totals, each rule, and the first purchases and events. */
export function BacktestResult({ state, isOutdated, onRunAgain }: BacktestResultProps) {
  const failure = formatFailure(state)
  return (
    <Stack gap="md">
      <BacktestProgress state={state} />
      <Text role="status" aria-label="Preview" fw={600}>
        {formatPhase(state)}
      </Text>
      {isOutdated && state.phase !== 'running' && (
        <Text size="sm">
          The campaign has changed since this preview. Run it again to see what it would have awarded.
        </Text>
      )}
      {failure && (
        <Alert color="red" title={failure.title}>
          <Group justify="space-between">
            <Text size="sm">{failure.message}</Text>
            <Button size="compact-sm" variant="default" onClick={onRunAgain}>
              Try again
            </Button>
          </Group>
        </Alert>
      )}
      {state.totals && <Totals totals={state.totals} campaigns={state.campaigns} />}
      <Awards awards={state.awards} total={state.total} />
    </Stack>
  )
}

function BacktestProgress({ state: { phase, done, total } }: { state: BacktestState }) {
  if (phase === 'failed') return null
  const progress = `${done} of ${total} purchases and events`
  const isComplete = phase === 'complete'
  return (
    <Group wrap="nowrap">
      <Progress.Root flex={1} size="lg">
        <Progress.Section
          value={isComplete ? 100 : total === 0 ? 0 : (done / total) * 100}
          color={isComplete ? 'green' : 'plum'}
          animated={phase === 'running'}
          aria-label="Progress of the preview"
          aria-valuetext={progress}
        />
      </Progress.Root>
      <Text size="sm" c="dimmed">
        {done} of {total}
      </Text>
    </Group>
  )
}

function formatPhase({ phase, totals, done, total }: BacktestState): string {
  switch (phase) {
    case 'running':
      return 'Evaluating past purchases and events …'
    case 'complete':
      return totals?.evaluated === 0
        ? 'There were no purchases or events in this period.'
        : `It would have awarded ${points(totals?.points ?? 0)}.`
    case 'cancelled':
      return done === 0 ? 'Cancelled.' : `Cancelled after ${done} of ${total}. The results are incomplete.`
    case 'incomplete':
      return 'The results are incomplete.'
    case 'failed':
      return 'There are no results.'
  }
}

function formatFailure({ phase, error }: BacktestState): Message | undefined {
  if (phase === 'incomplete') {
    const because = error instanceof Error ? `${error.message}. ` : ''
    return { title: 'The preview was interrupted', message: `${because}There are no totals.` }
  }
  if (phase !== 'failed') return undefined
  if (problemOf(error, 'too_many_backtests') || problemOf(error, 'too_many_at_once')) {
    return {
      title: 'Too many previews are running',
      message: 'The store runs only a few previews at a time. Try again in a moment.',
    }
  }
  return formatError(error)
}

/** What the campaign would have awarded, compared with its saved version, and rule by rule. */
function Totals({ totals, campaigns }: { totals: BacktestTotals; campaigns: readonly CampaignTotals[] }) {
  const { points: preview, amount, saved, points_taken_back: takenBack } = totals
  return (
    <Stack gap="md">
      <dl className={classes.figures}>
        <Figure name="Would have awarded" points={preview} amount={amount} isMain />
        {saved && <Figure name="By the saved version" points={saved.points} amount={saved.amount} />}
        {saved && <Difference totals={totals} saved={saved} />}
        <Figure name="Actually awarded, by all campaigns" points={totals.points_issued} amount={totals.amount_issued} />
        {takenBack > 0 && <Figure name="Taken back by refunds" points={takenBack} amount={totals.amount_taken_back} />}
      </dl>
      {saved && <Differences saved={saved} />}
      {campaigns.map((campaign) => (
        <CampaignSummary key={campaign.campaign_name} campaign={campaign} evaluated={totals.evaluated} />
      ))}
    </Stack>
  )
}

type FigureProps = { name: string; points: number; amount: number; isMain?: boolean }

function Figure({ name, points: count, amount, isMain = false }: FigureProps) {
  return (
    <div className={classes.figure}>
      <dt>{name}</dt>
      <dd data-main={isMain || undefined}>
        {points(count)} <span className={classes.worth}>worth {money(amount)}</span>
      </dd>
    </div>
  )
}

type ComparedProps = { totals: BacktestTotals; saved: BacktestComparison }

function Difference({ totals, saved }: ComparedProps) {
  const difference = totals.points - saved.points
  if (difference === 0) {
    return (
      <div className={classes.figure}>
        <dt>Difference</dt>
        <dd>None</dd>
      </div>
    )
  }
  const name = `Difference: ${difference > 0 ? 'more' : 'less'}`
  const amount = Math.abs(plus(totals.amount, -saved.amount))
  return <Figure name={name} points={Math.abs(difference)} amount={amount} />
}

/** The purchases and events for which the saved version would have given something else. */
function Differences({ saved: { differing, examples } }: Pick<ComparedProps, 'saved'>) {
  if (differing === 0) return <Text size="sm">The saved version would have awarded the same for each of them.</Text>
  const these = examples.length < differing ? `The ${examples.length} that differ most` : 'All that differ'
  return (
    <Table.ScrollContainer minWidth={560} type="native" tabIndex={0} role="region" aria-label="What differs">
      <DataTable
        caption={`${differing} purchases and events would have earned more or less than by the saved version. ${these}:`}
        isCaptionSeen
        columns={DIFFERENCE_COLUMNS}
        rows={examples}
        keyOf={({ id }) => id}
      />
    </Table.ScrollContainer>
  )
}

const DIFFERENCE_COLUMNS: readonly Column<BacktestDifference>[] = [
  { name: 'When', cell: (award) => <When award={award} /> },
  { name: 'Customer', cell: ({ user_id, account_id }) => nameOfUser({ userId: user_id, username: account_id }) },
  { name: 'Saved version', kind: 'number', cell: ({ points_saved }) => points_saved },
  { name: 'Would award', kind: 'number', cell: ({ points }) => points },
  { name: 'Difference', kind: 'number', cell: ({ points, points_saved }) => pointsMoved(points - points_saved) },
]

function CampaignSummary({ campaign, evaluated }: { campaign: CampaignTotals; evaluated: number }) {
  const { earning, limited, not_running } = campaign
  return (
    <Stack gap="xs">
      <Text size="sm">
        {earning} of {evaluated} purchases and events would have earned points.
        {limited > 0 &&
          ` ${limited} would have earned fewer, or none, because of the budget, or of the limit of points per customer.`}
        {not_running > 0 &&
          ` ${not_running} happened while the campaign would not have been running, or are not of its types.`}
      </Text>
      {campaign.rules.length > 0 && (
        <Table.ScrollContainer minWidth={560} type="native" tabIndex={0} role="region" aria-label="By rule">
          <RuleTable rules={campaign.rules} />
        </Table.ScrollContainer>
      )}
    </Stack>
  )
}

type RuleTotals = CampaignTotals['rules'][number]

function RuleTable({ rules }: Pick<CampaignTotals, 'rules'>) {
  return (
    <DataTable
      caption="How often each rule awarded points, and how many in total before rounding and without the budget."
      isCaptionSeen
      columns={RULE_COLUMNS}
      rows={rules.map((totals, index) => ({ ...totals, index }))}
      keyOf={({ index }) => index}
    />
  )
}

const RULE_COLUMNS: readonly Column<RuleTotals>[] = [
  { name: 'Rule', kind: 'name', cell: ({ rule, reason }) => <RuleName rule={rule} reason={reason} /> },
  { name: 'Awarded', kind: 'number', cell: ({ gave }) => gave },
  { name: 'Did not match', kind: 'number', cell: ({ did_not_match }) => did_not_match },
  { name: 'Not evaluated', kind: 'number', cell: ({ not_evaluated }) => not_evaluated },
  { name: 'Total points', kind: 'number', cell: ({ sum }) => sum },
]

function RuleName({ rule, reason }: Pick<RuleTotals, 'rule' | 'reason'>) {
  const { when, award } = formatRule(rule, useProductName())
  return (
    <>
      <strong>{award}</strong>
      {when !== '' && ` when ${when}`}
      {reason && <span className={classes.reason}>Not evaluated because {reason}</span>}
    </>
  )
}

type AwardsProps = { awards: readonly BacktestAward[]; total: number }

/** The first purchases and events of a backtest, each with the result of every rule. */
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
      <DataTable
        caption={
          awards.length < total
            ? `The first ${awards.length} of ${total}, oldest first.`
            : 'All purchases and events, oldest first.'
        }
        isCaptionSeen
        isHeadSticky
        columns={AWARD_COLUMNS}
        rows={awards}
        keyOf={({ id }) => id}
      />
    </Table.ScrollContainer>
  )
}

const AWARD_COLUMNS: readonly Column<BacktestAward>[] = [
  { name: 'When', cell: (award) => <When award={award} /> },
  { name: 'Customer', cell: ({ user_id, account_id }) => nameOfUser({ userId: user_id, username: account_id }) },
  { name: 'Would award', kind: 'number', cell: ({ points }) => points },
  { name: 'Actually awarded', kind: 'number', cell: ({ points_issued }) => points_issued },
  { name: 'Why', cell: (award) => <Why award={award} /> },
]

type WhenProps = { award: Pick<BacktestAward, 'kind' | 'id' | 'occurred_at'> }

function When({ award: { kind, id, occurred_at } }: WhenProps) {
  if (kind === 'event') return <>{dateTime(occurred_at)} (event)</>
  return (
    <Link to="/purchases/$purchaseId" params={{ purchaseId: id }} className={classes.link}>
      {dateTime(occurred_at)}
    </Link>
  )
}

function Why({ award: { campaigns } }: { award: BacktestAward }) {
  return campaigns.map((evaluation) => (
    <ul key={evaluation.campaign_name} className={classes.why}>
      {evaluation.rules.map((outcome) => (
        <li key={outcome.rule}>
          Rule {outcome.rule + 1} {formatOutcome(outcome, undefined)}
        </li>
      ))}
      {formatShortfall(evaluation) && <li>{formatShortfall(evaluation)}</li>}
    </ul>
  ))
}
