import { Stack } from '@mantine/core'
import { IconShoppingBag } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { type PurchaseStatus, purchaseHistoryQuery } from '#web/client/purchase-history.ts'
import { ButtonLink } from '#web/page/button-link.tsx'
import cardList from '#web/page/card-list.module.css'
import { EmptyState } from '#web/page/empty-state.tsx'
import { ListSkeleton } from '#web/page/list-skeleton.tsx'
import { LoadError } from '#web/page/load-error.tsx'
import { ShowMore } from '#web/page/show-more.tsx'
import { isUnderWay } from './progress.ts'
import { PurchaseCard } from './purchase-card.tsx'
import { STATUS_WORDS } from './status-words.ts'

/** How soon purchases that are under way are looked at again. */
const POLL_MS = 1_500

type HistoryProps = { username: string; status: PurchaseStatus | undefined }

/** What somebody bought, newest first. */
export function History({ username, status }: HistoryProps) {
  const history = useInfiniteQuery({
    ...purchaseHistoryQuery({ userId: username, ...(status && { status }) }),
    refetchInterval: ({ state }) => {
      const purchases = state.data?.pages.flatMap(({ items }) => items) ?? []
      return purchases.some((purchase) => isUnderWay(purchase.status)) ? POLL_MS : false
    },
  })
  const purchases = history.data?.pages.flatMap(({ items }) => items)
  if (!purchases) return history.error ? <LoadError query={history} /> : <ListSkeleton label="Loading purchases" />
  if (purchases.length === 0) return <Nothing status={status} />
  return (
    <Stack gap="lg">
      <ul className={cardList.list} aria-label="Purchases">
        {purchases.map((purchase) => (
          <li key={purchase.purchaseId}>
            <PurchaseCard purchase={purchase} />
          </li>
        ))}
      </ul>
      <ShowMore list={history} shown={purchases.length} what="purchases" />
    </Stack>
  )
}

function Nothing({ status }: { status: PurchaseStatus | undefined }) {
  const icon = <IconShoppingBag size={36} aria-hidden />
  if (status === undefined) {
    return (
      <EmptyState icon={icon} title="Nothing bought yet" action={<ButtonLink to="/">Meet the unicorns</ButtonLink>}>
        What you buy is kept here, with everything that happened to it.
      </EmptyState>
    )
  }
  return (
    <EmptyState
      icon={icon}
      title={`No purchase is “${STATUS_WORDS[status]}”`}
      action={
        <ButtonLink variant="default" to="/purchases">
          Show all purchases
        </ButtonLink>
      }
    >
      Others may have gone another way.
    </EmptyState>
  )
}
