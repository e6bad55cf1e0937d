import { Badge, Box, Button, Group, Stack, Text, UnstyledButton } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconCopy, IconTrash } from '@tabler/icons-react'
import { type ReactNode, useEffect, useMemo, useRef } from 'react'
import { formatRule } from '#web/campaigns/rule-text.ts'
import type { RulesError } from '#web/campaigns/rules-editor/rules-json.ts'
import type { CampaignRule } from '#web/client/campaigns.ts'
import { useFocusFallback } from '#web/page/focus.tsx'
import { AddMenu } from './add-menu.tsx'
import { WhenFields } from './condition-fields.tsx'
import { GiveFields, MatchingFields } from './give-fields.tsx'
import { useProductName } from './pickers.tsx'
import { formatRow, type RuleSentence } from './row-text.ts'
import classes from './rule-builder.module.css'
import { errorsAt, errorsOfAll, errorsOfRule, type RulePart } from './rule-errors.ts'
import { type RuleRow, readRule, writeRule } from './rule-row.ts'
import {
  addRule,
  copyRule,
  insertRule,
  isOfField,
  removeRule,
  replaceRule,
  rulesIn,
  type WrittenRule,
} from './rules-text.ts'
import { TEMPLATES } from './templates.ts'

type RuleBuilderProps = {
  /** The rules as JSON. Nothing else is kept: what is half written is in there, too. */
  text: string
  onChange: (text: string) => void
  errors: readonly RulesError[]
}

/** The rules of a campaign as sentences with fields in them. */
export function RuleBuilder({ text, onChange, errors }: RuleBuilderProps) {
  const rules = useMemo(() => rulesIn(text), [text])
  const list = useFocusFallback<HTMLOListElement>(rules?.length)
  const latest = useRef({ text, onChange })
  useEffect(() => {
    latest.current = { text, onChange }
  })
  if (!rules) {
    return <Text>The rules cannot be shown here, because their JSON is not valid. Correct it under “JSON”.</Text>
  }
  const remove = (index: number, { source }: WrittenRule) => {
    onChange(removeRule(text, index))
    notifyRemoved(index, () => latest.current.onChange(insertRule(latest.current.text, index, source)))
  }
  const add = (rows: readonly RuleRow[]) => onChange(rows.reduce((now, row) => addRule(now, writeRule(row)), text))
  return (
    <Stack gap="md">
      {rules.length === 0 && <Text>There are no rules yet. Start with one of these, and make it yours:</Text>}
      {/* What is focused goes away with a rule, or with the templates: then the list has the focus. */}
      <ol ref={list} tabIndex={-1} className={classes.rules} aria-label="Rules">
        {rules.map((rule, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rules have no identity but their position.
          <li key={index}>
            <RuleCard
              rule={rule}
              index={index}
              errors={errors}
              onChange={(changed) => onChange(replaceRule(text, index, changed))}
              onCopy={() => onChange(copyRule(text, index))}
              onRemove={() => remove(index, rule)}
            />
          </li>
        ))}
      </ol>
      <Errors found={errorsOfAll(errors)} />
      {rules.length === 0 ? <Templates onAdd={add} /> : <AddRule onAdd={add} />}
    </Stack>
  )
}

function notifyRemoved(index: number, undo: () => void): void {
  const id = notifications.show({
    title: `Rule ${index + 1} was removed`,
    message: (
      <Button
        size="compact-sm"
        variant="light"
        onClick={() => {
          notifications.hide(id)
          undo()
        }}
      >
        Undo
      </Button>
    ),
    autoClose: 12_000,
  })
}

type RuleCardProps = {
  rule: WrittenRule
  index: number
  errors: readonly RulesError[]
  onChange: (rule: unknown) => void
  onCopy: () => void
  onRemove: () => void
}

