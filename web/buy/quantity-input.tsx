import { ActionIcon, Group, NumberInput } from '@mantine/core'
import { IconMinus, IconPlus } from '@tabler/icons-react'
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
  const set = (next: number) => onChange(Math.min(Math.max(next, 1), MOST_OF_ONE))
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
        value={value}
        onChange={(given) => typeof given === 'number' && given >= 1 && set(given)}
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
