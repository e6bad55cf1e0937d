import { Alert, Button, Fieldset, Group, Modal, Stack, Switch, Text, Textarea } from '@mantine/core'
import { useBlocker } from '@tanstack/react-router'
import { type ReactNode, type RefObject, useRef, useState } from 'react'
import { BacktestPanel } from '#web/campaigns/preview/backtest-panel.tsx'
import { FIRST_EXAMPLE } from '#web/campaigns/preview/example.ts'
import { SimulationPanel, useEvaluation } from '#web/campaigns/preview/simulation-panel.tsx'
import { type EditorHandle, RulesField } from '#web/campaigns/rules-editor/rules-field.tsx'
import { formatLocation, type RulesError } from '#web/campaigns/rules-editor/rules-json.ts'
import type { CampaignKey } from '#web/client/campaigns.ts'
import type { Warning } from '#web/client/simulation.ts'
import { DateTimeField, NumberField } from '#web/page/fields.tsx'
import { useFocusFallback } from '#web/page/focus.tsx'
import { Section } from '#web/page/section.tsx'
import { CAP, type InputErrors, inputErrors } from './draft.ts'
import classes from './terms-editor.module.css'
import type { DraftState } from './use-campaign-draft.ts'

type TermsEditorProps = Pick<DraftState, 'draft' | 'change'> & {
  /** The stored campaign; undefined for a new one. */
  of?: CampaignKey
  /** The first field of the form: the name of a new campaign. */
  children?: ReactNode
  /** Shown beside the form: the status of a stored campaign. */
  aside?: ReactNode
  /** There are unsaved changes. */
  isDirty: boolean
  saving: SaveBarProps
}

/** Edits the terms of a campaign, with a live evaluation for an example purchase and a preview for past purchases. */
export function TermsEditor({ draft, change, of, children, aside, isDirty, saving }: TermsEditorProps) {
  const [example, setExample] = useState(FIRST_EXAMPLE)
  const editor = useRef<EditorHandle>(null)
  const evaluation = useEvaluation(draft, example, of)
  return (
    <Stack gap="lg">
      <LeaveGuard isDirty={isDirty} />
      <div className={classes.layout}>
        <TermsForm
          draft={draft}
          change={change}
          errors={evaluation.errors}
          warnings={evaluation.simulation?.warnings ?? []}
          editor={editor}
        >
          {children}
        </TermsForm>
        <Stack gap="lg" className={classes.aside}>
          {aside}
          <SimulationPanel evaluation={evaluation} example={example} onExample={setExample} />
        </Stack>
      </div>
      <BacktestPanel draft={draft} of={of} hasErrors={evaluation.errors.length > 0} />
      <SaveBar {...saving} />
    </Stack>
  )
}

type TermsFormProps = Pick<DraftState, 'draft' | 'change'> & {
  errors: readonly RulesError[]
  warnings: readonly Warning[]
  editor: RefObject<EditorHandle | null>
  children?: ReactNode
}

function TermsForm({ draft, change, errors, warnings, editor, children }: TermsFormProps) {
  const invalidInputs = inputErrors(draft)
  return (
    <Section title="Terms">
      <Stack gap="lg">
        {children}
        <Switch
          label="Active"
          description="An inactive campaign awards no points."
          checked={draft.status === 'active'}
          onChange={(event) => change({ status: event.currentTarget.checked ? 'active' : 'inactive' })}
        />
        <Textarea
          label="Event types"
          description="One in each line: PurchaseCompleted is a purchase of the store, the others are of other systems."
          value={draft.eventTypes}
          onChange={(event) => change({ eventTypes: event.currentTarget.value })}
          error={invalidInputs.eventTypes}
          autosize
          minRows={1}
          maxRows={10}
          required
        />
        <ScheduleFields draft={draft} change={change} errors={invalidInputs} />
        <CapFields draft={draft} change={change} />
        <RulesField text={draft.rules} onChange={(rules) => change({ rules })} errors={errors} editor={editor} />
        <Warnings rules={draft.rules} warnings={warnings} />
      </Stack>
    </Section>
  )
}

/** What can hardly be meant. It can be saved all the same. */
function Warnings({ rules, warnings }: { rules: string; warnings: readonly Warning[] }) {
  if (warnings.length === 0) return null
  return (
    <Alert color="orange" variant="light" role="status" title="This can be saved, but is it meant?">
      <ul aria-label="Warnings" className={classes.warnings}>
        {warnings.map(({ path, message }) => (
          <li key={`${path} ${message}`}>
            <strong>{formatPlace(path, rules)}</strong>: {message}.
          </li>
        ))}
      </ul>
    </Alert>
  )
}

