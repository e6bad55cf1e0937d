import { IconSparkles } from '@tabler/icons-react'
import { EmptyState } from '#web/page/empty-state.tsx'
import { Page } from '#web/page/page.tsx'

export function PurchasePage() {
  return (
    <Page title="Purchase" lead="One purchase, step by step.">
      <EmptyState icon={<IconSparkles size={36} aria-hidden />} title="Not there yet">
        This page is being built.
      </EmptyState>
    </Page>
  )
}
