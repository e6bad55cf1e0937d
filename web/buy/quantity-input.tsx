import { ActionIcon, Group, Text, TextInput } from '@mantine/core'
import { IconMinus, IconPlus } from '@tabler/icons-react'
import { type KeyboardEvent, useId, useState } from 'react'
import { MOST_OF_ONE } from './cart.ts'
import { quantityOf } from './quantity.ts'
import classes from './quantity-input.module.css'

type QuantityInputProps = {
  label: string
  value: number
  onChange: (quantity: number) => void
  disabled?: boolean
}

/**
 * How many of something: by typing, by the arrow keys, or by its buttons. Whatever is typed stays as it is until the field
 * is left: a character that is dropped would make another number of it.
 */
export function QuantityInput({ label, value, onChange, disabled = false }: QuantityInputProps) {
  const [unfinished, setUnfinished] = useState<string>()
  // Told until there is another quantity: the field has the old one again when it is left, and somebody must know why.
  const [refusedAt, setRefusedAt] = useState<number>()
  const isRefused = refusedAt === value
  const message = useId()

  const take = (typed: string) => {
    const quantity = quantityOf(typed)
    setUnfinished(quantity === undefined ? typed : undefined)
    setRefusedAt(quantity === undefined && typed !== '' ? value : undefined)
    if (quantity !== undefined) onChange(quantity)
  }
  const step = (by: 1 | -1) => take(String(Math.min(Math.max(value + by, 1), MOST_OF_ONE)))
  const stepByKey = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return
    event.preventDefault()
    step(event.key === 'ArrowUp' ? 1 : -1)
  }

  return (
    <div className={classes.whole}>
      <Group gap={0} wrap="nowrap" className={classes.quantity} role="group" aria-label={label}>
        <ActionIcon
          variant="subtle"
          size="lg"
          onClick={() => step(-1)}
          disabled={disabled || value <= 1}
          aria-label={`${label}: one fewer`}
        >
          <IconMinus size={16} aria-hidden />
        </ActionIcon>
        <TextInput
          value={unfinished ?? value}
          onChange={(event) => take(event.currentTarget.value)}
          onBlur={() => setUnfinished(undefined)}
          onKeyDown={stepByKey}
          inputMode="numeric"
          autoComplete="off"
          disabled={disabled}
          variant="unstyled"
          aria-label={label}
          aria-invalid={isRefused}
          aria-describedby={isRefused ? message : undefined}
          classNames={{ input: classes.input ?? '' }}
        />
        <ActionIcon
          variant="subtle"
          size="lg"
          onClick={() => step(1)}
          disabled={disabled || value >= MOST_OF_ONE}
          aria-label={`${label}: one more`}
        >
          <IconPlus size={16} aria-hidden />
        </ActionIcon>
      </Group>
      {isRefused && (
        <Text id={message} role="alert" size="xs" className={classes.message}>
          Whole numbers from 1 to 1,000
        </Text>
      )}
    </div>
  )
}
