import { Button, type ButtonProps, Modal } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import type { ReactNode } from 'react'

type DialogButtonProps = Omit<ButtonProps, 'children'> & {
  /** What the button is called, when what is written on it does not say enough. */
  'aria-label'?: string
  /** Of the dialog. */
  title: string
  /** What is written on the button. */
  label: ReactNode
  /** The dialog; made anew each time it is opened. */
  children: (close: () => void) => ReactNode
}

/** A button that opens a dialog; when that is closed, the button has the focus again. */
export function DialogButton({ title, label, children, ...button }: DialogButtonProps) {
  const [opened, { open, close }] = useDisclosure(false)
  return (
    <>
      <Button {...button} onClick={open} aria-haspopup="dialog">
        {label}
      </Button>
      <Modal opened={opened} onClose={close} title={title} radius="lg" padding="xl" centered>
        {children(close)}
      </Modal>
    </>
  )
}
