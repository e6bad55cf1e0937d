import { Button, Group, Loader, Stack, Text } from '@mantine/core'
import { ApiProblem, isTemporary, type Problem } from '#web/client/api-problem.ts'
import { sayInWords } from '#web/client/problem-words.ts'
import { AnchorLink } from '#web/page/anchor-link.tsx'
import { useCheckout } from './checkout.tsx'
import type { Intent } from './intent.ts'
import type { OrderTrouble } from './placed-order.ts'
import { Verdict } from './verdict.tsx'

/** Nobody has answered yet, or not to any purpose. */
export function BeingSent({ trouble }: { trouble: OrderTrouble | undefined }) {
  return (
    <Stack>
      <Stack role="status">
        <Group wrap="nowrap">
          <Loader size="sm" aria-hidden />
          <Text fw={600}>{trouble ? 'Waiting for the store' : 'Sending your order'} …</Text>
        </Group>
        {trouble && (
          <Text c="dimmed">
            {sayTrouble(trouble.error)}, and we keep trying. Your money is safe: however often the order is sent, you
            buy once.
          </Text>
        )}
      </Stack>
      {trouble?.lasting && trouble.error instanceof ApiProblem && (
        <PutAside requestId={trouble.error.problem.requestId} />
      )}
    </Stack>
  )
}

function sayTrouble(error: Error): string {
  if (!(error instanceof ApiProblem)) return 'The store does not answer at the moment'
  return isTemporary(error) ? 'A part of the store is away at the moment' : 'Something goes wrong in the store'
}

/** The way on, while the store does answer, and only this order gets nowhere. */
function PutAside({ requestId }: { requestId: string }) {
  const { dismiss } = useCheckout()
  return (
    <>
      <Text>
        If you would rather not wait, put it aside. It may have been bought all the same, or be bought yet: look under{' '}
        <AnchorLink to="/purchases">Purchases</AnchorLink> before you order the same again.
      </Text>
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          To report it, give the number of the request, {requestId}.
        </Text>
        <Button variant="default" onClick={dismiss}>
          Put it aside
        </Button>
      </Group>
    </>
  )
}

/** The order could not become a purchase. */
export function NotTaken({ problem, intent }: { problem: Problem; intent: Intent }) {
  const { buyInstead, dismiss } = useCheckout()
  const { title, message } = sayInWords(new ApiProblem(problem))
  return (
    <Verdict tone="bad" title={title} message={`${message} Nothing was charged.`}>
      <Button onClick={dismiss}>Change the order</Button>
      <Button variant="default" onClick={() => buyInstead(intent, intent.order)}>
        Try again
      </Button>
    </Verdict>
  )
}
