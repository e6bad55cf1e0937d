import { Tabs } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { parkedAwardsQuery } from '#web/client/parked-awards.ts'
import { Page } from '#web/page/page.tsx'
import { operationsSearch, type Panel } from '#web/search-params.ts'
import { Liability } from './liability.tsx'
import { ParkedAwards } from './parked-awards.tsx'
import { Stock } from './stock.tsx'
import { UndoingPurchases, undoingQuery } from './undoing-purchases.tsx'
import { Users } from './users.tsx'

export function OperationsPage() {
  const navigate = useNavigate()
  const { panel = 'parked', user, as_of } = useSearch({ from: '/operations' })
  const show = (chosen: string | null) =>
    void navigate({ to: '/operations', search: operationsSearch({ panel: chosen }), replace: true })
  return (
    <Page title="Operations" lead="What needs attention, the stock and users of the store, and what it owes in points.">
      <Tabs value={panel} onChange={show} variant="pills" keepMounted={false}>
        <Tabs.List mb="lg" aria-label="Operations">
          <Tab panel="parked">
            Points waiting <ParkedCount />
          </Tab>
          <Tab panel="undoing">
            Being undone <UndoingCount />
          </Tab>
          <Tab panel="stock">Stock</Tab>
          <Tab panel="users">Users</Tab>
          <Tab panel="liability">Points owed</Tab>
        </Tabs.List>
        <Tabs.Panel value="parked">
          <ParkedAwards />
        </Tabs.Panel>
        <Tabs.Panel value="undoing">
          <UndoingPurchases />
        </Tabs.Panel>
        <Tabs.Panel value="stock">
          <Stock />
        </Tabs.Panel>
        <Tabs.Panel value="users">
          <Users chosen={user} />
        </Tabs.Panel>
        <Tabs.Panel value="liability">
          <Liability asOf={as_of} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  )
}

function Tab({ panel, children }: { panel: Panel; children: ReactNode }) {
  return <Tabs.Tab value={panel}>{children}</Tabs.Tab>
}

function ParkedCount() {
  return <Count query={useInfiniteQuery(parkedAwardsQuery)} />
}

function UndoingCount() {
  return <Count query={useInfiniteQuery(undoingQuery)} />
}

type CountProps = { query: { data: { pages: { count: number }[] } | undefined; hasNextPage: boolean } }

/** How many wait, so that nobody has to look; nothing when none does. */
function Count({ query }: CountProps) {
  const count = query.data?.pages.reduce((sum, page) => sum + page.count, 0) ?? 0
  return count === 0 ? null : `(${count}${query.hasNextPage ? '+' : ''})`
}
