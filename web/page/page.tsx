import { Container, Group, Stack, Text, Title } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import type { ReactNode } from 'react'
import { useHeadingFocus } from './heading-focus.ts'

type PageProps = {
  /** The heading, and the title of the document. */
  title: string
  /** One sentence on what this page is for. */
  lead?: ReactNode
  /** What can be done with the page as a whole, beside the heading. */
  actions?: ReactNode
  children: ReactNode
}

/** The frame of every page: keep it outermost, and let loading, errors and content alternate within it. */
export function Page({ title, lead, actions, children }: PageProps) {
  const heading = useHeadingFocus()
  useDocumentTitle(`${title} · Unicorn Store`)
  return (
    <Container size="xl" py={{ base: 'lg', sm: 'xl' }} px={{ base: 'md', sm: 'xl' }}>
      <Stack gap="xl">
        <Group justify="space-between" align="flex-end" gap="md">
          <Stack gap={6}>
            <Title order={1} ref={heading} tabIndex={-1}>
              {title}
            </Title>
            {lead !== undefined && (
              <Text c="dimmed" size="lg" maw={640}>
                {lead}
              </Text>
            )}
          </Stack>
          {actions}
        </Group>
        {children}
      </Stack>
    </Container>
  )
}
