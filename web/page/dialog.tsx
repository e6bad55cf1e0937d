import { Alert, Button, type ButtonProps, Group, Modal, Stack } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import type { ReactNode } from 'react'
import { fieldErrors, formatError } from '#web/client/api-problem.ts'

type DialogButtonProps = Omit<ButtonProps, 'children'> & {
  /** What the button is called, when its text is not specific enough. */
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
      <Modal
        opened={opened}
        onClose={close}
        title={title}
        radius="lg"
        padding="clamp(16px, 5vw, 2rem)"
        centered
        // What has been done must not be clicked again while it fades.
        transitionProps={{ exitDuration: 0 }}
      >
        {children(close)}
      </Modal>
    </>
  )
}

type FormProps = {
  /** What sending it does, as its button says. */
  submitLabel: string
  sending: { isPending: boolean; error: Error | null }
  /** The paths of the values that have a field: their errors are shown there. */
  fields: readonly string[]
  onSubmit: () => void
  onCancel: () => void
  children: ReactNode
}

/** A form in a dialog. Errors that belong to no field are shown above its buttons. */
export function Form({ submitLabel, sending, fields, onSubmit, onCancel, children }: FormProps) {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        onSubmit()
      }}
    >
      <Stack gap="md">
        {children}
        {sending.error && <Problem error={sending.error} fields={fields} />}
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
          <Button type="submit" loading={sending.isPending}>
            {submitLabel}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function Problem({ error, fields }: { error: Error; fields: readonly string[] }) {
  const wrong = Object.keys(fieldErrors(error))
  if (wrong.length > 0 && wrong.every((path) => fields.includes(path))) return null
  const { title, message } = formatError(error)
  return (
    <Alert color="red" title={title}>
      {message}
    </Alert>
  )
}
