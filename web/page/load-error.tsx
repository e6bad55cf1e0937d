import { Alert, Button, Stack, Text } from '@mantine/core'
import { sayInWords } from '#web/client/problem-words.ts'

type LoadErrorProps = { query: { error: unknown; refetch: () => unknown; isFetching: boolean } }

/** In place of what could not be read: why, and the way to read it again. */
export function LoadError({ query }: LoadErrorProps) {
  const { title, message } = sayInWords(query.error)
  return (
    <Alert color="red" title={title}>
      <Stack align="flex-start" gap="sm">
        <Text size="sm">{message}</Text>
        <Button size="xs" variant="default" onClick={() => query.refetch()} loading={query.isFetching}>
          Try again
        </Button>
      </Stack>
    </Alert>
  )
}
