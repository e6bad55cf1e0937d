import { Group, Radio, Stack, TextInput, type TextInputProps } from '@mantine/core'
import { type SyntheticEvent, useLayoutEffect, useRef } from 'react'
import { dateTimeError, instantsOf, offsetAt, SECOND, UNREADABLE } from '#web/format/dates.ts'
import { type NumberKind, numberError } from '#web/format/numbers.ts'

type FieldProps = Omit<TextInputProps, 'value' | 'onChange' | 'type'> & {
  value: string
  onChange: (value: string) => void
}

/**
 * A number, as the text that was typed: dropping a character or rounding would silently make it another number. `numberOf`
 * reads it. A form is not sent while there is something in it that is no number of this kind, and the field says so.
 */
export function NumberField({ kind, value, onChange, error, ...others }: FieldProps & { kind: NumberKind }) {
  const input = useRef<HTMLInputElement>(null)
  const unreadable = numberError(value, kind)
  useLayoutEffect(() => input.current?.setCustomValidity(unreadable ?? ''), [unreadable])
  return (
    <TextInput
      {...others}
      ref={input}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      error={unreadable ?? error}
      inputMode={kind.decimals === 0 ? 'numeric' : 'decimal'}
      autoComplete="off"
    />
  )
}

/**
 * A local date and time; empty for none. A browser gives an empty value for one that is typed in part, too, and an event
 * only when the value changes: so it is asked after each key, and the value is `UNREADABLE` until it is complete. Where
 * clocks are set back and a time comes twice, the field asks which one is meant.
 */
export function DateTimeField({ value, onChange, error, miw, ...others }: FieldProps) {
  const input = useRef<HTMLInputElement>(null)
  // Discarding changes empties the value, which was empty already for the browser: it must not show half a date any more.
  useLayoutEffect(() => {
    if (value === '' && input.current?.validity.badInput) input.current.value = ''
  }, [value])
  const local = value.replace(SECOND, '')
  const read = ({ currentTarget }: SyntheticEvent<HTMLInputElement>) => {
    const next = currentTarget.validity.badInput ? UNREADABLE : currentTarget.value
    if (next !== local) onChange(next)
  }
  const [first, second] = instantsOf(local)
  return (
    <Stack gap="xs" miw={miw}>
      <TextInput
        {...others}
        ref={input}
        type="datetime-local"
        max="9999-12-31T23:59:59"
        value={value === UNREADABLE ? '' : local}
        onChange={read}
        onKeyUp={read}
        onBlur={read}
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
