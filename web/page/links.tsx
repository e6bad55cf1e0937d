import { Anchor, type AnchorProps, Button, type ButtonProps, VisuallyHidden } from '@mantine/core'
import { IconExternalLink } from '@tabler/icons-react'
import { createLink } from '@tanstack/react-router'
import type { ComponentProps, ReactNode } from 'react'

/** A link to a page of the store within text: underlined, since colour alone is not enough, and with its address checked. */
export const AnchorLink = createLink((props: Omit<ComponentProps<'a'>, keyof AnchorProps> & AnchorProps) => (
  <Anchor underline="always" {...props} />
))

/** A link to a page of the store that looks like a button, with its address checked. */
export const ButtonLink = createLink((props: Omit<ComponentProps<'a'>, keyof ButtonProps> & ButtonProps) => (
  <Button component="a" {...props} />
))

/** A link out of the store, in a new tab. */
export function OutsideLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Anchor href={href} target="_blank" rel="noopener" size="sm">
      {children} <IconExternalLink size={14} aria-hidden />
      <VisuallyHidden> (opens in a new tab)</VisuallyHidden>
    </Anchor>
  )
}
