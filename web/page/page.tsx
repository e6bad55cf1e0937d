import { Button, Container, Group, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import type { ErrorComponentProps } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { formatError } from '#web/client/api-problem.ts'
import { useHeadingFocus } from './focus.tsx'
import { ButtonLink } from './links.tsx'

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

/** Stands in for a page while its code is on its way. */
export function PageSkeleton() {
  return (
    <Container size="xl" py="xl" role="status" aria-label="Loading the page">
      <Stack gap="xl">
        <Skeleton height={40} width="min(60%, 320px)" />
        <Skeleton height={160} radius="lg" />
        <Skeleton height={160} radius="lg" />
      </Stack>
    </Container>
  )
}

/**
 * What is shown in place of a page that broke, or whose code did not come: what happened, and what one can do. To try again
 * is to load everything anew, for the store may have been updated in the meantime; whatever matters is kept elsewhere.
 */
export function PageError({ error }: ErrorComponentProps) {
  const { title, message } = formatError(error)
  return (
    <Page title={title} lead={message}>
      <Group>
        <Button onClick={() => window.location.reload()}>Try again</Button>
        <ButtonLink variant="default" to="/">
          Back to the unicorns
        </ButtonLink>
      </Group>
      <Text c="dimmed" size="sm">
        Your purchases, points and money are safe: the store keeps them, not this page.
      </Text>
    </Page>
  )
}

export function NotFound() {
  return (
    <Page title="Page not found" lead="There is no page at this address.">
      <Group>
        <ButtonLink to="/">Back to the unicorns</ButtonLink>
      </Group>
    </Page>
  )
}
