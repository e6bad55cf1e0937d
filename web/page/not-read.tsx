import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { sayInWords } from '#web/client/problem-words.ts'

/** In place of something that could not be read: why, and the way to try again. The rest of the page stays. */
export function NotRead({ error, onAgain }: { error: Error; onAgain: () => void }) {
  const { title, message } = sayInWords(error)
  return (
    <Alert color="red" radius="lg" title={title}>
      <Stack gap="sm">
        <Text>{message}</Text>
        <Group>
          <Button onClick={onAgain}>Try again</Button>
        </Group>
      </Stack>
    </Alert>
  )
}
