import { Chip, CloseButton, Group, Input, NativeSelect } from '@mantine/core'
import { type ReactNode, useEffect, useId, useRef } from 'react'
import { useFocusFallback } from '#web/page/focus.tsx'
import { AddMenu } from './add-menu.tsx'
import {
  type Comparison,
  type ConditionRow,
  isNumberRow,
  NUMBER_SUBJECTS,
  type NumberRow,
  type NumberSubject,
  WEEKDAYS,
  type Weekday,
  type When,
} from './conditions.ts'
import type { RowFieldsProps } from './give-fields.tsx'
import { CustomerTagField } from './pickers.tsx'
import { formatHour, SUBJECTS, TESTS, WEEKDAY_NAMES } from './row-text.ts'
import classes from './rule-builder.module.css'
import { EMPTY, UNFILLED } from './typed.ts'
import { TypedDayField, TypedNumberField } from './typed-fields.tsx'

type WhenFieldsProps = RowFieldsProps & {
  /** What is wrong with a condition, counted from 0. */
  errorsOf: (at: number) => ReactNode
}

/** `When all of these hold: ...`. */
export function WhenFields({ row, onChange, errorsOf }: WhenFieldsProps) {
  const { match, rows } = row.when
  const change = (changed: readonly ConditionRow[]) =>
    onChange({ ...row, when: { match: changed.length > 1 ? match : 'all', rows: changed } })
  const list = useAddedFocus(rows.length)
  // What is focused goes away with its condition: then the line above has the focus.
  const line = useFocusFallback<HTMLFieldSetElement>(rows.length)
  return (
    <>
      <fieldset ref={line} tabIndex={-1} className={classes.line} aria-label="When">
        <span className={classes.word}>when</span>
        {rows.length === 0 && <span>always, with any purchase</span>}
        {rows.length === 1 && <span>this holds:</span>}
        {rows.length > 1 && (
          <MatchField match={match} onChange={(changed) => onChange({ ...row, when: { rows, match: changed } })} />
        )}
      </fieldset>
      <ul ref={list} className={classes.conditions} aria-label="Conditions">
        {rows.map((one, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no identity but their position.
          <li key={index} className={classes.condition}>
            <div className={classes.removable}>
              <div className={classes.line}>
                <ConditionFields row={one} onChange={(changed) => change(rows.with(index, changed))} />
              </div>
              <CloseButton
                aria-label={`Remove the condition “${CONDITION_NAMES[one.on]}”`}
                onClick={() => change(rows.toSpliced(index, 1))}
              />
            </div>
            {errorsOf(index)}
          </li>
        ))}
        <li>
          <AddCondition hasMatching={row.matching.by !== 'all'} onAdd={(one) => change([...rows, one])} />
        </li>
      </ul>
    </>
  )
}

/** A new condition is filled in next: it gets the focus. @returns the ref of the list of conditions */
function useAddedFocus(count: number) {
  const list = useRef<HTMLUListElement>(null)
  const before = useRef(count)
  useEffect(() => {
    const added = count > before.current ? list.current?.children[count - 1] : undefined
    added?.querySelector<HTMLElement>('input, select')?.focus()
    before.current = count
  }, [count])
  return list
}

type MatchFieldProps = { match: When['match']; onChange: (match: When['match']) => void }

function MatchField({ match, onChange }: MatchFieldProps) {
  return (
    <NativeSelect
      aria-label="How many of the conditions"
      data={[
        { value: 'all', label: 'all of these hold:' },
        { value: 'any', label: 'at least one of these holds:' },
      ]}
      value={match}
      onChange={(event) => onChange(event.currentTarget.value as When['match'])}
    />
  )
}

/** What conditions are called where they are chosen. */
const CONDITION_NAMES: Record<ConditionRow['on'], string> = {
  weekday: 'Day of the week',
  hour: 'Time of day',
  date: 'Date',
  price: 'Price of the whole cart',
  paid: 'Amount paid',
  pieces: 'Pieces in the cart',
  lines: 'Different products in the cart',
  matchedPieces: 'Pieces of these products',
  matchedPrice: 'Price of these products',
  matchedPaid: 'Amount paid for these products',
  matchedLines: 'Different ones of these products',
  first: 'First purchase of the customer',
  purchases: 'Purchases of the customer before',
  since: 'Day on which the customer signed up',
  tag: 'Tag of the customer',
}

const OF_MATCHING: readonly ConditionRow['on'][] = ['matchedPieces', 'matchedPrice', 'matchedPaid', 'matchedLines']

type AddConditionProps = { hasMatching: boolean; onAdd: (row: ConditionRow) => void }

function AddCondition({ hasMatching, onAdd }: AddConditionProps) {
  const subjects = (Object.keys(CONDITION_NAMES) as ConditionRow['on'][]).filter(
    (on) => hasMatching || !OF_MATCHING.includes(on),
  )
  return (
    <AddMenu
      label="Add a condition"
      size="compact-md"
      variant="subtle"
      choices={subjects.map((on) => ({ value: on, label: CONDITION_NAMES[on] }))}
      onAdd={(on) => onAdd(newCondition(on))}
    />
  )
}

function newCondition(on: ConditionRow['on']): ConditionRow {
  switch (on) {
    case 'first':
      return { on }
    case 'weekday':
      return { on, is: true, days: [] }
    case 'hour':
      return { on, is: true, from: 9, to: 17 }
    case 'date':
    case 'since':
      return { on, is: true, from: EMPTY, to: EMPTY }
    case 'tag':
      return { on, is: true, tag: EMPTY }
    default:
      return { on, test: 'at_least', value: EMPTY }
  }
}

