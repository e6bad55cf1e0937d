import { Alert, Button, Group, Modal, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { notifications } from '@mantine/notifications'
import { IconTrash } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { formatError, problemOf } from '#web/client/api-problem.ts'
import { type Campaign, useDeleteCampaign } from '#web/client/campaigns.ts'
import { points } from '#web/format/points.ts'

/** Deletes a campaign, once somebody has said so twice. */
export function DeleteCampaign({ campaign }: { campaign: Campaign }) {
  const [opened, { open, close }] = useDisclosure(false)
  const navigate = useNavigate()
  const remove = useDeleteCampaign()
  const { campaign_name: name, given_points } = campaign

  const confirm = () =>
    remove.mutate(campaign, {
      onSuccess: () => {
        notifications.show({ title: `“${name}” is deleted`, message: 'The points that it gave stay.' })
        void navigate({ to: '/campaigns', ignoreBlocker: true })
      },
    })

  return (
    <>
      <Button variant="default" leftSection={<IconTrash size={18} aria-hidden />} onClick={open}>
        Delete
      </Button>
      <Modal opened={opened} onClose={close} title={`Delete “${name}”?`} closeButtonProps={{ 'aria-label': 'Keep it' }}>
        <Text mb="lg">
          It gives no more points. The {points(given_points)} that it gave stay, and so does its history. Its name can
          be used again.
        </Text>
        {remove.error && <NotDeleted error={remove.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close} data-autofocus>
            Keep it
          </Button>
          <Button color="red.9" onClick={confirm} loading={remove.isPending}>
            Delete it
          </Button>
        </Group>
      </Modal>
    </>
  )
}

function NotDeleted({ error }: { error: Error }) {
  const { title, message } = problemOf(error, 'campaign_moved_on')
    ? { title: 'It was not deleted', message: 'Somebody changed it meanwhile. Look at it again, and decide anew.' }
    : formatError(error)
  return (
    <Alert color="red" title={title} mb="lg">
      {message}
    </Alert>
  )
}
