import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useBlocker } from '@tanstack/react-router'
import { type ReactNode, useRef, useState } from 'react'
import { RulesSection } from '#web/campaigns/builder/rules-section.tsx'
import { BacktestPanel } from '#web/campaigns/preview/backtest-panel.tsx'
import { FIRST_TRIAL } from '#web/campaigns/preview/trial.ts'
import { TrialPanel } from '#web/campaigns/preview/trial-panel.tsx'
import { useEvaluation } from '#web/campaigns/preview/use-evaluation.ts'
import type { Campaign } from '#web/client/campaigns.ts'
import { useFocusFallback } from '#web/page/focus.tsx'
import type { CandidateKey } from './draft.ts'
import { SettingsForm } from './settings-form.tsx'
import classes from './terms-editor.module.css'
import type { DraftState } from './use-campaign-draft.ts'

type TermsEditorProps = Pick<DraftState, 'draft' | 'change'> & {
  of: CandidateKey
  /** The stored campaign; undefined for a new one. */
  saved?: Campaign
  /** The first of the settings: the name of a new campaign. */
  children?: ReactNode
  /** Shown beside the rules: the status of a stored campaign. */
  aside?: ReactNode
  /** There are unsaved changes. */
  isDirty: boolean
  saving: SaveBarProps
}

/** Edits a campaign: first of all its rules, which are tried on a cart at once, and previewed for past purchases. */
export function TermsEditor({ draft, change, of, saved, children, aside, isDirty, saving }: TermsEditorProps) {
  const [trial, setTrial] = useState(FIRST_TRIAL)
  const evaluation = useEvaluation(draft, trial, of)
  const layout = useRef<HTMLDivElement>(null)
  // Whoever saves what cannot be saved is led to the first field that is wrong.
  const save = () => {
    const wrong = `:scope > :not(.${classes.aside}) [aria-invalid="true"]`
    layout.current?.querySelector<HTMLElement>(wrong)?.focus()
    saving.onSave()
  }
  return (
    <Stack gap="lg">
      <LeaveGuard isDirty={isDirty} />
      <div ref={layout} className={classes.layout}>
        <RulesSection
          text={draft.rules}
          onChange={(rules) => change({ rules })}
          errors={evaluation.errors}
          warnings={evaluation.simulation?.warnings ?? []}
        />
        <Stack gap="lg" className={classes.aside}>
          <TrialPanel evaluation={evaluation} trial={trial} timeZone={draft.timeZone} onChange={setTrial} />
          {aside}
        </Stack>
        <SettingsForm draft={draft} change={change} saved={saved}>
          {children}
        </SettingsForm>
      </div>
      <BacktestPanel draft={draft} of={of} hasErrors={evaluation.errors.length > 0} />
      <SaveBar {...saving} onSave={save} />
    </Stack>
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
    <div className={classes.bar} data-save-bar>
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
