import { Alert, Button, CloseButton, Select, Stack, Text } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck, IconCircleMinus, IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useProductName } from '#web/campaigns/builder/pickers.tsx'
import { formatOutcome, formatShortfall } from '#web/campaigns/rule-text.ts'
import { formatError } from '#web/client/api-problem.ts'
import type { CampaignRule } from '#web/client/campaigns.ts'
import { type Product, productChoicesQuery } from '#web/client/products.ts'
import { settingsQuery } from '#web/client/settings.ts'
import type { RuleOutcome, Simulation } from '#web/client/simulation.ts'
import { usersQuery } from '#web/client/users.ts'
import { instantOf, weekdayAndTime } from '#web/format/dates.ts'
import { money, times } from '#web/format/money.ts'
import { MAX_LINES, QUANTITY } from '#web/format/numbers.ts'
import { formatSpan, points } from '#web/format/points.ts'
import { DateTimeField, NumberField } from '#web/page/fields.tsx'
import { useFocusFallback } from '#web/page/focus.tsx'
import { Section } from '#web/page/section.tsx'
import { cartLines, eventOf, type Trial, type TrialLine } from './trial.ts'
import classes from './trial-panel.module.css'
import type { DraftEvaluation } from './use-evaluation.ts'

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
  const lines = cartLines(trial, products?.items ?? [])
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
            <LineFields
              line={line}
              choices={choices(line)}
              hint={products?.nextCursor ? `Only the first ${products.count} products are listed.` : undefined}
              onChange={(changed) => change(lines.with(index, changed))}
              onRemove={() => change(lines.filter((other) => other !== line))}
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

type LineFieldsProps = {
  line: TrialLine
  choices: readonly Product[]
  /** Said of the products that can be chosen. */
  hint: string | undefined
  onChange: (line: TrialLine) => void
  onRemove: () => void
}

function LineFields({ line, choices, hint, onChange, onRemove }: LineFieldsProps) {
  return (
    <>
      <Select
        aria-label="Product"
        description={hint}
        data={choices.map(({ id, name }) => ({ value: id, label: name }))}
        value={line.productId}
        onChange={(productId) => productId && onChange({ ...line, productId })}
        allowDeselect={false}
        searchable
        limit={50}
      />
      <NumberField
        kind={QUANTITY}
        aria-label="Pieces"
        value={line.quantity}
        onChange={(quantity) => onChange({ ...line, quantity })}
      />
      <CloseButton aria-label="Take it out of the cart" onClick={onRemove} />
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
