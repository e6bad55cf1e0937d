import { Group } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { Purchase, PurchaseStatus } from '#web/client/purchases.ts'
import { meQuery } from '#web/client/session.ts'
import { usersQuery } from '#web/client/users.ts'
import { OutsideLink } from '#web/page/links.tsx'
import { STATUS_NAMES, type Workflow, workflowsOf } from './progress.ts'

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

/** A link to a workflow in the Temporal Web UI. */
export function WorkflowLink({ workflow: { id, name } }: { workflow: Workflow }) {
  return <WebUiLink path={`/${encodeURIComponent(id)}`}>{name}</WebUiLink>
}

/** A link to the workflows of somebody's purchases in the Temporal Web UI, found by its search attributes. */
export function WorkflowsOf({ username, status }: { username: string; status?: PurchaseStatus }) {
  const hasWebUi = useQuery(meQuery).data?.temporalUi != null
  const users = useQuery({ ...usersQuery, enabled: hasWebUi })
  const user = users.data?.users.find((known) => known.username === username)
  if (!user) return null
  const query = [`Customer = "${user.id}"`, ...(status ? [`PurchaseStatus = "${status}"`] : [])].join(' AND ')
  return (
    <WebUiLink path={`?query=${encodeURIComponent(query)}`}>
      {status ? `Workflows of these purchases: ${STATUS_NAMES[status].toLowerCase()}` : 'Workflows of these purchases'}
    </WebUiLink>
  )
}

/**
 * Nothing where the API does not know the address of the Web UI, or it is not for whoever asks.
 *
 * @param path what follows that of all workflows
 */
function WebUiLink({ path, children }: { path: string; children: ReactNode }) {
  const me = useQuery(meQuery)
  const webUi = me.data?.temporalUi
  if (!webUi) return null
  return (
    <OutsideLink href={`${webUi.url}/namespaces/${encodeURIComponent(webUi.namespace)}/workflows${path}`}>
      {children}
    </OutsideLink>
  )
}
