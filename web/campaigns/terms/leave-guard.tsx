import { Button, Group, Modal, Text } from '@mantine/core'
import { useBlocker } from '@tanstack/react-router'

/** Asks before what was typed is left behind; going from one tab of the page to another leaves nothing. */
export function LeaveGuard({ isDirty }: { isDirty: boolean }) {
  const leaving = useBlocker({
    shouldBlockFn: ({ current, next }) => isDirty && current.pathname !== next.pathname,
    enableBeforeUnload: isDirty,
    withResolver: true,
  })
  return (
    <Modal
      opened={leaving.status === 'blocked'}
      onClose={() => leaving.reset?.()}
      title="Leave without saving?"
      closeButtonProps={{ 'aria-label': 'Stay here' }}
    >
      <Text mb="lg">What you changed has not been saved, and would be lost.</Text>
      <Group justify="flex-end">
        <Button variant="default" onClick={() => leaving.reset?.()} data-autofocus>
          Stay here
        </Button>
        <Button color="red.9" onClick={() => leaving.proceed?.()}>
          Leave without saving
        </Button>
      </Group>
    </Modal>
  )
}
