import type { ComponentProps, MouseEvent } from 'react'

type StayingButtonProps = ComponentProps<'button'> & { 'data-loading'?: boolean }

/**
 * What every Mantine `Button` is in the page. While one is `loading`, Mantine disables it, and a browser takes the focus
 * from what is disabled: whoever pressed it by keyboard would be nowhere. So it stays what can be focused, says that it is
 * not to be used now, and does nothing.
 */
export function StayingButton({ 'data-loading': isLoading, disabled, onClick, type, ...others }: StayingButtonProps) {
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
