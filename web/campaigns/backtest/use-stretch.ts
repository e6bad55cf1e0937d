import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { Stretch } from './stretch.ts'
import { searchOf, stretchOf, stretchSearch } from './stretch-search.ts'

/** The stretch of the past that is looked at: begins as the address says, and is kept there. */
export function useStretch(): [Stretch, (stretch: Stretch) => void] {
  const search = useSearch({ strict: false })
  const navigate = useNavigate()
  // The address is behind what is typed, and has no place for half a date.
  const [stretch, setStretch] = useState(() => stretchOf(stretchSearch(search)))
  const change = (next: Stretch) => {
    setStretch(next)
    void navigate({
      to: '.',
      search: ({ days: _days, from: _from, to: _to, ...others }) => ({ ...others, ...searchOf(next) }),
      replace: true,
      resetScroll: false,
    })
  }
  return [stretch, change]
}
