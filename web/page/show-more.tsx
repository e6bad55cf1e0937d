import { Button, Stack, Text } from '@mantine/core'
import { useRescuedFocus } from './rescued-focus.ts'

type ShowMoreProps = {
  query: {
    data: { pages: readonly unknown[] } | undefined
    hasNextPage: boolean
    isFetchingNextPage: boolean
    fetchNextPage: () => unknown
  }
  shown: number
  /** What is listed, in the plural. */
  what: string
}

/** The end of a list that may go on. How much is shown is read out when it changes; of a list on one page, nothing. */
export function ShowMore({ query, shown, what }: ShowMoreProps) {
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = query
  const words = useRescuedFocus<HTMLParagraphElement>(hasNextPage)
  if (!hasNextPage && data?.pages.length === 1) return null
  return (
    <Stack align="center" gap="xs">
      <Text size="sm" c="dimmed" role="status" ref={words} tabIndex={-1} style={{ outline: 'none' }}>
        {hasNextPage ? `The first ${shown} ${what} are shown.` : `That is all: ${shown} ${what}.`}
      </Text>
      {hasNextPage && (
        <Button variant="default" onClick={() => fetchNextPage()} loading={isFetchingNextPage}>
          Show more
        </Button>
      )}
    </Stack>
  )
}
