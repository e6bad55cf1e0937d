import { Anchor, type AnchorProps } from '@mantine/core'
import { createLink } from '@tanstack/react-router'
import type { ComponentProps } from 'react'

/** A link to a page of the store within text: underlined, for colour alone tells nobody, and with its address checked. */
export const AnchorLink = createLink((props: Omit<ComponentProps<'a'>, keyof AnchorProps> & AnchorProps) => (
  <Anchor underline="always" {...props} />
))
