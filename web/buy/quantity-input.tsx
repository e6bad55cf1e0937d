import { ActionIcon, Group, NumberInput } from '@mantine/core'
import { IconMinus, IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { MOST_OF_ONE } from './cart.ts'
import classes from './quantity-input.module.css'

type QuantityInputProps = {
  label: string
  value: number
  onChange: (quantity: number) => void
  disabled?: boolean
}

/** How many of something: by typing, by the arrow keys, or by its buttons. Never fewer than one. */
export function QuantityInput({ label, value, onChange, disabled = false }: QuantityInputProps) {
  // What is typed may be no quantity yet: then it is the field's alone, and gone when the field is left.
  const [unfinished, setUnfinished] = useState<number | string>()
  const set = (next: number) => onChange(Math.min(Math.max(next, 1), MOST_OF_ONE))
  const take = (typed: number | string) => {
    const isQuantity = typeof typed === 'number' && typed >= 1
    setUnfinished(isQuantity ? undefined : typed)
    if (isQuantity) set(typed)
  }
  return (
    <Group gap={0} wrap="nowrap" className={classes.quantity} role="group" aria-label={label}>
      <ActionIcon
        variant="subtle"
        size="lg"
        onClick={() => set(value - 1)}
        disabled={disabled || value <= 1}
        aria-label={`${label}: one fewer`}
      >
        <IconMinus size={16} aria-hidden />
      </ActionIcon>
      <NumberInput
        value={unfinished ?? value}
        onChange={take}
        onBlur={() => setUnfinished(undefined)}
        min={1}
        max={MOST_OF_ONE}
        clampBehavior="strict"
        allowDecimal={false}
        allowNegative={false}
        hideControls
        disabled={disabled}
        variant="unstyled"
        aria-label={label}
        classNames={{ input: classes.input ?? '' }}
      />
      <ActionIcon
        variant="subtle"
        size="lg"
        onClick={() => set(value + 1)}
        disabled={disabled || value >= MOST_OF_ONE}
        aria-label={`${label}: one more`}
      >
        <IconPlus size={16} aria-hidden />
      </ActionIcon>
    </Group>
  )
}
