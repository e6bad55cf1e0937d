import { Button, Group, Loader, Stack, Text } from '@mantine/core'
import { sayInWords } from '#web/client/problem-words.ts'
import { useCheckout } from './checkout.tsx'
import type { Intent } from './intent.ts'
import { Verdict } from './verdict.tsx'

/** Nobody has answered yet. */
export function BeingSent({ repeating }: { repeating: boolean }) {
  return (
    <Stack role="status">
      <Group wrap="nowrap">
        <Loader size="sm" aria-hidden />
        <Text fw={600}>{repeating ? 'Waiting for the store' : 'Sending your order'} …</Text>
      </Group>
      {repeating && (
        <Text c="dimmed">
          The store does not answer at the moment, and we keep trying. Your money is safe: however often the order is
          sent, you buy once.
        </Text>
      )}
    </Stack>
  )
}

/** The order could not become a purchase. */
export function NotTaken({ error, intent }: { error: Error; intent: Intent }) {
  const { buyInstead, dismiss } = useCheckout()
  const { title, message } = sayInWords(error)
  return (
    <Verdict tone="bad" title={title} message={`${message} Nothing was charged.`}>
      <Button onClick={dismiss}>Change the order</Button>
      <Button variant="default" onClick={() => buyInstead(intent, intent.order)}>
        Try again
      </Button>
    </Verdict>
  )
}
