import { Button, Stack, Text } from '@mantine/core'

type ShowMoreProps = {
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown }
  shown: number
  /** What is listed, in the plural. */
  what: string
}

/** The end of a list that may go on. How much is shown is read out when it changes. */
export function ShowMore({ query, shown, what }: ShowMoreProps) {
  return (
    <Stack align="center" gap="xs">
      <Text size="sm" c="dimmed" role="status">
        {query.hasNextPage ? `The first ${shown} ${what} are shown.` : `That is all.`}
      </Text>
      {query.hasNextPage && (
        <Button variant="default" onClick={() => query.fetchNextPage()} loading={query.isFetchingNextPage}>
          Show more
        </Button>
      )}
    </Stack>
  )
}
