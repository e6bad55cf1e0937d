import { ActionIcon, Group, Text, TextInput } from '@mantine/core'
import { IconMinus, IconPlus } from '@tabler/icons-react'
import { type KeyboardEvent, type ReactNode, useId, useState } from 'react'
import { formatRange, type NumberKind, numberOf, QUANTITY } from '#web/format/numbers.ts'
import classes from './quantity-input.module.css'

type QuantityInputProps = {
  label: string
  /** The last valid quantity. */
  value: number
  /** `undefined` while the typed text is not a quantity: nothing can be done with it then. */
  onChange: (quantity: number | undefined) => void
  /** Which whole numbers are one; left out: those of an order. */
  kind?: NumberKind
  disabled?: boolean
}

/**
 * A quantity, set by typing, by the arrow keys or by its buttons. The typed text stays as it is: dropping a character or
 * restoring the old value would silently make it another number.
 */
export function QuantityInput({ label, value, onChange, kind = QUANTITY, disabled = false }: QuantityInputProps) {
  const { text, isRefused, take, leave, step, stepByKey } = useTyping(value, onChange, kind)
  const message = useId()
  return (
    <div className={classes.whole}>
      <Group gap={0} wrap="nowrap" className={classes.quantity} role="group" aria-label={label}>
        <StepButton
          label={`${label}: one less`}
          icon={<IconMinus size={16} aria-hidden />}
          onClick={() => step(-1)}
          disabled={disabled || value <= kind.min}
        />
        <TextInput
          value={text}
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
        <StepButton
          label={`${label}: one more`}
          icon={<IconPlus size={16} aria-hidden />}
          onClick={() => step(1)}
          disabled={disabled || value >= kind.max}
        />
      </Group>
      {isRefused && (
        <Text id={message} role="alert" size="xs" className={classes.message}>
          Whole numbers {formatRange(kind)}
        </Text>
      )}
    </div>
  )
}

/** The typed text, which is shown as it is until it is a quantity. */
function useTyping(value: number, onChange: QuantityInputProps['onChange'], kind: NumberKind) {
  const [invalidText, setInvalidText] = useState<string>()
  const isRefused = invalidText !== undefined && invalidText.trim() !== ''
  const take = (typed: string) => {
    const quantity = numberOf(typed, kind)
    setInvalidText(quantity === undefined ? typed : undefined)
    onChange(quantity)
  }
  const leave = () => {
    if (invalidText !== undefined && !isRefused) take(String(value))
  }
  const step = (by: 1 | -1) => take(String(Math.min(Math.max(value + by, kind.min), kind.max)))
  const stepByKey = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return
    event.preventDefault()
    step(event.key === 'ArrowUp' ? 1 : -1)
  }
  return { text: invalidText ?? value, isRefused, take, leave, step, stepByKey }
}

type StepButtonProps = { label: string; icon: ReactNode; onClick: () => void; disabled: boolean }

/** At the last quantity it does nothing, and keeps the focus, which a browser takes from what is disabled. */
function StepButton({ label, icon, onClick, disabled }: StepButtonProps) {
  return (
    <ActionIcon
      variant="subtle"
      size="lg"
      onClick={disabled ? undefined : onClick}
      aria-disabled={disabled || undefined}
      data-disabled={disabled}
      aria-label={label}
    >
      {icon}
    </ActionIcon>
  )
}
