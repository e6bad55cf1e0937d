import { Button, Stack, Text } from '@mantine/core'
import { useRef, useState } from 'react'

const count = new Intl.NumberFormat('en')

type ShowMoreProps = {
  /** An infinite query, or what goes on like one. */
  list: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown }
  shown: number
  /** How many there are, where that is known. */
  all?: number
  /** What is listed, in the plural. */
  what: string
}

/** The end of a list that may go on. How much is shown is read out when it changes; of a list that never went on, nothing. */
export function ShowMore({
  list: { hasNextPage, isFetchingNextPage, fetchNextPage },
  shown,
  all,
  what,
}: ShowMoreProps) {
  const words = useRef<HTMLParagraphElement>(null)
  const [isLong, setIsLong] = useState(hasNextPage)
  if (hasNextPage && !isLong) setIsLong(true)
  if (!isLong) return null
  const more = () => {
    // The button is busy at once, and gone with the last page: whoever used it by keyboard stays where it was.
    words.current?.focus({ preventScroll: true })
    void fetchNextPage()
  }
  return (
    <Stack align="center" gap="xs">
      <Text size="sm" c="dimmed" role="status" ref={words} tabIndex={-1} style={{ outline: 'none' }}>
        {hasNextPage ? sayShown(shown, all, what) : `That is all: ${count.format(shown)} ${what}.`}
      </Text>
      {hasNextPage && (
        <Button variant="default" onClick={more} loading={isFetchingNextPage}>
          Show more {what}
        </Button>
      )}
    </Stack>
  )
}

function sayShown(shown: number, all: number | undefined, what: string): string {
  if (all !== undefined) return `${count.format(shown)} of ${count.format(all)} ${what} are shown.`
  return `The first ${count.format(shown)} ${what} are shown.`
}
