import { Alert, Tabs, Text } from '@mantine/core'
import { useRef, useState } from 'react'
import { type EditorHandle, RulesField } from '#web/campaigns/rules-editor/rules-field.tsx'
import { formatLocation, type RulesError } from '#web/campaigns/rules-editor/rules-json.ts'
import type { Warning } from '#web/client/simulation.ts'
import { Section } from '#web/page/section.tsx'
import classes from './rule-builder.module.css'
import { RuleBuilder } from './rule-builder.tsx'
import { formatPlaceOnCard } from './rule-errors.ts'

type RulesSectionProps = {
  text: string
  onChange: (text: string) => void
  errors: readonly RulesError[]
  warnings: readonly Warning[]
}

/** The rules of a campaign, as sentences or as JSON: both show the same text, and whoever changes one changes the other. */
export function RulesSection({ text, onChange, errors, warnings }: RulesSectionProps) {
  const [view, setView] = useState('builder')
  // Once it was looked at, the editor stays, and with it what it can undo.
  const [hasEditor, setHasEditor] = useState(false)
  const show = (next: string | null) => {
    setView(next ?? 'builder')
    if (next === 'json') setHasEditor(true)
  }
  const editor = useRef<EditorHandle>(null)
  return (
    <Section title="Rules" lead="The points of all rules are added up; none takes from another.">
      <Tabs value={view} onChange={show}>
        <Tabs.List mb="md" aria-label="The rules as">
          <Tabs.Tab value="builder">Builder</Tabs.Tab>
          <Tabs.Tab value="json">JSON</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="builder">
          {view === 'builder' && <RuleBuilder text={text} onChange={onChange} errors={errors} />}
        </Tabs.Panel>
        <Tabs.Panel value="json">
          {hasEditor && <RulesField text={text} onChange={onChange} errors={errors} editor={editor} />}
        </Tabs.Panel>
      </Tabs>
      <ErrorCount count={errors.length} />
      <Warnings
        formatRulePlace={(path) => formatRulePlace(path, view === 'json' ? text : undefined)}
        warnings={warnings}
      />
    </Section>
  )
}

function ErrorCount({ count }: { count: number }) {
  return (
    <Text role="status" size="sm" fw={600} c={count > 0 ? 'var(--mantine-color-error)' : 'dimmed'}>
      {count === 0 ? 'No errors found' : `${count} ${count === 1 ? 'error' : 'errors'} found`}
    </Text>
  )
}

type WarningsProps = { warnings: readonly Warning[]; formatRulePlace: (path: string) => string }

/** What can hardly be meant. It can be saved all the same. */
function Warnings({ warnings, formatRulePlace }: WarningsProps) {
  if (warnings.length === 0) return null
  return (
    <Alert color="orange" variant="light" role="status" title="This can be saved, but is it meant?">
      <ul aria-label="Warnings" className={classes.warnings}>
        {warnings.map(({ path, message }) => (
          <li key={`${path} ${message}`}>
            <strong>{formatPlace(path, formatRulePlace)}</strong>: {message}.
          </li>
        ))}
      </ul>
    </Alert>
  )
}

function formatPlace(path: string, formatRulePlace: WarningsProps['formatRulePlace']): string {
  if (path === 'event_types') return 'Event types'
  if (path === 'expiry') return 'Points end'
  return formatRulePlace(path.slice('rules'.length))
}

/** @param text of the JSON, where that is what is seen */
function formatRulePlace(pointer: string, text: string | undefined): string {
  return text === undefined ? formatPlaceOnCard(pointer) : formatLocation({ message: '', location: pointer }, text)
}
