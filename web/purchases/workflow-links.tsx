import { Group } from '@mantine/core'
import type { Purchase } from '#web/client/purchases.ts'
import { WorkflowLink } from './workflow-link.tsx'
import { workflowsOf } from './workflows.ts'

/** The ways to the workflows of a purchase, for those who want to see how it was carried out. */
export function WorkflowLinks({ purchase }: { purchase: Purchase }) {
  return (
    <Group gap="md">
      {workflowsOf(purchase).map((workflow) => (
        <WorkflowLink key={workflow.id} workflow={workflow} />
      ))}
    </Group>
  )
}
