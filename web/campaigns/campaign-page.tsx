import { Alert, Button, Group, Modal, Skeleton, Stack, Tabs, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { notifications } from '@mantine/notifications'
import { IconSparkles, IconTrash } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { formatError, problemOf } from '#web/client/api-problem.ts'
import {
  type Campaign,
  type CampaignKey,
  campaignQuery,
  STORE_CLIENT,
  useDeleteCampaign,
} from '#web/client/campaigns.ts'
import { points } from '#web/format/points.ts'
import { ButtonLink } from '#web/page/links.tsx'
import { EmptyState, LoadError } from '#web/page/list.tsx'
import { Page } from '#web/page/page.tsx'
import { CampaignHistory } from './history/campaign-history.tsx'
import { EditCampaign } from './terms/edit-campaign.tsx'

const route = getRouteApi('/campaigns/$campaignName')

export function CampaignPage() {
  const { campaignName: name } = route.useParams()
  const { client = STORE_CLIENT } = route.useSearch()
  const of = { client, campaign_name: name }
  const read = useQuery(campaignQuery(of))
  const { data, error } = read
  return (
    <Page
      title={name}
      lead={`${client === STORE_CLIENT ? '' : `A campaign of ${client}. `}Its terms, a preview of what they would have awarded, and who changed them.`}
      actions={data && <DeleteCampaign campaign={data} />}
    >
      {data && <CampaignTabs key={`${client} ${name}`} campaign={data} />}
      {!data && problemOf(error, 'unknown_campaign') && <UnknownCampaign of={of} />}
      {!data && error && !problemOf(error, 'unknown_campaign') && <LoadError query={read} />}
      {!data && !error && <Skeleton height={480} radius="lg" />}
    </Page>
  )
}

function CampaignTabs({ campaign }: { campaign: Campaign }) {
  const { tab = 'terms' } = route.useSearch()
  const navigate = route.useNavigate()
  const show = (next: string | null) =>
    void navigate({
      search: ({ tab: _, ...others }) => ({ ...others, ...(next === 'history' && { tab: 'history' }) }),
      resetScroll: false,
    })
  return (
    <Tabs value={tab} onChange={show}>
      <Tabs.List mb="lg">
        <Tabs.Tab value="terms">Terms</Tabs.Tab>
        <Tabs.Tab value="history">History</Tabs.Tab>
      </Tabs.List>
      {/* Stays mounted while the history is shown, because it holds unsaved changes. */}
      <Tabs.Panel value="terms">
        <EditCampaign stored={campaign} />
      </Tabs.Panel>
      <Tabs.Panel value="history">{tab === 'history' && <CampaignHistory of={campaign} />}</Tabs.Panel>
    </Tabs>
  )
}

/** No campaign has this name. A deleted one still has its history. */
function UnknownCampaign({ of }: { of: CampaignKey }) {
  return (
    <Stack gap="lg">
      <EmptyState
        icon={<IconSparkles size={36} aria-hidden />}
        title="There is no campaign with this name"
        action={<ButtonLink to="/campaigns">All campaigns</ButtonLink>}
      >
        It may have been deleted. If so, its history below shows who deleted it and what its terms were.
      </EmptyState>
      <CampaignHistory of={of} />
    </Stack>
  )
}

/** Deletes a campaign after a confirmation. */
function DeleteCampaign({ campaign }: { campaign: Campaign }) {
  const [opened, { open, close }] = useDisclosure(false)
  const navigate = useNavigate()
  const remove = useDeleteCampaign()
  const { campaign_name: name, given_points: awarded } = campaign

  const confirm = () =>
    remove.mutate(campaign, {
      onSuccess: () => {
        notifications.show({ title: `“${name}” was deleted`, message: 'The points that it awarded are kept.' })
        void navigate({ to: '/campaigns', ignoreBlocker: true })
      },
    })

  return (
    <>
      <Button variant="default" leftSection={<IconTrash size={18} aria-hidden />} onClick={open}>
        Delete
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={`Delete “${name}”?`}
        closeButtonProps={{ 'aria-label': 'Keep campaign' }}
      >
        <Text mb="lg">
          The campaign will award no more points. The {points(awarded)} that it has awarded are kept, and so is its
          history. The name can be used again.
        </Text>
        {remove.error && <NotDeleted error={remove.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close} data-autofocus>
            Keep campaign
          </Button>
          <Button color="red.9" onClick={confirm} loading={remove.isPending}>
            Delete campaign
          </Button>
        </Group>
      </Modal>
    </>
  )
}

function NotDeleted({ error }: { error: Error }) {
  const { title, message } = problemOf(error, 'campaign_moved_on')
    ? {
        title: 'The campaign was not deleted',
        message: 'Somebody else changed it in the meantime. Review it and try again.',
      }
    : formatError(error)
  return (
    <Alert color="red" title={title} mb="lg">
      {message}
    </Alert>
  )
}
