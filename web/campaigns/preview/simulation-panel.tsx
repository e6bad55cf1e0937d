import { Alert, Fieldset, Select, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconAlertTriangle, IconCircleCheck, IconCircleMinus } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { formatOutcome, formatShortfall } from '#web/campaigns/rule-text.ts'
import { findJsonError, type RulesError } from '#web/campaigns/rules-editor/rules-json.ts'
import { candidateOf, type Draft } from '#web/campaigns/terms/draft.ts'
import { formatError, problemOf } from '#web/client/api-problem.ts'
import type { CampaignKey, CampaignRule } from '#web/client/campaigns.ts'
import { productChoicesQuery } from '#web/client/products.ts'
import { type RuleOutcome, type Simulation, simulationQuery } from '#web/client/simulation.ts'
import { QUANTITY, TOTAL } from '#web/format/numbers.ts'
import { points } from '#web/format/points.ts'
import { NumberField } from '#web/page/fields.tsx'
import { Section } from '#web/page/section.tsx'
import { type Example, eventOf, FIRST_EVENT, withPrice } from './example.ts'
import classes from './simulation-panel.module.css'

type SimulationPanelProps = { evaluation: DraftEvaluation; example: Example; onExample: (example: Example) => void }

/** Evaluates a draft for one example purchase while it is edited. */
export function SimulationPanel({ evaluation, example, onExample }: SimulationPanelProps) {
  return (
    <Section title="Try it on an example purchase">
      <ExampleFields example={example} onChange={onExample} />
      <div role="status" aria-label="Result for the example">
        <Headline {...evaluation} />
      </div>
      {evaluation.simulation && <RuleOutcomes {...evaluation.simulation} />}
    </Section>
  )
}

function Headline({ errors, simulation, error, isExample }: DraftEvaluation) {
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
  return <Text c="dimmed">{formatNoResult({ errors, isExample })}</Text>
}

function formatNoResult({ errors, isExample }: Pick<DraftEvaluation, 'errors' | 'isExample'>): string {
  if (!isExample) return 'The result appears here once the example has all its numbers.'
  return errors.length > 0 ? 'The result appears here once the rules have no errors.' : 'Evaluating …'
}

type ExampleFieldsProps = { example: Example; onChange: (example: Example) => void }

function ExampleFields({ example, onChange }: ExampleFieldsProps) {
  const { data: products } = useQuery(productChoicesQuery)
  const options = products?.items.map(({ id, name }) => ({ value: id, label: name })) ?? []
  const buy = (changed: Partial<Example>) => {
    const next = { ...example, ...changed }
    onChange(
      withPrice(
        next,
        products?.items.find(({ id }) => id === next.productId),
      ),
    )
  }
  return (
    <Fieldset legend="Example purchase" variant="unstyled" p={0} m={0} className={classes.example ?? ''}>
      <NumberField
        kind={TOTAL}
        label="Amount"
        value={example.amount}
        onChange={(amount) => onChange({ ...example, amount })}
        required
      />
      <NumberField
        kind={TOTAL}
        label="Total"
        value={example.total}
        onChange={(total) => onChange({ ...example, total })}
        required
      />
      <NumberField
        kind={QUANTITY}
        label="Quantity"
        value={example.quantity}
        onChange={(quantity) => buy({ quantity })}
        required
      />
      <Select
        label="Product"
        {...(products?.nextCursor && { description: `Only the first ${products.count} products are listed.` })}
        data={options}
        value={example.productId}
        onChange={(productId) => productId && buy({ productId })}
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
  /** Whether the example is one: all of its numbers can be read. */
  isExample: boolean
  /** The result for the example, if the rules have no errors. */
  simulation: Simulation | undefined
  /** Why the draft could not be evaluated. */
  error: Error | undefined
}

const DEBOUNCE_MS = 300

/** Evaluates a draft while it is edited. JSON syntax is checked here, everything else by the API, as on saving. */
export function useEvaluation(draft: Draft, example: Example, of: CampaignKey | undefined): DraftEvaluation {
  const [debounced] = useDebouncedValue(draft, DEBOUNCE_MS)
  const [debouncedExample] = useDebouncedValue(example, DEBOUNCE_MS)
  const isExample = eventOf(example) !== undefined
  const jsonError = useMemo(() => findJsonError(debounced.rules), [debounced.rules])
  const isJson = jsonError === undefined
  const { data, error, isPending, isPlaceholderData } = useQuery({
    // The rules are checked with any example, also while that of the page is none.
    ...simulationQuery(candidateOf(debounced, of), eventOf(debouncedExample) ?? FIRST_EVENT),
    enabled: isJson,
    placeholderData: keepPreviousData,
  })
  const found = useMemo(() => (jsonError ? [jsonError] : rulesErrorsOf(error)), [jsonError, error])
  const [errors, setErrors] = useState(found)
  const isEvaluated = debounced.rules === draft.rules && !(isJson && (isPending || isPlaceholderData))
  if (isEvaluated && errors !== found) setErrors(found)

  return {
    errors,
    isExample,
    simulation: errors.length > 0 || !isExample ? undefined : data,
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
