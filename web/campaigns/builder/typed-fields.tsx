import { type ComponentProps, useState } from 'react'
import { dayIn } from '#web/format/dates.ts'
import { type NumberKind, numberOf } from '#web/format/numbers.ts'
import { DayField, NumberField } from '#web/page/fields.tsx'
import classes from './rule-builder.module.css'
import { isUnreadable, type Typed, typedText, typedValue, UNFILLED } from './typed.ts'

type NumberProps = Omit<ComponentProps<typeof NumberField>, 'value' | 'onChange' | 'kind'> & {
  kind: NumberKind
  value: Typed<number>
  onChange: (value: Typed<number>) => void
}

/** A number of a rule. `1.0` stays as it was typed, although the rule has a 1: somebody may be on their way to 1.05. */
export function TypedNumberField({ kind, value, onChange, ...others }: NumberProps) {
  const [typed, setTyped] = useState('')
  const shown = !isUnreadable(value) && numberOf(typed, kind) === value ? typed : typedText(value)
  return (
    <NumberField
      {...others}
      className={classes.number ?? ''}
      kind={kind}
      value={shown}
      error={shown === '' && UNFILLED}
      onChange={(text) => {
        setTyped(text)
        onChange(typedValue(text, kind))
      }}
    />
  )
}

type DayProps = { label: string; value: Typed<string>; onChange: (value: Typed<string>) => void }

export function TypedDayField({ label, value, onChange }: DayProps) {
  return (
    <DayField
      aria-label={label}
      value={isUnreadable(value) ? value.typed : value}
      {...(isUnreadable(value) && value.typed === '' && { error: UNFILLED })}
      onChange={(text) => onChange(dayIn(text) ?? { typed: text })}
    />
  )
}
