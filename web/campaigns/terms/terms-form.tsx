import { Stack, Switch } from '@mantine/core'
import type { ReactNode, RefObject } from 'react'
import type { EditorHandle } from '#web/campaigns/rules-editor/code-editor.tsx'
import type { RulesMistake } from '#web/campaigns/rules-editor/rules-mistake.ts'
import { Section } from '#web/page/section.tsx'
import { CapFields } from './cap-fields.tsx'
import { mistakesOf } from './draft-mistakes.ts'
import { RulesField } from './rules-field.tsx'
import { ScheduleFields } from './schedule-fields.tsx'
import type { DraftState } from './use-draft.ts'

type TermsFormProps = Pick<DraftState, 'draft' | 'change'> & {
  mistakes: readonly RulesMistake[]
  editor: RefObject<EditorHandle | null>
  /** What comes before the terms: the name of a new campaign. */
  children?: ReactNode
}

/** The terms of a campaign, to be typed. */
export function TermsForm({ draft, change, mistakes, editor, children }: TermsFormProps) {
  const inputMistakes = mistakesOf(draft)
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
        <ScheduleFields draft={draft} change={change} mistakes={inputMistakes} />
        <CapFields draft={draft} change={change} mistakes={inputMistakes} />
        <RulesField text={draft.rules} onChange={(rules) => change({ rules })} mistakes={mistakes} editor={editor} />
      </Stack>
    </Section>
  )
}
