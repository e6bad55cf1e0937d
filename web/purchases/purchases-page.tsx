import { useSearch } from '@tanstack/react-router'
import { Page } from '#web/page/page.tsx'
import { useCurrentUser } from '#web/shell/current-user.tsx'
import { History, HistorySkeleton } from './history.tsx'
import { StatusFilter } from './status-filter.tsx'

export function PurchasesPage() {
  const user = useCurrentUser()
  const { status } = useSearch({ from: '/purchases' })
  return (
    <Page title="Purchases" lead="What you bought, and what became of it." actions={<StatusFilter status={status} />}>
      {user ? <History username={user.username} status={status} /> : <HistorySkeleton />}
    </Page>
  )
}
