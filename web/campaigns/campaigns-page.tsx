import { IconSparkles } from '@tabler/icons-react'
import { EmptyState } from '#web/page/empty-state.tsx'
import { Page } from '#web/page/page.tsx'

export function CampaignsPage() {
  return (
    <Page title="Campaigns" lead="Rules that turn purchases into points.">
      <EmptyState icon={<IconSparkles size={36} aria-hidden />} title="Not there yet">
        This page is being built.
      </EmptyState>
    </Page>
  )
}
