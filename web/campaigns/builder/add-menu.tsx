import { Button, type ButtonProps, Menu } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useRef } from 'react'

type AddMenuProps<Choice extends string> = Pick<ButtonProps, 'size' | 'variant'> & {
  label: string
  choices: readonly { value: Choice; label: string }[]
  onAdd: (choice: Choice) => void
}

/** A button that offers what can be added. Whatever is chosen, or nothing, the button has the focus again. */
export function AddMenu<Choice extends string>({ label, choices, onAdd, ...button }: AddMenuProps<Choice>) {
  const target = useRef<HTMLButtonElement>(null)
  return (
    // Its placeholder would be a child of the menu that is no item.
    <Menu position="bottom-start" withInitialFocusPlaceholder={false} onClose={() => target.current?.focus()}>
      <Menu.Target>
        <Button
          ref={target}
          {...button}
          leftSection={<IconPlus size={16} aria-hidden />}
          style={{ alignSelf: 'flex-start' }}
        >
          {label}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={320} style={{ overflowY: 'auto' }}>
        {choices.map((choice) => (
          <Menu.Item key={choice.value} onClick={() => onAdd(choice.value)}>
            {choice.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
