import { Group, Skeleton, Stack } from '@mantine/core'
import { IconArrowLeft, IconZoomQuestion } from '@tabler/icons-react'
import { useParams } from '@tanstack/react-router'
import { problemOf } from '#web/client/api-problem.ts'
import { dateTime } from '#web/format/dates.ts'
import { ButtonLink } from '#web/page/button-link.tsx'
import { EmptyState } from '#web/page/empty-state.tsx'
import { LoadError } from '#web/page/load-error.tsx'
import { Page } from '#web/page/page.tsx'
import { useLivePurchase } from './live-purchase.ts'
import { PurchaseDetails } from './purchase-details.tsx'

export function PurchasePage() {
  const { purchaseId } = useParams({ from: '/purchases/$purchaseId' })
  const purchase = useLivePurchase(purchaseId)
  const lead = purchase.data && `Ordered by ${purchase.data.username} on ${dateTime(purchase.data.createdAt)}.`
  return (
    <Page title="Purchase" lead={lead ?? 'One purchase, step by step.'} actions={<BackToAll />}>
      {purchase.data ? (
        <PurchaseDetails key={purchaseId} purchase={purchase.data} />
      ) : problemOf(purchase.error, 'unknown_purchase') ? (
        <Unknown />
      ) : purchase.error ? (
        <LoadError query={purchase} />
      ) : (
        <PurchaseSkeleton />
      )}
    </Page>
  )
}

function BackToAll() {
  return (
    <ButtonLink variant="default" to="/purchases" leftSection={<IconArrowLeft size={18} aria-hidden />}>
      All purchases
    </ButtonLink>
  )
}

function Unknown() {
  return (
    <EmptyState icon={<IconZoomQuestion size={36} aria-hidden />} title="There is no such purchase">
      The address may have lost a letter on its way. Every purchase of yours is in the list of purchases.
    </EmptyState>
  )
}

function PurchaseSkeleton() {
  return (
    <Group align="flex-start" role="status" aria-label="Loading the purchase" grow>
      <Stack>
        <Skeleton height={56} radius="lg" />
        <Skeleton height={260} radius="lg" />
      </Stack>
      <Skeleton height={340} radius="lg" visibleFrom="sm" />
    </Group>
  )
}
