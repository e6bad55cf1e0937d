import { Button, Group, Switch, Text } from '@mantine/core'
import { IconHistory } from '@tabler/icons-react'
import { useState } from 'react'
import { phaseOf } from '#web/campaigns/schedule.ts'
import { type Draft, termsOf } from '#web/campaigns/terms/draft.ts'
import { mistakesOf } from '#web/campaigns/terms/draft-mistakes.ts'
import { candidateOf } from '#web/campaigns/trial/candidate.ts'
import { Section } from '#web/page/section.tsx'
import { BacktestResult } from './backtest-result.tsx'
import { pastOf } from './stretch.ts'
import { StretchFields } from './stretch-fields.tsx'
import { useBacktest } from './use-backtest.ts'
import { useStretch } from './use-stretch.ts'

type BacktestPanelProps = {
  draft: Draft
  /** Of the stored campaign that the draft would change. */
  campaignName: string | undefined
  hasMistakes: boolean
}

/** What a draft would have given for what really happened, before anybody saves it. */
export function BacktestPanel({ draft, campaignName, hasMistakes }: BacktestPanelProps) {
  const [stretch, setStretch] = useStretch()
  const [ignores, setIgnores] = useState<boolean>()
  const [ranFor, setRanFor] = useState<Draft>()
  const { state, start, cancel } = useBacktest()
  const ignoresSchedule = ignores ?? givesNothingYet(draft)
  const past = pastOf(stretch)
  const isWrong = hasMistakes || Object.keys(mistakesOf(draft)).length > 0

  const run = () => {
    if (!past) return
    setRanFor(draft)
    const always = { status: 'active', starts_at: null, ends_at: null } as const
    void start({ ...candidateOf(draft, campaignName), ...(ignoresSchedule && always) }, past)
  }

  return (
    <Section
      title="What would this have given?"
      lead="For what was really bought, with these terms, saved or not. Nothing is written."
    >
      <StretchFields stretch={stretch} onChange={setStretch} />
      <Switch
        label="Ignore the schedule"
        description="As if it had been active all the time, without a start or an end."
        checked={ignoresSchedule}
        onChange={(event) => setIgnores(event.currentTarget.checked)}
      />
      {!ignoresSchedule && givesNothingYet(draft) && (
        <Text size="sm">
          As it stands it has not begun to give anything: with its schedule, the past comes to nothing.
        </Text>
      )}
      <Group gap="sm">
        <Button
          variant="light"
          leftSection={<IconHistory size={18} aria-hidden />}
          onClick={run}
          disabled={isWrong || !past}
          loading={state?.phase === 'running'}
        >
          {state ? 'Show again' : 'Show what it would have given'}
        </Button>
        {state?.phase === 'running' && (
          <Button variant="default" onClick={cancel}>
            Cancel
          </Button>
        )}
        {isWrong && <Text size="sm">Mend the mistakes first.</Text>}
      </Group>
      {state && ranFor && <BacktestResult state={state} isOutdated={ranFor !== draft} onAgain={run} />}
    </Section>
  )
}

/** Nothing of the past was in its time. */
function givesNothingYet(draft: Draft): boolean {
  const { status, starts_at, ends_at } = termsOf(draft)
  const phase = phaseOf({ status: status ?? 'active', starts_at: starts_at ?? null, ends_at: ends_at ?? null })
  return phase === 'inactive' || phase === 'upcoming'
}
