import { Alert, Button, Group, Modal, Skeleton, Stack, Tabs, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { notifications } from '@mantine/notifications'
import { IconCopy, IconSparkles, IconTrash } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useRef } from 'react'
import { formatError, problemOf } from '#web/client/api-problem.ts'
import {
  type Campaign,
  type CampaignChange,
  type CampaignKey,
  campaignQuery,
  STORE_CLIENT,
  useDeleteCampaign,
} from '#web/client/campaigns.ts'
import { points } from '#web/format/points.ts'
import { ButtonLink } from '#web/page/links.tsx'
import { EmptyState, LoadError } from '#web/page/list.tsx'
import { Page } from '#web/page/page.tsx'
import { clientSearch } from './campaign-search.ts'
import { CampaignHistory } from './history/campaign-history.tsx'
import { draftOf, isSameDraft } from './terms/draft.ts'
import { EditCampaign } from './terms/edit-campaign.tsx'
import { useCampaignDraft } from './terms/use-campaign-draft.ts'

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
      lead={`${client === STORE_CLIENT ? '' : `A campaign of ${client}. `}When it awards points, and who changed it.`}
      actions={data && <Actions campaign={data} />}
    >
      {data && <CampaignTabs key={`${client} ${name}`} campaign={data} />}
      {!data && problemOf(error, 'unknown_campaign') && <UnknownCampaign of={of} />}
      {!data && error && !problemOf(error, 'unknown_campaign') && <LoadError query={read} />}
      {!data && !error && <Skeleton height={480} radius="lg" />}
    </Page>
  )
}

function Actions({ campaign }: { campaign: Campaign }) {
  const { client, campaign_name: copy } = campaign
  return (
    <Group gap="sm">
      <ButtonLink
        to="/new-campaign"
        search={{ copy, ...clientSearch(client) }}
        variant="default"
        leftSection={<IconCopy size={18} aria-hidden />}
      >
        Duplicate
      </ButtonLink>
      <DeleteCampaign campaign={campaign} />
    </Group>
  )
}

function CampaignTabs({ campaign }: { campaign: Campaign }) {
  const { tab = 'terms' } = route.useSearch()
  const navigate = route.useNavigate()
  const draft = useCampaignDraft(campaign)
  const termsTab = useRef<HTMLButtonElement>(null)
  const show = (next: string | null) =>
    void navigate({
      search: ({ tab: _, ...others }) => ({ ...others, ...(next === 'history' && { tab: 'history' }) }),
      resetScroll: false,
    })
  // An earlier version becomes a draft, which is tried and saved like any other change. Its status is not a part of that.
  const restore = ({ version, after }: CampaignChange) => {
    if (!after) return
    const terms = { ...draftOf(after), status: draft.draft.status }
    draft.load(terms)
    const message = isSameDraft(terms, draft.before) ? 'They are those that are saved.' : 'They are not saved yet.'
    notifications.show({ title: `These are the terms of version ${version}`, message })
    // The button goes away with the history.
    termsTab.current?.focus()
    show('terms')
  }
  return (
    <Tabs value={tab} onChange={show}>
      <Tabs.List mb="lg">
        <Tabs.Tab ref={termsTab} value="terms">
          Rules and settings
        </Tabs.Tab>
        <Tabs.Tab value="history">History</Tabs.Tab>
      </Tabs.List>
      {/* Stays mounted while the history is shown, because it holds unsaved changes. */}
      <Tabs.Panel value="terms">
        <EditCampaign stored={campaign} draft={draft} />
      </Tabs.Panel>
      <Tabs.Panel value="history">
        {tab === 'history' && <CampaignHistory of={campaign} current={campaign.version} onRestore={restore} />}
      </Tabs.Panel>
    </Tabs>
  )
}

/** No campaign has this name. A deleted one still has its history. */
function UnknownCampaign({ of }: { of: CampaignKey }) {
  const navigate = useNavigate()
  const { client, campaign_name: copy } = of
  const restore = ({ id: change }: CampaignChange) =>
    void navigate({ to: '/new-campaign', search: { copy, change, ...clientSearch(client) } })
  return (
    <Stack gap="lg">
      <EmptyState
        icon={<IconSparkles size={36} aria-hidden />}
        title="There is no campaign with this name"
        action={<ButtonLink to="/campaigns">All campaigns</ButtonLink>}
      >
        It may have been deleted. If so, its history below shows who deleted it, and each of its versions can be
        restored.
      </EmptyState>
      <CampaignHistory of={of} onRestore={restore} />
    </Stack>
  )
}

/** Deletes a campaign after a confirmation. */
function DeleteCampaign({ campaign }: { campaign: Campaign }) {
  const [opened, { open, close }] = useDisclosure(false)
  const navigate = useNavigate()
  const remove = useDeleteCampaign()
  const queryClient = useQueryClient()
  const { campaign_name: name } = campaign

  const showHistory = (notification: string) => {
    notifications.hide(notification)
    const search = clientSearch(campaign.client)
    void navigate({ to: '/campaigns/$campaignName', params: { campaignName: name }, search })
  }
  const confirm = () =>
    remove.mutate(campaign, {
      onSuccess: () => {
        const id = notifications.show({
          title: `“${name}” was deleted`,
          message: (
            <Group justify="space-between">
              <Text size="sm">The points that it awarded are kept. It can be restored from its history.</Text>
              <Button size="compact-sm" variant="light" onClick={() => showHistory(id)}>
                Show its history
              </Button>
            </Group>
          ),
          autoClose: 12_000,
        })
        // Only once nobody looks at it any more: else it would be read again.
        const forget = () => queryClient.removeQueries({ queryKey: campaignQuery(campaign).queryKey })
        void navigate({ to: '/campaigns', ignoreBlocker: true }).then(forget)
      },
    })

  return (
    <>
      <Button variant="default" leftSection={<IconTrash size={18} aria-hidden />} onClick={open}>
        Delete
      </Button>
      <DeleteDialog campaign={campaign} opened={opened} onClose={close} removal={remove} onConfirm={confirm} />
    </>
  )
}

type DeleteDialogProps = {
  campaign: Campaign
  opened: boolean
  onClose: () => void
  removal: { error: Error | null; isPending: boolean }
  onConfirm: () => void
}

function DeleteDialog({ campaign, opened, onClose, removal, onConfirm }: DeleteDialogProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={`Delete “${campaign.campaign_name}”?`}
      closeButtonProps={{ 'aria-label': 'Keep campaign' }}
    >
      <Text mb="lg">
        The campaign will award no more points. The {points(campaign.given_points)} that it has awarded are kept, and so
        is its history, from which it can be restored. The name can be used again: its budget then counts anew.
      </Text>
      {removal.error && <NotDeleted error={removal.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose} data-autofocus>
          Keep campaign
        </Button>
        <Button color="red.9" onClick={onConfirm} loading={removal.isPending}>
          Delete campaign
        </Button>
      </Group>
    </Modal>
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
