import { type RefObject, useEffect, useRef } from 'react'

/**
 * Keeps the focus when what had it goes away, as a button does that has done its work: it goes to an element that tells what
 * came of it, which needs a `tabIndex` of -1.
 *
 * @param change what is different when that has happened
 */
export function useRescuedFocus<Rescue extends HTMLElement>(change: unknown): RefObject<Rescue | null> {
  const rescue = useRef<Rescue>(null)
  const before = useRef(change)
  useEffect(() => {
    if (before.current !== change && document.activeElement === document.body) rescue.current?.focus()
    before.current = change
  }, [change])
  return rescue
}
