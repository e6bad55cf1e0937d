import { Group, Stack, Text, Title } from '@mantine/core'
import { IconConfetti, IconHandStop } from '@tabler/icons-react'
import { type ReactNode, useEffect } from 'react'
import { useRescuedFocus } from '#web/page/rescued-focus.ts'
import classes from './verdict.module.css'

type VerdictProps = {
  tone: 'good' | 'bad'
  title: string
  message: ReactNode
  /** The ways on. */
  children: ReactNode
}

/** How it ended. It takes the focus, so that it is read out, and nobody presses by accident what has just appeared. */
export function Verdict({ tone, title, message, children }: VerdictProps) {
  const heading = useRescuedFocus<HTMLHeadingElement>(title)
  useEffect(() => heading.current?.focus(), [heading])
  const Icon = tone === 'good' ? IconConfetti : IconHandStop
  return (
    <Stack gap="md">
      <Group wrap="nowrap" align="flex-start" gap="md">
        <div className={classes.badge} data-tone={tone}>
          <Icon size={28} aria-hidden />
        </div>
        <Stack gap={4}>
          <Title order={3} size="h2" ref={heading} tabIndex={-1} className={classes.title}>
            {title}
          </Title>
          <Text component="div">{message}</Text>
        </Stack>
      </Group>
      <Group gap="sm">{children}</Group>
    </Stack>
  )
}
