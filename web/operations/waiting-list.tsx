import { Alert, Stack } from '@mantine/core'
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { Message } from '#web/client/api-problem.ts'
import cards from '#web/page/list.module.css'
import { EmptyState, PagedList } from '#web/page/list.tsx'

type WaitingListProps<Item> = {
  /** What the list is called. */
  name: string
  /** What waits, in the plural. */
  what: string
  query: UseInfiniteQueryResult<InfiniteData<{ items: Item[] }>>
  /** In place of a list without items: what would wait in it. */
  nothing: { icon: ReactNode; text: string }
  /** An item with its key. @param notify shows what came of what was done about it, which may be that it is gone */
  children: (item: Item, now: number, notify: (notice: Notice) => void) => ReactNode
}

/** What waits for an operator to do something about it. */
export function WaitingList<Item>({ name, what, query, nothing, children }: WaitingListProps<Item>) {
  const [notice, notify] = useState<Notice>()
  return (
    <Stack gap={0}>
      <LastNotice notice={notice} />
      <PagedList
        list={query}
        what={what}
        empty={
          <EmptyState icon={nothing.icon} title="Nothing to do">
            {nothing.text}
          </EmptyState>
        }
      >
        {(items) => (
          <ul className={cards.list} aria-label={name}>
            {items.map((item) => children(item, query.dataUpdatedAt, notify))}
          </ul>
        )}
      </PagedList>
    </Stack>
  )
}

/** What came of what was done last. It takes the focus, because what did it may be gone from the list. */
function LastNotice({ notice }: { notice: Notice | undefined }) {
  const region = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (notice) region.current?.focus()
  }, [notice])
  return (
    <div role="status" ref={region} tabIndex={-1} style={{ outline: 'none' }}>
      {notice && (
        <Alert color={notice.tone === 'good' ? 'green' : 'orange'} title={notice.title} mb="md" role="group">
          {notice.message}
        </Alert>
      )}
    </div>
  )
}

/** What came of something that was done. */
export type Notice = Message & { tone: 'good' | 'bad' }
