import { Skeleton, Stack } from '@mantine/core'
import { IconSparkles } from '@tabler/icons-react'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { type PointsBalance, pointsQuery, statementQuery, useHistoryFollowing } from '#web/client/points.ts'
import { ButtonLink } from '#web/page/links.tsx'
import { EmptyState, LoadError } from '#web/page/list.tsx'
import { Page } from '#web/page/page.tsx'
import { useCurrentUser } from '#web/shell/current-user.tsx'
import { Balance } from './balance.tsx'
import { DayByDay } from './day-by-day.tsx'
import { Lots } from './lots.tsx'
import { Statement } from './statement.tsx'

/** A customer's points: the balance, the days they were issued on, the statement and the batches. */
export function PointsPage() {
  const user = useCurrentUser()
  return (
    <Page title="Points" lead="What you have earned, what it is worth, and what expires next.">
      {user ? <PointsOf key={user.username} username={user.username} /> : <Loading />}
    </Page>
  )
}

function PointsOf({ username }: { username: string }) {
  const balance = useQuery(pointsQuery(username))
  if (balance.data) return <Account balance={balance.data} />
  if (balance.error) return <LoadError query={balance} />
  return <Loading />
}

function Account({ balance }: { balance: PointsBalance }) {
  useHistoryFollowing(balance)
  const { account_id, balance_entries, pending_total } = balance
  const hasPoints = balance_entries.length > 0 || pending_total > 0
  // What was taken back before it could be spent is in the statement only.
  const statement = useInfiniteQuery({ ...statementQuery(account_id), enabled: !hasPoints })
  if (!hasPoints && statement.isLoading) return <Loading />
  if (!hasPoints && !statement.data?.pages[0]?.items.length) return <NoPointsYet />
  return (
    <>
      <Balance balance={balance} />
      {balance_entries.length > 0 && <DayByDay balance={balance} />}
      <Statement username={account_id} />
      <Lots username={account_id} />
    </>
  )
}

function NoPointsYet() {
  return (
    <EmptyState
      icon={<IconSparkles size={36} aria-hidden />}
      title="No points yet"
      action={<ButtonLink to="/">Go to the unicorns</ButtonLink>}
    >
      Purchases earn points, and points pay for part of the next one. The cart shows how many before you buy.
    </EmptyState>
  )
}

function Loading() {
  return (
    <Stack gap="xl" role="status" aria-label="Loading your points">
      <Skeleton height={190} radius="lg" />
      <Skeleton height={420} radius="lg" />
    </Stack>
  )
}
