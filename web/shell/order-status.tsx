import { Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useRouterState } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { formatIntent, isOver } from '#web/buy/intent.ts'
import { useWrittenIntent } from '#web/buy/written-intent.ts'
import { purchaseQuery } from '#web/client/purchases.ts'
import { ButtonLink } from '#web/page/links.tsx'
import { isUnderWay } from '#web/purchases/progress.ts'
import { useCurrentUser } from './current-user.tsx'
import classes from './shell.module.css'

const POLL_MS = 2_000

/** Where the user's order stands, on every page but those that show it themselves. */
export function OrderStatus() {
  const user = useCurrentUser()
  // The page that is shown, and not the one whose code is still on its way.
  const path = useRouterState({ select: ({ resolvedLocation }) => resolvedLocation?.pathname })
  return user && path !== undefined && path !== '/' ? (
    <OrderOf key={user.username} username={user.username} path={path} />
  ) : null
}

function OrderOf({ username, path }: { username: string; path: string }) {
  const intent = useWrittenIntent(username)
  const isShown = intent !== undefined && !isOver(intent) && path !== `/purchases/${intent.purchaseId}`
  const purchase = useQuery({
    ...purchaseQuery(intent?.purchaseId ?? ''),
    enabled: isShown && intent.purchaseId !== undefined,
    refetchInterval: ({ state }) => (state.data && !isUnderWay(state.data.status) ? false : POLL_MS),
  })
  if (!isShown) return null
  const hasEnded = purchase.data !== undefined && !isUnderWay(purchase.data.status)
  return (
    <StatusLine text={formatIntent(intent, hasEnded)}>
      <ButtonLink to="/" variant="light">
        Show the purchase
      </ButtonLink>
    </StatusLine>
  )
}

/** One line about an order, with what can be done about it. */
export function StatusLine({ text, children }: { text: string; children: ReactNode }) {
  return (
    <Group justify="space-between" gap="sm" className={classes.order ?? ''} role="status">
      <Text fw={600}>{text}</Text>
      <Group gap="sm">{children}</Group>
    </Group>
  )
}
