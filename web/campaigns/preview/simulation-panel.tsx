import { Alert, Fieldset, NumberInput, Select, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconAlertTriangle, IconCircleCheck, IconCircleMinus } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { formatOutcome, formatShortfall } from '#web/campaigns/rule-words.ts'
import { findJsonError, type RulesError } from '#web/campaigns/rules-editor/rules-json.ts'
import { candidateOf, type Draft } from '#web/campaigns/terms/draft.ts'
import { problemOf } from '#web/client/api-problem.ts'
import type { CampaignRule } from '#web/client/campaigns.ts'
import { sayInWords } from '#web/client/problem-words.ts'
import { productChoicesQuery } from '#web/client/products.ts'
import { type ExampleEvent, type RuleOutcome, type Simulation, simulationQuery } from '#web/client/simulation.ts'
import { points } from '#web/format/points.ts'
import { Section } from '#web/page/section.tsx'
import classes from './simulation-panel.module.css'

type SimulationPanelProps = { evaluation: DraftEvaluation; event: ExampleEvent; onEvent: (event: ExampleEvent) => void }

/** Tries a draft on one purchase, as it is typed. */
export function SimulationPanel({ evaluation, event, onEvent }: SimulationPanelProps) {
  return (
    <Section title="Try it on a purchase">
      <ExampleEventForm event={event} onChange={onEvent} />
      <div role="status" aria-label="It would give">
        <Headline {...evaluation} />
      </div>
      {evaluation.simulation && <RuleOutcomes {...evaluation.simulation} />}
    </Section>
  )
}

function Headline({ errors, simulation, error }: DraftEvaluation) {
  if (error) {
    const { title, message } = sayInWords(error)
    return (
      <Alert color="red" title={title}>
        {message}
      </Alert>
    )
  }
  if (simulation) {
    const less = formatShortfall(simulation.judgement)
    return (
      <>
        <Text className={classes.points}>{points(simulation.judgement.points)}</Text>
        {less && <Text size="sm">{less}</Text>}
      </>
    )
  }
  return (
    <Text c="dimmed">{errors.length > 0 ? 'What it gives is told here once the rules are right.' : 'Trying it …'}</Text>
  )
}

/** Where trying begins: one Unicorn Air, if the store has such a thing. */
export const FIRST_EXAMPLE: ExampleEvent = { amount: 1700, total: 1700, quantity: 1, productId: '1' }

type ExampleEventProps = { event: ExampleEvent; onChange: (event: ExampleEvent) => void }

/** A purchase to try rules on. */
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
        {...(products?.nextCursor && { description: `One of the first ${products.count}.` })}
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

/** What a campaign gives for the example, rule by rule. */
function RuleOutcomes({ judgement, rules }: Simulation) {
  return (
    <ol className={classes.outcomes} aria-label="Rule by rule">
      {judgement.rules.map((outcome) => (
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

/** What is known of a draft; of the one before, until what was typed last has been judged. */
export type DraftEvaluation = {
  /** What is wrong with its rules. Another array for each evaluation. */
  errors: readonly RulesError[]
  /** What it would make of the example, if its rules are right. */
  simulation: Simulation | undefined
  /** Why nothing could be judged. */
  error: Error | undefined
}

const PAUSE_MS = 300

/** Evaluates a draft as it is typed: whether its rules are JSON is seen here, everything else by the API, as on saving. */
export function useEvaluation(draft: Draft, event: ExampleEvent, campaignName: string | undefined): DraftEvaluation {
  const [settled] = useDebouncedValue(draft, PAUSE_MS)
  const [settledEvent] = useDebouncedValue(event, PAUSE_MS)
  const jsonError = useMemo(() => findJsonError(settled.rules), [settled.rules])
  const isJson = jsonError === undefined
  const { data, error, isPending, isPlaceholderData } = useQuery({
    ...simulationQuery(candidateOf(settled, campaignName), settledEvent),
    enabled: isJson,
    placeholderData: keepPreviousData,
  })
  const found = useMemo(() => (jsonError ? [jsonError] : rulesErrorsOf(error)), [jsonError, error])
  const [errors, setErrors] = useState(found)
  const isEvaluated = settled.rules === draft.rules && !(isJson && (isPending || isPlaceholderData))
  if (isEvaluated && errors !== found) setErrors(found)

  return {
    errors,
    simulation: errors.length > 0 ? undefined : data,
    error: isJson && error && found.length === 0 ? error : undefined,
  }
}

/** The API names places as `rules`, with a JSON Pointer into the array of rules after it. */
function rulesErrorsOf(error: unknown): RulesError[] {
  const errors = problemOf(error, 'invalid_request')?.errors ?? []
  return errors
    .filter(({ path }) => path.startsWith('rules'))
    .map(({ path, message, position }) => ({
      message,
      place: path.slice('rules'.length),
      ...(position !== undefined && { character: position }),
    }))
}
