import { useMatch } from '@tanstack/react-router'
import { type ComponentProps, type MouseEvent, type RefObject, useEffect, useRef } from 'react'

/** The page whose heading was shown last; undefined before the first one. */
let shown: string | undefined

/**
 * Gives the heading of a page the focus after a navigation, so that a screen reader reads it, and the next Tab
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

/**
 * Keeps the focus when what had it goes away, as a button does that has done its work: it goes to an element with the
 * result, which needs a `tabIndex` of -1.
 *
 * @param change what is different when that has happened
 */
export function useFocusFallback<Rescue extends HTMLElement>(change: unknown): RefObject<Rescue | null> {
  const rescue = useRef<Rescue>(null)
  const before = useRef(change)
  useEffect(() => {
    if (before.current !== change && document.activeElement === document.body) rescue.current?.focus()
    before.current = change
  }, [change])
  return rescue
}

type StayingButtonProps = ComponentProps<'button'> & { 'data-loading'?: boolean }

/**
 * What every Mantine `Button` is in the page. While one is `loading`, Mantine disables it, and a browser takes the focus
 * from what is disabled: somebody who uses the keyboard would lose their place. So it stays focusable, is
 * `aria-disabled`, and does nothing.
 */
export function LoadingButton({ 'data-loading': isLoading, disabled, onClick, type, ...others }: StayingButtonProps) {
  const refuse = (event: MouseEvent) => event.preventDefault()
  return (
    <button
      {...others}
      type={type ?? 'button'}
      data-loading={isLoading}
      disabled={disabled && !isLoading}
      aria-disabled={isLoading || undefined}
      onClick={isLoading ? refuse : onClick}
    />
  )
}
