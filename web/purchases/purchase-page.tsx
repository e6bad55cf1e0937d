import { Grid, Group, Skeleton, Stack } from '@mantine/core'
import { IconArrowLeft, IconZoomQuestion } from '@tabler/icons-react'
import { useParams } from '@tanstack/react-router'
import { problemOf } from '#web/client/api-problem.ts'
import type { Purchase } from '#web/client/purchases.ts'
import { nameOfUser } from '#web/client/users.ts'
import { dateTime } from '#web/format/dates.ts'
import { ButtonLink } from '#web/page/links.tsx'
import { EmptyState, LoadError } from '#web/page/list.tsx'
import { Page } from '#web/page/page.tsx'
import { Section } from '#web/page/section.tsx'
import { useLivePurchase } from './live-purchase.ts'
import { Outcome } from './outcome.tsx'
import { PointsEarned } from './points-earned.tsx'
import { purchaseNumber } from './purchase-text.ts'
import { Receipt } from './receipt.tsx'
import { Refunds } from './refunds.tsx'
import { Timeline } from './timeline.tsx'
import { WorkflowLinks } from './workflow-links.tsx'

export function PurchasePage() {
  const { purchaseId } = useParams({ from: '/purchases/$purchaseId' })
  const purchase = useLivePurchase(purchaseId)
  const lead = purchase.data && `Ordered by ${nameOfUser(purchase.data)} on ${dateTime(purchase.data.createdAt)}.`
  return (
    <Page
      title={purchase.data ? `Purchase ${purchaseNumber(purchaseId)}` : 'Purchase'}
      lead={lead ?? 'One purchase, step by step.'}
      actions={<BackToAll />}
    >
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
      Check the address. All your purchases are in the list of purchases.
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

/** Everything about one purchase: what it is, what became of it, and what can be done about it. */
function PurchaseDetails({ purchase }: { purchase: Purchase }) {
  return (
    <Stack gap="lg">
      <Outcome purchase={purchase} />
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Stack gap="lg">
            <Refunds purchase={purchase} />
            <Section title="Order">
              <Receipt purchase={purchase} />
            </Section>
            <PointsEarned purchase={purchase} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Section title="What happened">
            <Timeline
              steps={purchase.steps}
              requests={purchase.requests}
              paysWithPoints={purchase.pointsRedeemed > 0}
            />
            <WorkflowLinks purchase={purchase} />
          </Section>
        </Grid.Col>
      </Grid>
    </Stack>
  )
}
