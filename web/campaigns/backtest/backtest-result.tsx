import { Alert, Button, Group, Progress, Stack, Text } from '@mantine/core'
import { formatError, problemOf, type Words } from '#web/client/api-problem.ts'
import { points } from '#web/format/points.ts'
import { BacktestAwards } from './backtest-awards.tsx'
import { BacktestSums } from './backtest-sums.tsx'
import type { BacktestState } from './use-backtest.ts'

type BacktestResultProps = {
  state: BacktestState
  /** The draft has changed since. */
  isOutdated: boolean
  onAgain: () => void
}

/** How far a backtest is, and what came of it. */
export function BacktestResult({ state, isOutdated, onAgain }: BacktestResultProps) {
  const trouble = sayTrouble(state)
  return (
    <Stack gap="md">
      <HowFar state={state} />
      <Text role="status" aria-label="Preview" fw={600}>
        {sayPhase(state)}
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
      {state.totals && <BacktestSums totals={state.totals} />}
      <BacktestAwards awards={state.awards} total={state.total} />
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

function sayPhase({ phase, totals, done, total }: BacktestState): string {
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

function sayTrouble({ phase, error }: BacktestState): Words | undefined {
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
  return formatError(error)
}
