import { Paper, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'

type EmptyStateProps = {
  /** An icon, decorative. */
  icon: ReactNode
  title: string
  /** Why there is nothing, and what would change that. */
  children: ReactNode
  /** The way on. */
  action?: ReactNode
}

/** In place of a list that has nothing to show. */
export function EmptyState({ icon, title, children, action }: EmptyStateProps) {
  return (
    <Paper radius="lg" p="xl" withBorder>
      <Stack align="center" gap="sm" py="lg" ta="center">
        {icon}
        <Title order={2} size="h3">
          {title}
        </Title>
        <Text c="dimmed" maw={440}>
          {children}
        </Text>
        {action}
      </Stack>
    </Paper>
  )
}
