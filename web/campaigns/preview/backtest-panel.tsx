import { Button, Chip, Fieldset, Group, Stack, Switch, Text } from '@mantine/core'
import { IconHistory } from '@tabler/icons-react'
import { useState } from 'react'
import { type Period, pastOf, usePeriod } from '#web/campaigns/campaign-search.ts'
import { type CandidateKey, candidateOf, type Draft, inputErrors, termsOf } from '#web/campaigns/terms/draft.ts'
import { DateTimeField } from '#web/page/fields.tsx'
import { Section } from '#web/page/section.tsx'
import { BacktestResult } from './backtest-result.tsx'
import { type BacktestState, useBacktest } from './use-backtest.ts'

type BacktestPanelProps = {
  draft: Draft
  of: CandidateKey
  hasErrors: boolean
}

/** What a draft would have awarded for past purchases and events, before it is saved. */
export function BacktestPanel({ draft, of, hasErrors }: BacktestPanelProps) {
  const [period, setPeriod] = usePeriod()
  const [choice, setChoice] = useState<boolean>()
  const [evaluatedDraft, setEvaluatedDraft] = useState<Draft>()
  const { state, start, cancel } = useBacktest()
  const ignoresSchedule = choice ?? isNotRunningYet(draft)
  const past = pastOf(period)
  const isInvalid = hasErrors || Object.keys(inputErrors(draft)).length > 0

  const run = () => {
    if (!past) return
    setEvaluatedDraft(draft)
    void start({ ...candidateOf(draft, of), ...past, ignore_schedule: ignoresSchedule })
  }

  return (
    <Section
      title="What would it have awarded?"
      lead={`Evaluates the campaign as it is above for past purchases and events${of.campaign_name === undefined ? '' : ', and compares it with the saved version'}. Nothing is saved.`}
    >
      <PeriodFields period={period} onChange={setPeriod} />
      <Switch
        label="Ignore the schedule"
        description="As if the campaign had always been active, without a start or an end."
        checked={ignoresSchedule}
        onChange={(event) => setChoice(event.currentTarget.checked)}
      />
      {!ignoresSchedule && isNotRunningYet(draft) && (
        <Text size="sm">
          The campaign is not active, or has not started. With its status and schedule, it would have awarded nothing.
        </Text>
      )}
      <Group gap="sm">
        <RunButton state={state} isDisabled={isInvalid || !past} onRun={run} />
        {state?.phase === 'running' && (
          <Button variant="default" onClick={cancel}>
            Cancel
          </Button>
        )}
        {isInvalid && <Text size="sm">Correct the errors first.</Text>}
      </Group>
      {state && evaluatedDraft && (
        <BacktestResult state={state} isOutdated={evaluatedDraft !== draft} onRunAgain={run} />
      )}
    </Section>
  )
}

type RunButtonProps = { state: BacktestState | undefined; isDisabled: boolean; onRun: () => void }

function RunButton({ state, isDisabled, onRun }: RunButtonProps) {
  return (
    <Button
      variant="light"
      leftSection={<IconHistory size={18} aria-hidden />}
      onClick={onRun}
      disabled={isDisabled}
      loading={state?.phase === 'running'}
    >
      {state ? 'Run again' : 'Run preview'}
    </Button>
  )
}

/** With its schedule, such a draft awards nothing for any past purchase or event. */
function isNotRunningYet(draft: Draft): boolean {
  const { status, starts_at } = termsOf(draft)
  return status !== 'active' || (typeof starts_at === 'string' && Date.parse(starts_at) > Date.now())
}

const KINDS: { value: Period['kind']; label: string }[] = [
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: 'custom', label: 'Custom dates' },
]

type PeriodFieldsProps = { period: Period; onChange: (period: Period) => void }

function PeriodFields({ period, onChange }: PeriodFieldsProps) {
  return (
    <Stack gap="sm">
      <Fieldset legend="Period" variant="unstyled" p={0} m={0}>
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
      {period.kind === 'custom' && (
        <Group grow align="flex-start" preventGrowOverflow={false}>
          <DateTimeField
            label="From"
            value={period.from}
            onChange={(from) => onChange({ ...period, from })}
            miw="min(100%, 12.5rem)"
          />
          <DateTimeField
            label="To"
            description="Leave empty to end now."
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            value={period.to}
            onChange={(to) => onChange({ ...period, to })}
            miw="min(100%, 12.5rem)"
          />
        </Group>
      )}
      {pastOf(period) === undefined && (
        <Text size="sm" c="dimmed">
          Enter a start in the past and before the end.
        </Text>
      )}
    </Stack>
  )
}
