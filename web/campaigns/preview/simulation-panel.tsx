import { Alert, Fieldset, NumberInput, Select, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconAlertTriangle, IconCircleCheck, IconCircleMinus } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { formatOutcome, formatShortfall } from '#web/campaigns/rule-text.ts'
import { findJsonError, type RulesError } from '#web/campaigns/rules-editor/rules-json.ts'
import { candidateOf, type Draft } from '#web/campaigns/terms/draft.ts'
import { formatError, problemOf } from '#web/client/api-problem.ts'
import type { CampaignRule } from '#web/client/campaigns.ts'
import { productChoicesQuery } from '#web/client/products.ts'
import { type ExampleEvent, type RuleOutcome, type Simulation, simulationQuery } from '#web/client/simulation.ts'
import { points } from '#web/format/points.ts'
import { Section } from '#web/page/section.tsx'
import classes from './simulation-panel.module.css'

type SimulationPanelProps = { evaluation: DraftEvaluation; event: ExampleEvent; onEvent: (event: ExampleEvent) => void }

/** Evaluates a draft for one example purchase while it is edited. */
export function SimulationPanel({ evaluation, event, onEvent }: SimulationPanelProps) {
  return (
    <Section title="Try it on an example purchase">
      <ExampleEventForm event={event} onChange={onEvent} />
      <div role="status" aria-label="Result for the example">
        <Headline {...evaluation} />
      </div>
      {evaluation.simulation && <RuleOutcomes {...evaluation.simulation} />}
    </Section>
  )
}

function Headline({ errors, simulation, error }: DraftEvaluation) {
  if (error) {
    const { title, message } = formatError(error)
    return (
      <Alert color="red" title={title}>
        {message}
      </Alert>
    )
  }
  if (simulation) {
    const { evaluation } = simulation
    const shortfall = formatShortfall(evaluation)
    return (
      <>
        <Text className={classes.points}>{points(evaluation.points)}</Text>
        {shortfall && <Text size="sm">{shortfall}</Text>}
      </>
    )
  }
  return (
    <Text c="dimmed">
      {errors.length > 0 ? 'The result appears here once the rules have no errors.' : 'Evaluating …'}
    </Text>
  )
}

/** One Unicorn Air of the sample data. */
export const FIRST_EXAMPLE: ExampleEvent = { amount: 1700, total: 1700, quantity: 1, productId: '1' }

type ExampleEventProps = { event: ExampleEvent; onChange: (event: ExampleEvent) => void }

function ExampleEventForm({ event, onChange }: ExampleEventProps) {
  const { data: products } = useQuery(productChoicesQuery)
  const options = products?.items.map(({ id, name }) => ({ value: id, label: name })) ?? []
  const set = (part: keyof ExampleEvent) => (given: number | string) => {
    if (typeof given === 'number') onChange({ ...event, [part]: given })
  }
  return (
    <Fieldset legend="Example purchase" variant="unstyled" p={0} m={0} className={classes.example ?? ''}>
      <NumberInput label="Amount" value={event.amount} onChange={set('amount')} min={0} decimalScale={2} />
      <NumberInput label="Total" value={event.total} onChange={set('total')} min={0} decimalScale={2} />
      <NumberInput
        label="Quantity"
        value={event.quantity}
        onChange={set('quantity')}
        min={1}
        max={1000}
        allowDecimal={false}
      />
      <Select
        label="Product"
        {...(products?.nextCursor && { description: `Only the first ${products.count} products are listed.` })}
        data={options}
        value={event.productId}
        onChange={(productId) => productId && onChange({ ...event, productId })}
        allowDeselect={false}
        searchable
      />
    </Fieldset>
  )
}

const ICONS = { gave: IconCircleCheck, did_not_match: IconCircleMinus, not_evaluated: IconAlertTriangle }

function RuleOutcomes({ evaluation, rules }: Simulation) {
  return (
    <ol className={classes.outcomes} aria-label="Rule by rule">
      {evaluation.rules.map((outcome) => (
        <Outcome key={outcome.rule} outcome={outcome} rule={rules[outcome.rule]} />
      ))}
    </ol>
  )
}

function Outcome({ outcome, rule }: { outcome: RuleOutcome; rule: CampaignRule | undefined }) {
  const Icon = ICONS[outcome.outcome]
  return (
    <li className={classes.outcome} data-outcome={outcome.outcome}>
      <Icon size={20} aria-hidden />
      <Text size="sm">
        <strong>Rule {outcome.rule + 1}</strong> {formatOutcome(outcome, rule)}
      </Text>
    </li>
  )
}

/** The last completed evaluation of a draft: that of an earlier version until the latest edit is evaluated. */
export type DraftEvaluation = {
  /** The errors in its rules. A new array for each evaluation. */
  errors: readonly RulesError[]
  /** The result for the example, if the rules have no errors. */
  simulation: Simulation | undefined
  /** Why the draft could not be evaluated. */
  error: Error | undefined
}

const DEBOUNCE_MS = 300

/** Evaluates a draft while it is edited. JSON syntax is checked here, everything else by the API, as on saving. */
export function useEvaluation(draft: Draft, event: ExampleEvent, campaignName: string | undefined): DraftEvaluation {
  const [debounced] = useDebouncedValue(draft, DEBOUNCE_MS)
  const [debouncedEvent] = useDebouncedValue(event, DEBOUNCE_MS)
  const jsonError = useMemo(() => findJsonError(debounced.rules), [debounced.rules])
  const isJson = jsonError === undefined
  const { data, error, isPending, isPlaceholderData } = useQuery({
    ...simulationQuery(candidateOf(debounced, campaignName), debouncedEvent),
    enabled: isJson,
    placeholderData: keepPreviousData,
  })
  const found = useMemo(() => (jsonError ? [jsonError] : rulesErrorsOf(error)), [jsonError, error])
  const [errors, setErrors] = useState(found)
  const isEvaluated = debounced.rules === draft.rules && !(isJson && (isPending || isPlaceholderData))
  if (isEvaluated && errors !== found) setErrors(found)

  return {
    errors,
    simulation: errors.length > 0 ? undefined : data,
    error: isJson && error && found.length === 0 ? error : undefined,
  }
}

/** The API gives locations as `rules`, followed by a JSON Pointer into the array of rules. */
function rulesErrorsOf(error: unknown): RulesError[] {
  const errors = problemOf(error, 'invalid_request')?.errors ?? []
  return errors
    .filter(({ path }) => path.startsWith('rules'))
    .map(({ path, message, position }) => ({
      message,
      location: path.slice('rules'.length),
      ...(position !== undefined && { character: position }),
    }))
}
