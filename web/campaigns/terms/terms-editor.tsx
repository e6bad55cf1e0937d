import { Button, Fieldset, Group, Modal, NumberInput, Stack, Switch, Text, TextInput } from '@mantine/core'
import { useBlocker } from '@tanstack/react-router'
import { type ReactNode, type RefObject, useRef, useState } from 'react'
import { BacktestPanel } from '#web/campaigns/preview/backtest-panel.tsx'
import { FIRST_EXAMPLE, SimulationPanel, useEvaluation } from '#web/campaigns/preview/simulation-panel.tsx'
import { type EditorHandle, RulesField } from '#web/campaigns/rules-editor/rules-field.tsx'
import type { RulesError } from '#web/campaigns/rules-editor/rules-json.ts'
import { useRescuedFocus } from '#web/page/rescued-focus.ts'
import { Section } from '#web/page/section.tsx'
import { type InputErrors, inputErrors } from './draft.ts'
import classes from './terms-editor.module.css'
import type { DraftState } from './use-campaign-draft.ts'

type TermsEditorProps = Pick<DraftState, 'draft' | 'change'> & {
  /** Of the stored campaign that is being changed. */
  campaignName?: string
  /** What comes before the terms in the form. */
  children?: ReactNode
  /** What is known of it besides. */
  aside?: ReactNode
  /** Something was typed that would be lost. */
  isDirty: boolean
  saving: SaveBarProps
}

/** Where the terms of a campaign are made: typed, tried on a purchase, and held against the past. */
export function TermsEditor({ draft, change, campaignName, children, aside, isDirty, saving }: TermsEditorProps) {
  const [event, setEvent] = useState(FIRST_EXAMPLE)
  const editor = useRef<EditorHandle>(null)
  const evaluation = useEvaluation(draft, event, campaignName)
  return (
    <Stack gap="lg">
      <LeaveGuard isDirty={isDirty} />
      <div className={classes.layout}>
        <TermsForm draft={draft} change={change} errors={evaluation.errors} editor={editor}>
          {children}
        </TermsForm>
        <Stack gap="lg" className={classes.aside}>
          {aside}
          <SimulationPanel evaluation={evaluation} event={event} onEvent={setEvent} />
        </Stack>
      </div>
      <BacktestPanel draft={draft} campaignName={campaignName} hasErrors={evaluation.errors.length > 0} />
      <SaveBar {...saving} />
    </Stack>
  )
}

type TermsFormProps = Pick<DraftState, 'draft' | 'change'> & {
  errors: readonly RulesError[]
  editor: RefObject<EditorHandle | null>
  /** What comes before the terms: the name of a new campaign. */
  children?: ReactNode
}

/** The terms of a campaign, to be typed. */
function TermsForm({ draft, change, errors, editor, children }: TermsFormProps) {
  const invalidInputs = inputErrors(draft)
  return (
    <Section title="Terms">
      <Stack gap="lg">
        {children}
        <Switch
          label="Active"
          description="An inactive campaign gives nothing."
          checked={draft.status === 'active'}
          onChange={(event) => change({ status: event.currentTarget.checked ? 'active' : 'inactive' })}
        />
        <ScheduleFields draft={draft} change={change} errors={invalidInputs} />
        <CapFields draft={draft} change={change} errors={invalidInputs} />
        <RulesField text={draft.rules} onChange={(rules) => change({ rules })} errors={errors} editor={editor} />
      </Stack>
    </Section>
  )
}

type ScheduleFieldsProps = Pick<DraftState, 'draft' | 'change'> & { errors: InputErrors }

/** When a campaign runs: typed in the time of whoever looks, kept as an instant. */
function ScheduleFields({ draft, change, errors }: ScheduleFieldsProps) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  return (
    <Fieldset legend="When it runs" variant="unstyled" p={0} m={0}>
      <Group grow align="flex-start" preventGrowOverflow={false} wrap="wrap">
        <TextInput
          type="datetime-local"
          step={1}
          label="Starts"
          description={`Empty: from ever. Time of ${zone}.`}
          value={draft.startsAt}
          onChange={(event) => change({ startsAt: event.currentTarget.value })}
          miw="min(100%, 13.75rem)"
        />
        <TextInput
          type="datetime-local"
          step={1}
          label="Ends"
          description="Empty: never."
          value={draft.endsAt}
          onChange={(event) => change({ endsAt: event.currentTarget.value })}
          error={errors.endsAt}
          miw="min(100%, 13.75rem)"
        />
      </Group>
    </Fieldset>
  )
}

type CapFieldsProps = Pick<DraftState, 'draft' | 'change'> & { errors: InputErrors }

/** How much a campaign gives at most. */
function CapFields({ draft, change, errors }: CapFieldsProps) {
  return (
    <Fieldset legend="How much it gives at most" variant="unstyled" p={0} m={0}>
      <Group grow align="flex-start" preventGrowOverflow={false} wrap="wrap">
        <NumberInput
          label="Points in all"
          description="Empty: no cap."
          value={draft.capTotal}
          onChange={(given) => change({ capTotal: String(given) })}
          error={errors.capTotal}
          {...WHOLE}
        />
        <NumberInput
          label="Points per customer"
          description="Empty: no cap."
          value={draft.capPerCustomer}
          onChange={(given) => change({ capPerCustomer: String(given) })}
          error={errors.capPerCustomer}
          {...WHOLE}
        />
      </Group>
    </Fieldset>
  )
}

const WHOLE = {
  min: 0,
  allowDecimal: false,
  allowNegative: false,
  thousandSeparator: ',',
  hideControls: true,
  miw: 'min(100%, 10rem)',
} as const

type SaveBarProps = {
  /** How it stands, or what became of saving. */
  status: ReactNode
  isBad: boolean
  saveLabel: string
  isSaving: boolean
  onSave: () => void
  onDiscard: (() => void) | undefined
}

/** Stays in sight, however long the rules are. */
function SaveBar({ status, isBad, saveLabel, isSaving, onSave, onDiscard }: SaveBarProps) {
  const words = useRescuedFocus<HTMLParagraphElement>(`${isSaving} ${onDiscard !== undefined}`)
  return (
    <div className={classes.bar}>
      <Text
        role="status"
        aria-label="Saving"
        size="sm"
        fw={600}
        c={isBad ? 'var(--mantine-color-error)' : 'dimmed'}
        ref={words}
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

/** Asks before what was typed is left behind; going from one tab of the page to another leaves nothing. */
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
      <Text mb="lg">What you changed has not been saved, and would be lost.</Text>
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