function formatPlace(path: string, rules: string): string {
  if (!path.startsWith('rules')) return 'Event types'
  return formatLocation({ message: '', location: path.slice('rules'.length) }, rules)
}

type ScheduleFieldsProps = Pick<DraftState, 'draft' | 'change'> & { errors: InputErrors }

/** When a campaign runs: local times of the browser's time zone, stored as instants. */
function ScheduleFields({ draft, change, errors }: ScheduleFieldsProps) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  return (
    <Fieldset legend="Schedule" variant="unstyled" p={0} m={0}>
      <Group grow align="flex-start" preventGrowOverflow={false} wrap="wrap">
        <DateTimeField
          step={1}
          label="Starts"
          description={`Leave empty to start now. Time zone: ${zone}.`}
          value={draft.startsAt}
          onChange={(startsAt) => change({ startsAt })}
          error={errors.startsAt}
          miw="min(100%, 13.75rem)"
        />
        <DateTimeField
          step={1}
          label="Ends"
          description="Leave empty for no end."
          value={draft.endsAt}
          onChange={(endsAt) => change({ endsAt })}
          error={errors.endsAt}
          miw="min(100%, 13.75rem)"
        />
      </Group>
    </Fieldset>
  )
}

function CapFields({ draft, change }: Pick<DraftState, 'draft' | 'change'>) {
  return (
    <Fieldset legend="Caps" variant="unstyled" p={0} m={0}>
      <Group grow align="flex-start" preventGrowOverflow={false} wrap="wrap">
        <NumberField
          kind={CAP}
          label="Total points"
          description="Leave empty for no cap."
          value={draft.capTotal}
          onChange={(capTotal) => change({ capTotal })}
          miw="min(100%, 10rem)"
        />
        <NumberField
          kind={CAP}
          label="Points per customer"
          description="Leave empty for no cap."
          value={draft.capPerCustomer}
          onChange={(capPerCustomer) => change({ capPerCustomer })}
          miw="min(100%, 10rem)"
        />
      </Group>
    </Fieldset>
  )
}

type SaveBarProps = {
  /** The outcome of saving, or whether there are unsaved changes. */
  status: ReactNode
  isError: boolean
  saveLabel: string
  isSaving: boolean
  onSave: () => void
  onDiscard: (() => void) | undefined
}

/** Sticks to the bottom of the window, however long the rules are. */
function SaveBar({ status, isError, saveLabel, isSaving, onSave, onDiscard }: SaveBarProps) {
  const statusText = useFocusFallback<HTMLParagraphElement>(`${isSaving} ${onDiscard !== undefined}`)
  return (
    <div className={classes.bar}>
      <Text
        role="status"
        aria-label="Saving"
        size="sm"
        fw={600}
        c={isError ? 'var(--mantine-color-error)' : 'dimmed'}
        ref={statusText}
        tabIndex={-1}
        style={{ outline: 'none' }}
      >
        {status}
      </Text>
      <Group gap="sm" wrap="nowrap">
        {onDiscard && (
          <Button variant="default" onClick={onDiscard}>
            Discard
          </Button>
        )}
        <Button onClick={onSave} loading={isSaving}>
          {saveLabel}
        </Button>
      </Group>
    </div>
  )
}

/** Asks before unsaved changes are lost by leaving the page; its other tab is the same page. */
function LeaveGuard({ isDirty }: { isDirty: boolean }) {
  const leaving = useBlocker({
    shouldBlockFn: ({ current, next }) => isDirty && current.pathname !== next.pathname,
    enableBeforeUnload: isDirty,
    withResolver: true,
  })
  return (
    <Modal
      opened={leaving.status === 'blocked'}
      onClose={() => leaving.reset?.()}
      title="Leave without saving?"
      closeButtonProps={{ 'aria-label': 'Stay here' }}
    >
      <Text mb="lg">Your changes have not been saved and would be lost.</Text>
      <Group justify="flex-end">
        <Button variant="default" onClick={() => leaving.reset?.()} data-autofocus>
          Stay here
        </Button>
        <Button color="red.9" onClick={() => leaving.proceed?.()}>
          Leave without saving
        </Button>
      </Group>
    </Modal>
  )
}
