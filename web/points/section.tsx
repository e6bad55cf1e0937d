import { Group, Paper, Stack, Text, Title } from '@mantine/core'
import { type ReactNode, useId } from 'react'
import classes from './section.module.css'

type SectionProps = {
  title: string
  lead: string
  /** Beside the heading. */
  action?: ReactNode
  children: ReactNode
}

/** One of the ways to look at the points. */
export function Section({ title, lead, action, children }: SectionProps) {
  const heading = useId()
  return (
    <Paper component="section" aria-labelledby={heading} className={classes.section}>
      <Stack gap="lg">
        <Group justify="space-between">
          <div>
            <Title order={2} id={heading}>
              {title}
            </Title>
            <Text c="dimmed">{lead}</Text>
          </div>
          {action}
        </Group>
        {children}
      </Stack>
    </Paper>
  )
}
