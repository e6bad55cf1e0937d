import { useLocation } from '@tanstack/react-router'
import { type RefObject, useEffect, useRef } from 'react'

/** The path whose heading was shown last; undefined before the first page. */
let shown: string | undefined

/**
 * Gives the heading of a page the focus after a navigation, so that a screen reader says where one is, and the next Tab
 * goes into the page. Not on the first page: there the browser has begun to read by itself.
 */
export function useHeadingFocus(): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null)
  const path = useLocation({ select: ({ pathname }) => pathname })
  useEffect(() => {
    if (shown !== undefined && shown !== path) heading.current?.focus({ preventScroll: true })
    shown = path
  }, [path])
  return heading
}
