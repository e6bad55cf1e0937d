import { Group, Paper, Stack, Text, Title } from '@mantine/core'
import { type ReactNode, useId } from 'react'
import classes from './section.module.css'

type SectionProps = {
  title: string
  /** One sentence on what it is about. */
  lead?: string
  /** Beside the heading: what can be done here. */
  actions?: ReactNode
  children: ReactNode
}

/** A part of a page that has a name. */
export function Section({ title, lead, actions, children }: SectionProps) {
  const heading = useId()
  return (
    <Paper component="section" aria-labelledby={heading} radius="lg" className={classes.section}>
      <Stack gap="md">
        <Group justify="space-between">
          <div>
            <Title order={2} size="h3" id={heading}>
              {title}
            </Title>
            {lead !== undefined && <Text c="dimmed">{lead}</Text>}
          </div>
          {actions}
        </Group>
        {children}
      </Stack>
    </Paper>
  )
}
