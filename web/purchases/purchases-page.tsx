import { NativeSelect, Text } from '@mantine/core'
import { IconShoppingBag } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useProductsOf } from '#web/client/products.ts'
import { type PurchaseStatus, type PurchaseSummary, purchaseHistoryQuery } from '#web/client/purchases.ts'
import { dateTime } from '#web/format/dates.ts'
import { money } from '#web/format/money.ts'
import { ButtonLink } from '#web/page/links.tsx'
import cards from '#web/page/list.module.css'
import { EmptyState, ListSkeleton, PagedList } from '#web/page/list.tsx'
import { Page } from '#web/page/page.tsx'
import { ProductPicture } from '#web/page/product-picture.tsx'
import { purchasesSearch } from '#web/search-params.ts'
import { useCurrentUser } from '#web/shell/current-user.tsx'
import { isUnderWay, STATUS_NAMES, STATUSES } from './progress.ts'
import { StatusBadge } from './purchase-status.tsx'
import { formatLines, formatNotBought, formatPointsOf, formatRefundedItems, purchaseNumber } from './purchase-text.ts'
import classes from './purchases-page.module.css'
import { WorkflowsOf } from './workflow-links.tsx'

export function PurchasesPage() {
  const user = useCurrentUser()
  const { status } = useSearch({ from: '/purchases' })
  return (
    <Page title="Purchases" lead="Your purchases and their outcomes." actions={<StatusFilter status={status} />}>
      {user && <WorkflowsOf username={user.username} {...(status && { status })} />}
      {user ? <History username={user.username} status={status} /> : <ListSkeleton label="Loading purchases" />}
    </Page>
  )
}

const OPTIONS = [
  { value: '', label: 'All purchases' },
  ...STATUSES.map((status) => ({ value: status, label: STATUS_NAMES[status] })),
]

/** Which purchases are shown; kept in the address. */
function StatusFilter({ status }: { status: PurchaseStatus | undefined }) {
  const navigate = useNavigate()
  return (
    <NativeSelect
      label="Show"
      data={OPTIONS}
      value={status ?? ''}
      onChange={({ currentTarget: { value } }) =>
        void navigate({ to: '/purchases', search: purchasesSearch({ status: value }), replace: true })
      }
    />
  )
}

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
  return (
    <PagedList list={history} what="purchases" empty={<Nothing status={status} />}>
      {(purchases) => (
        <ul className={cards.list} aria-label="Purchases">
          {purchases.map((purchase) => (
            <li key={purchase.purchaseId}>
              <PurchaseCard purchase={purchase} />
            </li>
          ))}
        </ul>
      )}
    </PagedList>
  )
}

function Nothing({ status }: { status: PurchaseStatus | undefined }) {
  const icon = <IconShoppingBag size={36} aria-hidden />
  if (status === undefined) {
    return (
      <EmptyState icon={icon} title="Nothing bought yet" action={<ButtonLink to="/">Go to the unicorns</ButtonLink>}>
        Your purchases appear here, each with its steps.
      </EmptyState>
    )
  }
  return (
    <EmptyState
      icon={icon}
      title={`No purchase is “${STATUS_NAMES[status]}”`}
      action={
        <ButtonLink variant="default" to="/purchases">
          Show all purchases
        </ButtonLink>
      }
    >
      Choose another status, or show all purchases.
    </EmptyState>
  )
}

/** A purchase at a glance; all of it leads to its page. */
function PurchaseCard({ purchase }: { purchase: PurchaseSummary }) {
  const { purchaseId, lines, status, createdAt, total } = purchase
  const { productOf, nameOf } = useProductsOf(lines)
  const image = lines[0] ? (productOf(lines[0].productId)?.image ?? null) : null
  const pointsText = formatPointsOf(purchase)
  return (
    <article className={classes.card}>
      <ProductPicture image={image} size={56} />
      <div className={classes.what}>
        <Link to="/purchases/$purchaseId" params={{ purchaseId }} className={classes.link}>
          {formatLines(lines, nameOf)}
        </Link>
        <Text size="sm" c="dimmed">
          {purchaseNumber(purchaseId)} · <time dateTime={createdAt}>{dateTime(createdAt)}</time>
        </Text>
      </div>
      <div className={classes.became}>
        <StatusBadge status={status} />
        <StatusDetail purchase={purchase} nameOf={nameOf} />
      </div>
      <div className={classes.sum}>
        {total !== null && <span className={classes.total}>{money(total)}</span>}
        {pointsText !== undefined && <span className={classes.points}>{pointsText}</span>}
      </div>
    </article>
  )
}

/** What its status alone does not say. */
function StatusDetail({ purchase, nameOf }: { purchase: PurchaseSummary; nameOf: (productId: string) => string }) {
  const isPartlyRefunded = purchase.status === 'completed' && purchase.refund !== null
  if (!purchase.refusal && !isPartlyRefunded) return null
  return (
    <Text size="sm" c="dimmed">
      {isPartlyRefunded ? `${formatRefundedItems(purchase)} refunded` : formatNotBought(purchase, nameOf).title}
    </Text>
  )
}
