import { Button, Group, Text } from '@mantine/core'
import type { ErrorComponentProps } from '@tanstack/react-router'
import { sayInWords } from '#web/client/problem-words.ts'
import { ButtonLink } from './button-link.tsx'
import { Page } from './page.tsx'

/**
 * What is shown in place of a page that broke, or whose code did not come: what happened, and what one can do. To try again
 * is to load everything anew, for the store may have been updated in the meantime; whatever matters is kept elsewhere.
 */
export function PageError({ error }: ErrorComponentProps) {
  const { title, message } = sayInWords(error)
  return (
    <Page title={title} lead={message}>
      <Group>
        <Button onClick={() => window.location.reload()}>Try again</Button>
        <ButtonLink variant="default" to="/">
          Back to the unicorns
        </ButtonLink>
      </Group>
      <Text c="dimmed" size="sm">
        What you bought, and what you own, is safe: it is kept by the store, not by this page.
      </Text>
    </Page>
  )
}
