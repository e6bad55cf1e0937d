import { Anchor, type AnchorProps, Button, type ButtonProps } from '@mantine/core'
import { createLink } from '@tanstack/react-router'
import type { ComponentProps } from 'react'

/** A link to a page of the store within text: underlined, since colour alone is not enough, and with its address checked. */
export const AnchorLink = createLink((props: Omit<ComponentProps<'a'>, keyof AnchorProps> & AnchorProps) => (
  <Anchor underline="always" {...props} />
))

/** A link to a page of the store that looks like a button, with its address checked. */
export const ButtonLink = createLink((props: Omit<ComponentProps<'a'>, keyof ButtonProps> & ButtonProps) => (
  <Button component="a" {...props} />
))
