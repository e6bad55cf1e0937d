import { Grid, Stack } from '@mantine/core'
import type { Purchase } from '#web/client/purchases.ts'
import { Section } from '#web/page/section.tsx'
import { Outcome } from './outcome.tsx'
import { PointsEarned } from './points-earned.tsx'
import { Receipt } from './receipt.tsx'
import { RefundSums } from './refund-sums.tsx'
import { Timeline } from './timeline.tsx'
import { WorkflowLinks } from './workflow-links.tsx'

/** Everything about one purchase: what it is, what became of it, and what can be done about it. */
export function PurchaseDetails({ purchase }: { purchase: Purchase }) {
  return (
    <Stack gap="lg">
      <Outcome purchase={purchase} />
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Stack gap="lg">
            {purchase.refund && (
              <Section title="What was given back">
                <RefundSums refund={purchase.refund} />
              </Section>
            )}
            <Section title="What was ordered">
              <Receipt purchase={purchase} />
            </Section>
            <PointsEarned purchase={purchase} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Section title="What happened">
            <Timeline steps={purchase.steps} paysWithPoints={purchase.pointsRedeemed > 0} />
            <WorkflowLinks purchase={purchase} />
          </Section>
        </Grid.Col>
      </Grid>
    </Stack>
  )
}
