import { Code } from '@mantine/core'
import { IconUserQuestion } from '@tabler/icons-react'
import { EmptyState } from '#web/page/empty-state.tsx'
import { Page } from '#web/page/page.tsx'

/** A store without users has no page that would make sense. */
export function Nobody() {
  return (
    <Page title="Welcome">
      <EmptyState icon={<IconUserQuestion size={36} aria-hidden />} title="There is nobody here yet">
        Add users, for example those of the sample data: <Code>npm run seed</Code>. They appear here by themselves.
      </EmptyState>
    </Page>
  )
}
