import { Alert, Button, CloseButton, Select, Stack, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconAlertTriangle, IconCircleCheck, IconCircleMinus, IconPlus } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useProductName } from '#web/campaigns/builder/pickers.tsx'
import { unreadableIn } from '#web/campaigns/builder/rules-text.ts'
import { formatOutcome, formatShortfall } from '#web/campaigns/rule-text.ts'
import { findJsonError, type RulesError } from '#web/campaigns/rules-editor/rules-json.ts'
import { type CandidateKey, candidateOf, type Draft } from '#web/campaigns/terms/draft.ts'
import { formatError, problemOf } from '#web/client/api-problem.ts'
import type { CampaignRule } from '#web/client/campaigns.ts'
import { type Product, productChoicesQuery } from '#web/client/products.ts'
import { settingsQuery } from '#web/client/settings.ts'
import { type RuleOutcome, type Simulation, simulationQuery } from '#web/client/simulation.ts'
import { usersQuery } from '#web/client/users.ts'
import { instantOf, weekdayAndTime } from '#web/format/dates.ts'
import { money, times } from '#web/format/money.ts'
import { QUANTITY } from '#web/format/numbers.ts'
import { formatSpan, points } from '#web/format/points.ts'
import { DateTimeField, NumberField } from '#web/page/fields.tsx'
import { useFocusFallback } from '#web/page/focus.tsx'
import { Section } from '#web/page/section.tsx'
import { eventOf, linesOf, NO_PURCHASE, type Trial, type TrialLine } from './trial.ts'
import classes from './trial-panel.module.css'

type TrialPanelProps = {
  evaluation: DraftEvaluation
  trial: Trial
  /** Of the campaign. */
  timeZone: string
  onChange: (trial: Trial) => void
}

/** What a draft gives for one cart, while it is edited. */
export function TrialPanel({ evaluation, trial, timeZone, onChange }: TrialPanelProps) {
  return (
    <Section title="Try it on a cart">
      <TrialFields trial={trial} timeZone={timeZone} onChange={onChange} />
      <div role="status" aria-label="Result for the cart">
        <Headline {...evaluation} />
      </div>
      {evaluation.simulation && <RuleOutcomes {...evaluation.simulation} />}
    </Section>
  )
}

function Headline({ errors, simulation, error, isPurchase }: DraftEvaluation) {
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
    const isWaiting = evaluation.not_running === 'not_started'
    const shortfall = isWaiting ? undefined : formatShortfall(evaluation)
    return (
      <>
        <Text className={classes.points}>{points(isWaiting ? evaluation.earned : evaluation.points)}</Text>
        <Worth count={isWaiting ? evaluation.earned : evaluation.points} />
        {isWaiting && <Text size="sm">The campaign has not started: it gives this from its start on.</Text>}
        {shortfall && <Text size="sm">{shortfall}</Text>}
        {evaluation.points > 0 && <Text size="sm">{formatSpan(evaluation.available_at, evaluation.expires_at)}</Text>}
      </>
    )
  }
  return <Text c="dimmed">{formatNoResult({ errors, isPurchase })}</Text>
}

/** What points pay for at checkout. */
function Worth({ count }: { count: number }) {
  const { data: settings } = useQuery(settingsQuery)
  if (!settings || count === 0) return null
  return <Text size="sm">worth {money(times(settings.pointValue, count))}</Text>
}

function formatNoResult({ errors, isPurchase }: Pick<DraftEvaluation, 'errors' | 'isPurchase'>): string {
  if (!isPurchase) return 'The result appears here once the cart has products, each with a number of pieces.'
  return errors.length > 0 ? 'The result appears here once the rules have no errors.' : 'Evaluating …'
}

/** Of a purchase. */
const MAX_LINES = 20

type TrialFieldsProps = Omit<TrialPanelProps, 'evaluation'>

function TrialFields({ trial, timeZone, onChange }: TrialFieldsProps) {
  const { data: users } = useQuery(usersQuery)
  const customers = users?.users.map(({ username }) => ({ value: username, label: username })) ?? []
  return (
    <Stack gap="sm">
      <CartFields trial={trial} onChange={onChange} />
      <Select
        label="Customer"
        data={[{ value: '', label: 'A new customer' }, ...customers]}
        value={trial.username}
        onChange={(username) => onChange({ ...trial, username: username ?? '' })}
        allowDeselect={false}
        searchable
        limit={50}
        nothingFoundMessage="No such customer"
      />
      <DateTimeField
        label="Time of the purchase"
        description={`Leave empty for now. Your time zone: ${Intl.DateTimeFormat().resolvedOptions().timeZone}.`}
        value={trial.at}
        onChange={(at) => onChange({ ...trial, at })}
      />
      <Text size="sm">
        For the rules it is {weekdayAndTime(instantOf(trial.at) ?? new Date().toISOString(), timeZone)}.
      </Text>
    </Stack>
  )
}