type FieldsProps<Row extends ConditionRow> = { row: Row; onChange: (row: ConditionRow) => void }
type RowOn<On extends ConditionRow['on']> = Extract<ConditionRow, { on: On }>

function ConditionFields({ row, onChange }: FieldsProps<ConditionRow>) {
  if (isNumberRow(row)) return <NumberFields row={row} onChange={onChange} />
  switch (row.on) {
    case 'first':
      return <span>{SUBJECTS.first}</span>
    case 'weekday':
      return <WeekdayFields row={row} onChange={onChange} />
    case 'hour':
      return <HourFields row={row} onChange={onChange} />
    case 'date':
    case 'since':
      return <DateFields row={row} onChange={onChange} />
    case 'tag':
      return <TagFields row={row} onChange={onChange} />
  }
}

const COMPARISON_CHOICES = Object.entries(TESTS).map(([value, label]) => ({ value, label }))

function NumberFields({ row, onChange }: FieldsProps<NumberRow>) {
  const name = CONDITION_NAMES[row.on]
  const field = { kind: NUMBER_SUBJECTS[row.on].kind, value: row.value }
  return (
    <>
      <span>{SUBJECTS[row.on]}</span>
      <NativeSelect
        aria-label={`${name}: comparison`}
        data={COMPARISON_CHOICES}
        value={row.test}
        onChange={(event) => onChange(withTest(row, event.currentTarget.value as Comparison | 'between'))}
      />
      <TypedNumberField {...field} aria-label={name} onChange={(value) => onChange({ ...row, value })} />
      {row.test === 'between' && (
        <>
          <span>and</span>
          <TypedNumberField
            {...field}
            aria-label={`${name}: up to`}
            value={row.to}
            onChange={(to) => onChange({ ...row, to })}
          />
        </>
      )}
    </>
  )
}

function withTest({ on, value }: { on: NumberSubject; value: NumberRow['value'] }, test: Comparison | 'between') {
  return test === 'between' ? { on, test, value, to: EMPTY } : { on, test, value }
}

type IsFieldProps = { label: string; is: boolean; words?: [string, string]; onChange: (is: boolean) => void }

function IsField({ label, is, words: [yes, no] = ['is', 'is not'], onChange }: IsFieldProps) {
  return (
    <NativeSelect
      aria-label={`${label}: ${yes} or ${no}`}
      data={[
        { value: 'yes', label: yes },
        { value: 'no', label: no },
      ]}
      value={is ? 'yes' : 'no'}
      onChange={(event) => onChange(event.currentTarget.value === 'yes')}
    />
  )
}

function WeekdayFields({ row, onChange }: FieldsProps<RowOn<'weekday'>>) {
  const unfilled = useId()
  const choose = (days: string[]) => onChange({ ...row, days: WEEKDAYS.filter((day) => days.includes(day)) })
  return (
    <>
      <span>{SUBJECTS.weekday}</span>
      <IsField label={CONDITION_NAMES.weekday} is={row.is} onChange={(is) => onChange({ ...row, is })} />
      <Chip.Group multiple value={[...row.days]} onChange={choose}>
        <Group
          gap={6}
          role="group"
          aria-label={CONDITION_NAMES.weekday}
          {...(row.days.length === 0 && { 'aria-describedby': unfilled })}
        >
          {WEEKDAYS.map((day: Weekday) => (
            <Chip key={day} value={day} size="xs">
              {WEEKDAY_NAMES[day]}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
      {row.days.length === 0 && <Input.Error id={unfilled}>{UNFILLED}</Input.Error>}
    </>
  )
}

const HOURS = Array.from({ length: 24 }, (_, hour) => hour)

function HourFields({ row, onChange }: FieldsProps<RowOn<'hour'>>) {
  return (
    <>
      <span>{SUBJECTS.hour}</span>
      <IsField label={CONDITION_NAMES.hour} is={row.is} onChange={(is) => onChange({ ...row, is })} />
      <span>between</span>
      <NativeSelect
        aria-label={`${CONDITION_NAMES.hour}: from`}
        data={HOURS.map((hour) => ({ value: String(hour), label: formatHour(hour) }))}
        value={String(row.from)}
        onChange={(event) => onChange({ ...row, from: Number(event.currentTarget.value) })}
      />
      <span>and</span>
      <NativeSelect
        aria-label={`${CONDITION_NAMES.hour}: until`}
        data={HOURS.map((hour) => ({ value: String(hour), label: formatHour(hour, 59) }))}
        value={String(row.to)}
        onChange={(event) => onChange({ ...row, to: Number(event.currentTarget.value) })}
      />
    </>
  )
}

function DateFields({ row, onChange }: FieldsProps<RowOn<'date' | 'since'>>) {
  const name = CONDITION_NAMES[row.on]
  return (
    <>
      <span>{SUBJECTS[row.on]}</span>
      <IsField label={name} is={row.is} onChange={(is) => onChange({ ...row, is })} />
      <span>between</span>
      <TypedDayField label={`${name}: first`} value={row.from} onChange={(from) => onChange({ ...row, from })} />
      <span>and</span>
      <TypedDayField label={`${name}: last`} value={row.to} onChange={(to) => onChange({ ...row, to })} />
    </>
  )
}

function TagFields({ row, onChange }: FieldsProps<RowOn<'tag'>>) {
  return (
    <>
      <span>{SUBJECTS.tag}</span>
      <IsField
        label={CONDITION_NAMES.tag}
        is={row.is}
        words={['has', 'does not have']}
        onChange={(is) => onChange({ ...row, is })}
      />
      <span>the tag</span>
      <CustomerTagField label={CONDITION_NAMES.tag} value={row.tag} onChange={(tag) => onChange({ ...row, tag })} />
    </>
  )
}
