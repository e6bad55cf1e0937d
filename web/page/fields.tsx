import { Group, Radio, Stack, TextInput, type TextInputProps } from '@mantine/core'
import { type SyntheticEvent, useLayoutEffect, useRef } from 'react'
import {
  dateTimeError,
  dayError,
  FIRST_DAY,
  instantsOf,
  LAST_DAY,
  offsetAt,
  SECOND,
  UNREADABLE,
} from '#web/format/dates.ts'
import { labelsError } from '#web/format/labels.ts'
import { type NumberKind, numberError } from '#web/format/numbers.ts'

type FieldProps = Omit<TextInputProps, 'value' | 'onChange' | 'type'> & {
  value: string
  onChange: (value: string) => void
}

/**
 * A number, as the text that was typed: dropping a character or rounding would silently make it another number. `numberOf`
 * reads it. A form is not sent while there is something in it that is no number of this kind, and the field says so.
 */
export function NumberField({ kind, value, ...others }: FieldProps & { kind: NumberKind }) {
  const inputMode = kind.decimals === 0 ? 'numeric' : 'decimal'
  return <CheckedField {...others} value={value} unreadable={numberError(value, kind)} inputMode={inputMode} />
}

/** Words of the shop's own, as the text that was typed: `labelsOf` reads it. The form waits until all of them can be used. */
export function LabelsField({ value, ...others }: FieldProps) {
  return <CheckedField {...others} value={value} unreadable={labelsError(value)} />
}

/** A form is not sent while a value of it is unreadable, and its field says why. */
function CheckedField({ unreadable, onChange, error, ...others }: FieldProps & { unreadable: string | undefined }) {
  const input = useRef<HTMLInputElement>(null)
  useLayoutEffect(() => input.current?.setCustomValidity(unreadable ?? ''), [unreadable])
  return (
    <TextInput
      {...others}
      ref={input}
      onChange={(event) => onChange(event.currentTarget.value)}
      error={unreadable ?? error}
      autoComplete="off"
    />
  )
}

/**
 * A date, or a date and time, as browsers have fields for. They give an empty value for one that is typed in part, too, and an event
 * only when the value changes: so they are asked after each key, and the value is `UNREADABLE` until it is complete.
 */
function CalendarField({ value, onChange, ...others }: FieldProps & { type: 'date' | 'datetime-local' }) {
  const input = useRef<HTMLInputElement>(null)
  // Discarding changes empties the value, which was empty already for the browser: it must not show half a date any more.
  useLayoutEffect(() => {
    if (value === '' && input.current?.validity.badInput) input.current.value = ''
  }, [value])
  const read = ({ currentTarget }: SyntheticEvent<HTMLInputElement>) => {
    const next = currentTarget.validity.badInput ? UNREADABLE : currentTarget.value
    if (next !== value) onChange(next)
  }
  return (
    <TextInput
      {...others}
      ref={input}
      value={value === UNREADABLE ? '' : value}
      onChange={read}
      onKeyUp={read}
      onBlur={read}
    />
  )
}

/** A day of the store's calendar (UTC); empty for none. */
export function DayField({ value, error, ...others }: FieldProps) {
  return (
    <CalendarField
      {...others}
      type="date"
      min={FIRST_DAY}
      max={LAST_DAY}
      value={value}
      error={error ?? dayError(value)}
    />
  )
}

/** A local date and time; empty for none. Where clocks are set back and a time comes twice, the field asks which one is meant. */
export function DateTimeField({ value, onChange, error, miw, ...others }: FieldProps) {
  const local = value.replace(SECOND, '')
  const [first, second] = instantsOf(local)
  return (
    <Stack gap="xs" miw={miw}>
      <CalendarField
        {...others}
        type="datetime-local"
        max="9999-12-31T23:59:59"
        value={local}
        onChange={onChange}
        error={error ?? dateTimeError(value)}
      />
      {first !== undefined && second !== undefined && (
        <Radio.Group
          size="sm"
          label="Clocks are set back: this time comes twice"
          value={value === local ? '' : SECOND}
          onChange={(which) => onChange(`${local}${which}`)}
        >
          <Group gap="md">
            <Radio value="" label={`First (${offsetAt(first)})`} />
            <Radio value={SECOND} label={`Second (${offsetAt(second)})`} />
          </Group>
        </Radio.Group>
      )}
    </Stack>
  )
}
