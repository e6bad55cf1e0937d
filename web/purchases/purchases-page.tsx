import { useSearch } from '@tanstack/react-router'
import { ListSkeleton } from '#web/page/list-skeleton.tsx'
import { Page } from '#web/page/page.tsx'
import { useCurrentUser } from '#web/shell/current-user.tsx'
import { History } from './history.tsx'
import { StatusFilter } from './status-filter.tsx'

export function PurchasesPage() {
  const user = useCurrentUser()
  const { status } = useSearch({ from: '/purchases' })
  return (
    <Page title="Purchases" lead="What you bought, and what became of it." actions={<StatusFilter status={status} />}>
      {user ? <History username={user.username} status={status} /> : <ListSkeleton label="Loading purchases" />}
    </Page>
  )
}
