import { Alert, Button, Group, Modal, Skeleton, Stack, Tabs, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { notifications } from '@mantine/notifications'
import { IconSparkles, IconTrash } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { problemOf } from '#web/client/api-problem.ts'
import { useDeleteCampaign } from '#web/client/campaign-changes.ts'
import { type Campaign, campaignQuery } from '#web/client/campaigns.ts'
import { sayInWords } from '#web/client/problem-words.ts'
import { points } from '#web/format/points.ts'
import { ButtonLink } from '#web/page/button-link.tsx'
import { EmptyState } from '#web/page/empty-state.tsx'
import { LoadError } from '#web/page/load-error.tsx'
import { Page } from '#web/page/page.tsx'
import { CampaignHistory } from './history/campaign-history.tsx'
import { EditCampaign } from './terms/edit-campaign.tsx'

const route = getRouteApi('/campaigns/$campaignName')

export function CampaignPage() {
  const { campaignName: name } = route.useParams()
  const read = useQuery(campaignQuery(name))
  const { data, error } = read
  return (
    <Page
      title={name}
      lead="Its terms, what they would have given, and who changed them."
      actions={data && <DeleteCampaign campaign={data} />}
    >
      {data && <CampaignTabs key={name} campaign={data} />}
      {!data && problemOf(error, 'unknown_campaign') && <Unknown name={name} />}
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
      {/* Kept while the other tab is looked at: what is typed is in it. */}
      <Tabs.Panel value="terms">
        <EditCampaign stored={campaign} />
      </Tabs.Panel>
      <Tabs.Panel value="history">{tab === 'history' && <CampaignHistory name={campaign.campaign_name} />}</Tabs.Panel>
    </Tabs>
  )
}

/** There is none of this name, though there may have been: then its history is all that is left. */
function Unknown({ name }: { name: string }) {
  return (
    <Stack gap="lg">
      <EmptyState
        icon={<IconSparkles size={36} aria-hidden />}
        title="There is no campaign of this name"
        action={<ButtonLink to="/campaigns">All campaigns</ButtonLink>}
      >
        It may have been deleted: then its history tells by whom, and what it was like.
      </EmptyState>
      <CampaignHistory name={name} />
    </Stack>
  )
}

/** Deletes a campaign, once somebody has said so twice. */
function DeleteCampaign({ campaign }: { campaign: Campaign }) {
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
    : sayInWords(error)
  return (
    <Alert color="red" title={title} mb="lg">
      {message}
    </Alert>
  )
}
