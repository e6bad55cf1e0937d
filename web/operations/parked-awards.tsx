import { Stack } from '@mantine/core'
import { IconSparkles } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { parkedAwardsQuery } from '#web/client/parked-awards.ts'
import { EmptyState } from '#web/page/empty-state.tsx'
import { ListSkeleton } from '#web/page/list-skeleton.tsx'
import { LoadError } from '#web/page/load-error.tsx'
import { ShowMore } from '#web/page/show-more.tsx'
import { ParkedAwardItem } from './parked-award-item.tsx'
import type { Telling } from './telling.ts'
import { Told } from './told.tsx'
import classes from './waiting-list.module.css'

const POLL_MS = 5_000

/** Points that were earned and could not be booked, to be retried by hand. */
export function ParkedAwards() {
  const [telling, tell] = useState<Telling>()
  return (
    <Stack gap={0}>
      <Told telling={telling} />
      <List tell={tell} />
    </Stack>
  )
}

function List({ tell }: { tell: (telling: Telling) => void }) {
  const parked = useInfiniteQuery({ ...parkedAwardsQuery, refetchInterval: POLL_MS })
  const awards = parked.data?.pages.flatMap(({ items }) => items)
  if (!awards) return parked.error ? <LoadError query={parked} /> : <ListSkeleton label="Loading parked awards" />
  if (awards.length === 0) {
    return (
      <EmptyState icon={<IconSparkles size={36} aria-hidden />} title="Nothing waits for you">
        Every point that was earned has been booked. What cannot be booked for ten minutes would wait here.
      </EmptyState>
    )
  }
  return (
    <Stack gap="lg">
      <ul className={classes.list} aria-label="Parked awards">
        {awards.map((award) => (
          <li key={award.id}>
            <ParkedAwardItem award={award} now={parked.dataUpdatedAt} tell={tell} />
          </li>
        ))}
      </ul>
      <ShowMore query={parked} shown={awards.length} what="parked awards" />
    </Stack>
  )
}
