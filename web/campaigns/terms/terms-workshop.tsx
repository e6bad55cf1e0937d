import { Stack } from '@mantine/core'
import { type ReactNode, useRef, useState } from 'react'
import { BacktestPanel } from '#web/campaigns/backtest/backtest-panel.tsx'
import type { EditorHandle } from '#web/campaigns/rules-editor/code-editor.tsx'
import { FIRST_EXAMPLE } from '#web/campaigns/trial/example-event.tsx'
import { Trial } from '#web/campaigns/trial/trial.tsx'
import { useJudgement } from '#web/campaigns/trial/use-judgement.ts'
import { TermsForm } from './terms-form.tsx'
import classes from './terms-layout.module.css'
import type { DraftState } from './use-draft.ts'

type TermsWorkshopProps = Pick<DraftState, 'draft' | 'change'> & {
  /** Of the stored campaign that is being changed. */
  campaignName?: string
  /** What comes before the terms in the form. */
  children?: ReactNode
  /** What is known of it besides. */
  aside?: ReactNode
  /** Saves, and says what became of it. */
  saveBar: ReactNode
}

/** Where the terms of a campaign are made: typed, tried on a purchase, and held against the past. */
export function TermsWorkshop({ draft, change, campaignName, children, aside, saveBar }: TermsWorkshopProps) {
  const [event, setEvent] = useState(FIRST_EXAMPLE)
  const editor = useRef<EditorHandle>(null)
  const judged = useJudgement(draft, event, campaignName)
  return (
    <Stack gap="lg">
      <div className={classes.layout}>
        <TermsForm draft={draft} change={change} mistakes={judged.mistakes} editor={editor}>
          {children}
        </TermsForm>
        <Stack gap="lg" className={classes.aside}>
          {aside}
          <Trial judged={judged} event={event} onEvent={setEvent} />
        </Stack>
      </div>
      <BacktestPanel draft={draft} campaignName={campaignName} hasMistakes={judged.mistakes.length > 0} />
      {saveBar}
    </Stack>
  )
}
