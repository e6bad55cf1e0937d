import { Button, Group, Switch, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { formatError, problemOf } from '#web/client/api-problem.ts'
import { type Campaign, useChangeCampaign } from '#web/client/campaigns.ts'

type Status = Campaign['status']

/** Switches a campaign on and off at once, for the purchases from then on. */
export function StatusSwitch({ campaign }: { campaign: Campaign }) {
  const change = useChangeCampaign()
  const { campaign_name: name, status } = campaign
  const wanted = change.isPending ? change.variables.changes.status : status

  /** It can be undone after the page is left, so what becomes of it is told here and not by the component. */
  const switchTo = async (next: Status, of: Campaign): Promise<void> => {
    try {
      const changed = await change.mutateAsync({ of, changes: { status: next } })
      tellSwitched(changed, () => switchTo(next === 'active' ? 'inactive' : 'active', changed))
    } catch (error) {
      tellNotSwitched(name, error)
    }
  }

  return (
    <Switch
      checked={wanted === 'active'}
      onChange={(event) => void switchTo(event.currentTarget.checked ? 'active' : 'inactive', campaign)}
      label="Active"
      aria-label={`Campaign ${name} is active`}
      size="md"
      aria-busy={change.isPending}
    />
  )
}

function tellSwitched({ campaign_name: name, status }: Campaign, undo: () => Promise<void>): void {
  const id = `status of ${name}`
  const words =
    status === 'active'
      ? 'From the next purchase on, it gives points.'
      : 'From the next purchase on, it gives no points. What it gave stays.'
  notifications.hide(id)
  notifications.show({
    id,
    title: `“${name}” is ${status} now`,
    message: (
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm">{words}</Text>
        <Button
          size="compact-sm"
          variant="light"
          onClick={() => {
            notifications.hide(id)
            void undo()
          }}
        >
          Undo
        </Button>
      </Group>
    ),
    autoClose: 12_000,
  })
}

function tellNotSwitched(name: string, error: unknown): void {
  const { title, message } = problemOf(error, 'campaign_moved_on')
    ? {
        title: `“${name}” was not switched`,
        message: 'Somebody else changed it meanwhile. You see now what it is like: look again, and decide anew.',
      }
    : formatError(error)
  notifications.show({ color: 'red', title, message, autoClose: 12_000 })
}
