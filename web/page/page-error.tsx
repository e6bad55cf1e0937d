import { Button, Group, Text } from '@mantine/core'
import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router'
import { sayInWords } from '#web/client/problem-words.ts'
import { Page } from './page.tsx'

/** What is shown in place of a page that broke: what happened, and what one can do. */
export function PageError({ error, reset }: ErrorComponentProps) {
  const router = useRouter()
  const { title, message } = sayInWords(error)
  const again = async () => {
    await router.invalidate()
    reset()
  }
  return (
    <Page title={title} lead={message}>
      <Group>
        <Button onClick={() => void again()}>Try again</Button>
        <Button variant="default" component={Link} to="/">
          Back to the unicorns
        </Button>
      </Group>
      <Text c="dimmed" size="sm">
        What you bought, and what you own, is safe: it is kept by the store, not by this page.
      </Text>
    </Page>
  )
}
