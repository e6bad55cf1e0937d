import { Stack } from '@mantine/core'
import { IconMoodSmile } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { purchaseHistoryQuery } from '#web/client/purchase-history.ts'
import { EmptyState } from '#web/page/empty-state.tsx'
import { ListSkeleton } from '#web/page/list-skeleton.tsx'
import { LoadError } from '#web/page/load-error.tsx'
import { ShowMore } from '#web/page/show-more.tsx'
import type { Telling } from './telling.ts'
import { Told } from './told.tsx'
import { UndoingItem } from './undoing-item.tsx'
import classes from './waiting-list.module.css'

const POLL_MS = 3_000

/** Everybody's purchases that are being undone. */
export const undoingQuery = purchaseHistoryQuery({ status: 'compensating' })

/** Purchases whose undo is not through yet. Most are for a moment; those that stay need a look. */
export function UndoingPurchases() {
  const [telling, tell] = useState<Telling>()
  return (
    <Stack gap={0}>
      <Told telling={telling} />
      <List tell={tell} />
    </Stack>
  )
}

function List({ tell }: { tell: (telling: Telling) => void }) {
  const undoing = useInfiniteQuery({ ...undoingQuery, refetchInterval: POLL_MS })
  const purchases = undoing.data?.pages.flatMap(({ items }) => items)
  if (!purchases) {
    return undoing.error ? <LoadError query={undoing} /> : <ListSkeleton label="Loading purchases being undone" />
  }
  if (purchases.length === 0) {
    return (
      <EmptyState icon={<IconMoodSmile size={36} aria-hidden />} title="Nothing waits for you">
        No purchase is being undone. One that cannot give back what it took would wait here.
      </EmptyState>
    )
  }
  return (
    <Stack gap="lg">
      <ul className={classes.list} aria-label="Purchases being undone">
        {purchases.map((purchase) => (
          <li key={purchase.purchaseId}>
            <UndoingItem purchase={purchase} now={undoing.dataUpdatedAt} tell={tell} />
          </li>
        ))}
      </ul>
      <ShowMore query={undoing} shown={purchases.length} what="purchases" />
    </Stack>
  )
}
