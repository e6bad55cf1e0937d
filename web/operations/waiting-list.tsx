import { Alert, Stack } from '@mantine/core'
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { Words } from '#web/client/api-problem.ts'
import cardList from '#web/page/list.module.css'
import { EmptyState, ListSkeleton, LoadError, ShowMore } from '#web/page/list.tsx'

type WaitingListProps<Item> = {
  /** What waits, in the plural. */
  name: string
  query: UseInfiniteQueryResult<InfiniteData<{ items: Item[] }>>
  /** In place of a list without items: what would wait in it. */
  nothing: { icon: ReactNode; words: string }
  /** An item with its key. @param tell says what came of what was done about it, which may be that it is gone */
  children: (item: Item, now: number, tell: (telling: Telling) => void) => ReactNode
}

/** What waits for an operator to do something about it. */
export function WaitingList<Item>({ name, query, nothing, children }: WaitingListProps<Item>) {
  const [telling, tell] = useState<Telling>()
  const what = name.toLowerCase()
  const items = query.data?.pages.flatMap((page) => page.items)
  return (
    <Stack gap={0}>
      <Told telling={telling} />
      {!items && (query.error ? <LoadError query={query} /> : <ListSkeleton label={`Loading ${what}`} />)}
      {items?.length === 0 && (
        <EmptyState icon={nothing.icon} title="Nothing waits for you">
          {nothing.words}
        </EmptyState>
      )}
      {items && items.length > 0 && (
        <Stack gap="lg">
          <ul className={cardList.list} aria-label={name}>
            {items.map((item) => children(item, query.dataUpdatedAt, tell))}
          </ul>
          <ShowMore list={query} shown={items.length} what={what} />
        </Stack>
      )}
    </Stack>
  )
}

/** What came of what was done last. It takes the focus, because what did it may be gone from the list. */
function Told({ telling }: { telling: Telling | undefined }) {
  const region = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (telling) region.current?.focus()
  }, [telling])
  return (
    <div role="status" ref={region} tabIndex={-1} style={{ outline: 'none' }}>
      {telling && (
        <Alert color={telling.tone === 'good' ? 'green' : 'orange'} title={telling.title} mb="md" role="group">
          {telling.message}
        </Alert>
      )}
    </div>
  )
}

/** What came of something that was done. */
export type Telling = Words & { tone: 'good' | 'bad' }
