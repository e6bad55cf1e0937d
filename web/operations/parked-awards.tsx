import { IconSparkles } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { parkedAwardsQuery } from '#web/client/parked-awards.ts'
import { ParkedAwardItem } from './parked-award-item.tsx'
import { WaitingList } from './waiting-list.tsx'

const POLL_MS = 5_000

const NOTHING = {
  icon: <IconSparkles size={36} aria-hidden />,
  words: 'Every point that was earned has been booked. What cannot be booked for ten minutes would wait here.',
}

/** Points that were earned and could not be booked, to be retried by hand. */
export function ParkedAwards() {
  const parked = useInfiniteQuery({ ...parkedAwardsQuery, refetchInterval: POLL_MS })
  return (
    <WaitingList name="Parked awards" query={parked} nothing={NOTHING}>
      {(award, now, tell) => (
        <li key={award.id}>
          <ParkedAwardItem award={award} now={now} tell={tell} />
        </li>
      )}
    </WaitingList>
  )
}
