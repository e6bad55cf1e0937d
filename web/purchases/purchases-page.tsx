import { IconSparkles } from '@tabler/icons-react'
import { EmptyState } from '#web/page/empty-state.tsx'
import { Page } from '#web/page/page.tsx'

export function PurchasesPage() {
  return (
    <Page title="Purchases" lead="What you bought, and what became of it.">
      <EmptyState icon={<IconSparkles size={36} aria-hidden />} title="Not there yet">
        This page is being built.
      </EmptyState>
    </Page>
  )
}
