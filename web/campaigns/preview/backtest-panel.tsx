import { Button, Chip, Fieldset, Group, Stack, Switch, Text, TextInput } from '@mantine/core'
import { IconHistory } from '@tabler/icons-react'
import { useState } from 'react'
import { type Period, pastOf, usePeriod } from '#web/campaigns/campaign-search.ts'
import { phaseOf } from '#web/campaigns/campaign-status.tsx'
import { candidateOf, type Draft, inputErrors, termsOf } from '#web/campaigns/terms/draft.ts'
import { Section } from '#web/page/section.tsx'
import { BacktestResult } from './backtest-result.tsx'
import { useBacktest } from './use-backtest.ts'

type BacktestPanelProps = {
  draft: Draft
  /** Of the stored campaign that the draft would change. */
  campaignName: string | undefined
  hasErrors: boolean
}

/** What a draft would have given for what really happened, before anybody saves it. */
export function BacktestPanel({ draft, campaignName, hasErrors }: BacktestPanelProps) {
  const [period, setPeriod] = usePeriod()
  const [ignores, setIgnores] = useState<boolean>()
  const [ranFor, setRanFor] = useState<Draft>()
  const { state, start, cancel } = useBacktest()
  const ignoresSchedule = ignores ?? givesNothingYet(draft)
  const past = pastOf(period)
  const isWrong = hasErrors || Object.keys(inputErrors(draft)).length > 0

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
      <PeriodFields period={period} onChange={setPeriod} />
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
        {isWrong && <Text size="sm">Mend the errors first.</Text>}
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

const KINDS: { value: Period['kind']; label: string }[] = [
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: 'own', label: 'Own dates' },
]

type PeriodFieldsProps = { period: Period; onChange: (period: Period) => void }

function PeriodFields({ period, onChange }: PeriodFieldsProps) {
  return (
    <Stack gap="sm">
      <Fieldset legend="How far back" variant="unstyled" p={0} m={0}>
        <Chip.Group<false>
          value={period.kind}
          onChange={(kind) => onChange({ ...period, kind: kind as Period['kind'] })}
        >
          <Group gap="xs" mt={6}>
            {KINDS.map(({ value, label }) => (
              <Chip key={value} value={value}>
                {label}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
      </Fieldset>
      {period.kind === 'own' && (
        <Group grow align="flex-start" preventGrowOverflow={false}>
          <TextInput
            type="datetime-local"
            label="From"
            value={period.from}
            onChange={(event) => onChange({ ...period, from: event.currentTarget.value })}
            miw="min(100%, 12.5rem)"
          />
          <TextInput
            type="datetime-local"
            label="To"
            description="Empty: until now."
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            value={period.to}
            onChange={(event) => onChange({ ...period, to: event.currentTarget.value })}
            miw="min(100%, 12.5rem)"
          />
        </Group>
      )}
      {pastOf(period) === undefined && (
        <Text size="sm" c="dimmed">
          Say from when: a moment in the past, before the end.
        </Text>
      )}
    </Stack>
  )
}