function CartFields({ trial, onChange }: Omit<TrialFieldsProps, 'timeZone'>) {
  const { data: products } = useQuery(productChoicesQuery)
  const lines = linesOf(trial, products?.items ?? [])
  const event = eventOf({ ...trial, at: '' }, products?.items ?? [])
  const change = (changed: readonly TrialLine[]) => onChange({ ...trial, lines: changed })
  const list = useFocusFallback<HTMLUListElement>(lines.length)
  const isFree = ({ id }: Product) => !lines.some(({ productId }) => productId === id)
  const choices = (line?: TrialLine) =>
    products?.items.filter((product) => isFree(product) || product.id === line?.productId) ?? []
  const [next] = choices()
  return (
    <>
      <ul ref={list} tabIndex={-1} className={classes.cart} aria-label="Cart">
        {lines.map((line, index) => (
          <li key={line.productId} className={classes.line}>
            <Select
              aria-label="Product"
              {...(products?.nextCursor && { description: `Only the first ${products.count} products are listed.` })}
              data={choices(line).map(({ id, name }) => ({ value: id, label: name }))}
              value={line.productId}
              onChange={(productId) => productId && change(lines.with(index, { ...line, productId }))}
              allowDeselect={false}
              searchable
              limit={50}
            />
            <NumberField
              kind={QUANTITY}
              aria-label="Pieces"
              value={line.quantity}
              onChange={(quantity) => change(lines.with(index, { ...line, quantity }))}
            />
            <CloseButton
              aria-label="Take it out of the cart"
              onClick={() => change(lines.filter((other) => other !== line))}
            />
          </li>
        ))}
      </ul>
      {event && (
        <Text size="sm" role="status" aria-label="Price of the cart">
          Price: {money(event.total)}
        </Text>
      )}
      {next && lines.length < MAX_LINES && (
        <Button
          size="compact-md"
          variant="subtle"
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => change([...lines, { productId: next.id, quantity: '1' }])}
          style={{ alignSelf: 'flex-start' }}
        >
          Add a product
        </Button>
      )}
    </>
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
  const nameOf = useProductName()
  return (
    <li className={classes.outcome} data-outcome={outcome.outcome}>
      <Icon size={20} aria-hidden />
      <Text size="sm">
        <strong>Rule {outcome.rule + 1}</strong> {formatOutcome(outcome, rule, nameOf)}
      </Text>
    </li>
  )
}

/** The last completed evaluation of a draft: that of an earlier version until the latest edit is evaluated. */
export type DraftEvaluation = {
  /** The errors in its rules. A new array for each evaluation. */
  errors: readonly RulesError[]
  /** Whether there is something in the cart, and all of its numbers can be read. */
  isPurchase: boolean
  /** The result for the cart, if the rules have no errors. */
  simulation: Simulation | undefined
  /** Why the draft could not be evaluated. */
  error: Error | undefined
}

const DEBOUNCE_MS = 300
const NO_PRODUCTS: readonly Product[] = []

/** Evaluates a draft while it is edited. What is not JSON, or not filled in, is found here, everything else by the API, as on saving. */
export function useEvaluation(draft: Draft, trial: Trial, of: CandidateKey): DraftEvaluation {
  const [debounced] = useDebouncedValue(draft, DEBOUNCE_MS)
  const [debouncedTrial] = useDebouncedValue(trial, DEBOUNCE_MS)
  const products = useQuery(productChoicesQuery).data?.items ?? NO_PRODUCTS
  const isPurchase = eventOf(trial, products) !== undefined
  const unreadable = useMemo(() => findUnreadable(debounced.rules), [debounced.rules])
  const isReadable = unreadable.length === 0
  const { data, error, isPending, isPlaceholderData } = useQuery({
    // The rules are checked with any purchase, also while there is nothing in the cart.
    ...simulationQuery(trialOf(debounced, of), eventOf(debouncedTrial, products) ?? NO_PURCHASE),
    enabled: isReadable,
    placeholderData: keepPreviousData,
  })
  const found = useMemo(() => (isReadable ? rulesErrorsOf(error) : unreadable), [isReadable, unreadable, error])
  const [errors, setErrors] = useState(found)
  const isEvaluated = debounced.rules === draft.rules && !(isReadable && (isPending || isPlaceholderData))
  if (isEvaluated && errors !== found) setErrors(found)

  return {
    errors,
    isPurchase,
    simulation: errors.length > 0 || !isPurchase ? undefined : data,
    error: isReadable && error && found.length === 0 ? error : undefined,
  }
}

/** A draft is tried as if it were active: what it gives then is the question. */
function trialOf(draft: Draft, of: CandidateKey) {
  const candidate = candidateOf(draft, of)
  return draft.status === 'draft' ? { ...candidate, status: 'active' as const } : candidate
}

function findUnreadable(rules: string): RulesError[] {
  const jsonError = findJsonError(rules)
  return jsonError ? [jsonError] : unreadableIn(rules)
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
