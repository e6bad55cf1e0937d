import { Button, Group, Modal, Paper, Text } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import type { ReactNode } from 'react'
import { useCheckout } from './checkout.tsx'

type DialogFrameProps = {
  folded: boolean
  onFold: (fold: boolean) => void
  /** There is an outcome: closing forgets it. */
  over: boolean
  /** For the line that it is folded into. */
  status: string
  children: ReactNode
}

export function DialogFrame({ folded, onFold, over, status, children }: DialogFrameProps) {
  const { dismiss } = useCheckout()
  const small = useMediaQuery('(max-width: 36em)')
  if (folded) {
    return (
      <Paper withBorder radius="lg" p="md" role="status">
        <Group justify="space-between">
          <Text fw={600}>{status}</Text>
          <Button variant="light" onClick={() => onFold(false)}>
            Show it
          </Button>
        </Group>
      </Paper>
    )
  }
  return (
    <Modal
      opened
      onClose={over ? dismiss : () => onFold(true)}
      title="Your purchase"
      size="lg"
      radius={small ? 0 : 'lg'}
      padding="xl"
      fullScreen={small ?? false}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': over ? 'Close' : 'Keep shopping meanwhile' }}
    >
      {children}
    </Modal>
  )
}
