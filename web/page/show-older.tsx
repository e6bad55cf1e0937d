import { Button, Group, Text } from '@mantine/core'
import { useRef } from 'react'

type ShowOlderProps = {
  /** How much is shown, said again when it changes: `20 of 1,000 days`. */
  shown: string
  /** What the button says; without `onMore` everything is shown, and there is no button. */
  label: string
  onMore?: (() => void) | undefined
  isLoading?: boolean
}

/** The end of a list that goes further back than it shows. */
export function ShowOlder({ shown, label, onMore, isLoading = false }: ShowOlderProps) {
  const said = useRef<HTMLParagraphElement>(null)
  const more = () => {
    // The button may be gone with the last page; whoever used it by keyboard stays where it was.
    said.current?.focus({ preventScroll: true })
    onMore?.()
  }
  return (
    <Group justify="space-between" gap="sm">
      <Text ref={said} tabIndex={-1} role="status" size="sm" c="dimmed" style={{ outline: 'none' }}>
        {shown}
      </Text>
      {onMore && (
        <Button variant="default" onClick={more} loading={isLoading}>
          {label}
        </Button>
      )}
    </Group>
  )
}
