import { Alert, Button, Paper, Skeleton, Stack, Text, Title } from '@mantine/core'
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query'
import { type ReactNode, useRef, useState } from 'react'
import { formatError } from '#web/client/api-problem.ts'
import { LOCALE } from '#web/format/money.ts'

type PagedListProps<Item> = {
  /** Pages of items, as `cursorQuery` reads them. */
  list: UseInfiniteQueryResult<InfiniteData<{ items: Item[] }>>
  /** What is listed, in the plural. */
  what: string
  /** Until the first page is there; without it, a skeleton of cards. */
  loading?: ReactNode
  /** In place of a list without items. */
  empty?: ReactNode
  children: (items: Item[]) => ReactNode
}

/** A list that is read page after page: its skeleton, what went wrong, that there is nothing, or its items and the way to more. */
export function PagedList<Item>({ list, what, loading, empty, children }: PagedListProps<Item>) {
  const items = list.data?.pages.flatMap((page) => page.items)
  if (!items) return list.error ? <LoadError query={list} /> : (loading ?? <ListSkeleton label={`Loading ${what}`} />)
  if (items.length === 0 && empty !== undefined) return empty
  return (
    <Stack gap="lg">
      {children(items)}
      <ShowMore list={list} shown={items.length} what={what} />
    </Stack>
  )
}

const count = new Intl.NumberFormat(LOCALE)

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
        {hasNextPage ? formatShown(shown, all, what) : `That is all: ${count.format(shown)} ${what}.`}
      </Text>
      {hasNextPage && (
        <Button variant="default" onClick={more} loading={isFetchingNextPage}>
          Show more {what}
        </Button>
      )}
    </Stack>
  )
}

function formatShown(shown: number, all: number | undefined, what: string): string {
  if (all !== undefined) return `${count.format(shown)} of ${count.format(all)} ${what} are shown.`
  return `The first ${count.format(shown)} ${what} are shown.`
}

type ListSkeletonProps = { label: string; count?: number; height?: number }

/** Stands in for a list while it is read. */
export function ListSkeleton({ label, count = 4, height = 96 }: ListSkeletonProps) {
  return (
    <Stack gap="sm" role="status" aria-label={label}>
      {Array.from({ length: count }, (_, index) => `place-${index}`).map((key) => (
        <Skeleton key={key} height={height} radius="lg" />
      ))}
    </Stack>
  )
}

type LoadErrorProps = { query: { error: unknown; refetch: () => unknown; isFetching: boolean } }

/** In place of what could not be read: why, and the way to read it again. */
export function LoadError({ query }: LoadErrorProps) {
  const { title, message } = formatError(query.error)
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

type EmptyStateProps = {
  /** An icon, decorative. */
  icon: ReactNode
  title: string
  /** Why there is nothing, and what would change that. */
  children: ReactNode
  /** The way on. */
  action?: ReactNode
}

/** In place of a list that has nothing to show. */
export function EmptyState({ icon, title, children, action }: EmptyStateProps) {
  return (
    <Paper radius="lg" p="xl" withBorder>
      <Stack align="center" gap="sm" py="lg" ta="center">
        {icon}
        <Title order={2} size="h3">
          {title}
        </Title>
        <Text c="dimmed" maw={440}>
          {children}
        </Text>
        {action}
      </Stack>
    </Paper>
  )
}
