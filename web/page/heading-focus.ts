import { useMatch } from '@tanstack/react-router'
import { type RefObject, useEffect, useRef } from 'react'

/** The page whose heading was shown last; undefined before the first one. */
let shown: string | undefined

/**
 * Gives the heading of a page the focus after a navigation, so that a screen reader says where one is, and the next Tab
 * goes into the page. Not on the first page: there the browser has begun to read by itself. It goes by the page and not by
 * the address, which is ahead of what is shown while the code of the next page is on its way.
 */
export function useHeadingFocus(): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null)
  const page = useMatch({ strict: false, select: ({ id }) => id })
  useEffect(() => {
    if (shown !== undefined && shown !== page) heading.current?.focus({ preventScroll: true })
    shown = page
  }, [page])
  return heading
}