function RuleCard({ rule, index, errors: found, onChange, onCopy, onRemove }: RuleCardProps) {
  const row = readRule(rule.json)
  const errors = row ? found.filter((error) => !isOfField(error)) : found
  const name = `Rule ${index + 1}`
  const change = (changed: RuleRow) => onChange(writeRule(changed, row && { rule: rule.json, row }))
  const errorsOf = (part: RulePart, at?: number) => <Errors found={errorsAt(errors, index, part, at)} />
  return (
    <fieldset aria-label={name} className={classes.rule}>
      <Group justify="space-between" gap="4px 12px">
        <Group gap="xs">
          <Text fw={700}>{name}</Text>
          {!row && (
            <Badge tt="none" variant="light">
              Advanced rule
            </Badge>
          )}
        </Group>
        <RuleActions index={index} onCopy={onCopy} onRemove={onRemove} />
      </Group>
      {row ? (
        <>
          <GiveFields row={row} onChange={change} />
          {errorsOf('give')}
          <MatchingFields row={row} onChange={change} />
          {errorsOf('matching')}
          <WhenFields row={row} onChange={change} errorsOf={(at) => errorsOf('when', at)} />
          {errorsOf('when')}
          {errorsOf('rule')}
          <RowSentence row={row} />
        </>
      ) : (
        <>
          <AdvancedRule rule={rule} name={name} />
          <Errors found={errorsOfRule(errors, index)} />
        </>
      )}
    </fieldset>
  )
}

function RuleActions({ index, onCopy, onRemove }: Pick<RuleCardProps, 'index' | 'onCopy' | 'onRemove'>) {
  return (
    <Group gap={4}>
      <Button
        size="compact-sm"
        variant="subtle"
        leftSection={<IconCopy size={16} aria-hidden />}
        onClick={onCopy}
        aria-label={`Duplicate rule ${index + 1}`}
      >
        Duplicate
      </Button>
      <Button
        size="compact-sm"
        variant="subtle"
        leftSection={<IconTrash size={16} aria-hidden />}
        onClick={onRemove}
        aria-label={`Remove rule ${index + 1}`}
      >
        Remove
      </Button>
    </Group>
  )
}

function Errors({ found }: { found: readonly string[] }) {
  return found.map((message) => (
    <Text key={message} size="sm" c="var(--mantine-color-error)">
      {message}
    </Text>
  ))
}

function RowSentence({ row }: { row: RuleRow }) {
  const nameOf = useProductName()
  return <Sentence {...formatRow(row, nameOf)} />
}

/** What a rule does, to be read in one go. */
function Sentence({ award, when }: RuleSentence) {
  return (
    <Text size="sm" className={classes.sentence}>
      <strong>{award}</strong>
      {when === '' ? ', always' : `, when ${when}`}
    </Text>
  )
}

/** A rule that the builder cannot show: it stays as it is, to the byte. */
function AdvancedRule({ rule: { source, json }, name }: { rule: WrittenRule; name: string }) {
  const nameOf = useProductName()
  const sentence = sentenceOf(json, nameOf)
  return (
    <Stack gap="xs">
      {sentence && <Sentence {...sentence} />}
      <Box component="pre" className={classes.json ?? ''} tabIndex={0} role="region" aria-label={`${name} as JSON`}>
        {withoutIndent(source)}
      </Box>
      <Text size="sm" c="dimmed">
        It says more than there are fields for here, and stays as it is. It can be changed under “JSON”.
      </Text>
    </Stack>
  )
}

/** As it would be written at the margin. */
function withoutIndent(source: string): string {
  const [indent = ''] = /^[ \t]*/.exec(source.slice(source.lastIndexOf('\n') + 1)) ?? []
  return source.replaceAll(`\n${indent}`, '\n')
}

/** A rule that is wrong may have none. */
function sentenceOf(json: unknown, nameOf: (id: string) => string): RuleSentence | undefined {
  try {
    return formatRule(json as CampaignRule, nameOf)
  } catch {
    return undefined
  }
}

type AddProps = { onAdd: (rows: readonly RuleRow[]) => void }

function Templates({ onAdd }: AddProps) {
  return (
    <div className={classes.templates}>
      {TEMPLATES.map(({ name, description, rows }) => (
        <TemplateButton key={name} name={name} onClick={() => onAdd(rows)}>
          {description}
        </TemplateButton>
      ))}
    </div>
  )
}

function TemplateButton({ name, children, onClick }: { name: string; children: ReactNode; onClick: () => void }) {
  return (
    <div className={classes.template}>
      <UnstyledButton className={classes.templateName ?? ''} onClick={onClick}>
        {name}
      </UnstyledButton>
      <Text size="sm" c="dimmed">
        {children}
      </Text>
    </div>
  )
}

function AddRule({ onAdd }: AddProps) {
  return (
    <AddMenu
      label="Add a rule"
      variant="default"
      choices={TEMPLATES.map(({ name }) => ({ value: name, label: name }))}
      onAdd={(chosen) => {
        const template = TEMPLATES.find(({ name }) => name === chosen)
        if (template) onAdd(template.rows)
      }}
    />
  )
}
