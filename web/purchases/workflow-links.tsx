import { Anchor, Group, VisuallyHidden } from '@mantine/core'
import { IconExternalLink } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { Purchase } from '#web/client/purchases.ts'
import { settingsQuery } from '#web/client/settings.ts'
import { type Workflow, workflowsOf } from './progress.ts'

/** Links to the workflows of a purchase in the Temporal Web UI. */
export function WorkflowLinks({ purchase }: { purchase: Purchase }) {
  return (
    <Group gap="md">
      {workflowsOf(purchase).map((workflow) => (
        <WorkflowLink key={workflow.id} workflow={workflow} />
      ))}
    </Group>
  )
}

/** A link to a workflow in the Temporal Web UI; nothing where the API does not know its address. */
export function WorkflowLink({ workflow: { id, name } }: { workflow: Workflow }) {
  const settings = useQuery(settingsQuery)
  const webUi = settings.data?.temporalUi
  if (!webUi) return null
  const href = `${webUi.url}/namespaces/${encodeURIComponent(webUi.namespace)}/workflows/${encodeURIComponent(id)}`
  return (
    <Anchor href={href} target="_blank" rel="noopener" size="sm">
      {name} <IconExternalLink size={14} aria-hidden />
      <VisuallyHidden> (opens in a new tab)</VisuallyHidden>
    </Anchor>
  )
}
