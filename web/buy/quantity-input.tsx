import { ActionIcon, Group, Text, TextInput } from '@mantine/core'
import { IconMinus, IconPlus } from '@tabler/icons-react'
import { type KeyboardEvent, useId, useState } from 'react'
import { MAX_QUANTITY, quantityOf } from './cart.ts'
import classes from './quantity-input.module.css'

type QuantityInputProps = {
  label: string
  /** The last one that was a quantity. */
  value: number
  /** `undefined` as long as what is typed is none: nothing can be bought by it. */
  onChange: (quantity: number | undefined) => void
  disabled?: boolean
}

/**
 * How many of something: by typing, by the arrow keys, or by its buttons. Whatever is typed stays as it is: a character that
 * is dropped, or a field that goes back to what it was, would make another number of it.
 */
export function QuantityInput({ label, value, onChange, disabled = false }: QuantityInputProps) {
  const [unfinished, setUnfinished] = useState<string>()
  const isRefused = unfinished !== undefined && unfinished.trim() !== ''
  const message = useId()

  const take = (typed: string) => {
    const quantity = quantityOf(typed)
    setUnfinished(quantity === undefined ? typed : undefined)
    onChange(quantity)
  }
  const leave = () => {
    if (unfinished !== undefined && !isRefused) take(String(value))
  }
  const step = (by: 1 | -1) => take(String(Math.min(Math.max(value + by, 1), MAX_QUANTITY)))
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
          onBlur={leave}
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
          disabled={disabled || value >= MAX_QUANTITY}
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
