import { IconMoodSmile } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { purchaseHistoryQuery } from '#web/client/purchase-history.ts'
import { UndoingItem } from './undoing-item.tsx'
import { WaitingList } from './waiting-list.tsx'

const POLL_MS = 3_000

/** Everybody's purchases that are being undone. */
export const undoingQuery = purchaseHistoryQuery({ status: 'compensating' })

const NOTHING = {
  icon: <IconMoodSmile size={36} aria-hidden />,
  words: 'No purchase is being undone. One that cannot give back what it took would wait here.',
}

/** Purchases whose undo is not through yet. Most are for a moment; those that stay need a look. */
export function UndoingPurchases() {
  const undoing = useInfiniteQuery({ ...undoingQuery, refetchInterval: POLL_MS })
  return (
    <WaitingList name="Purchases being undone" query={undoing} nothing={NOTHING}>
      {(purchase, now, tell) => (
        <li key={purchase.purchaseId}>
          <UndoingItem purchase={purchase} now={now} tell={tell} />
        </li>
      )}
    </WaitingList>
  )
}
