import { IconSparkles } from '@tabler/icons-react'
import { EmptyState } from '#web/page/empty-state.tsx'
import { Page } from '#web/page/page.tsx'

export function PointsPage() {
  return (
    <Page title="Points" lead="What you have earned, and what lapses next.">
      <EmptyState icon={<IconSparkles size={36} aria-hidden />} title="Not there yet">
        This page is being built.
      </EmptyState>
    </Page>
  )
}
