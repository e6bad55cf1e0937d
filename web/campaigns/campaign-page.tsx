import { Skeleton, Stack, Tabs } from '@mantine/core'
import { IconSparkles } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { problemOf } from '#web/client/api-problem.ts'
import { type Campaign, campaignQuery } from '#web/client/campaigns.ts'
import { ButtonLink } from '#web/page/links.tsx'
import { EmptyState, LoadError } from '#web/page/list.tsx'
import { Page } from '#web/page/page.tsx'
import { CampaignHistory } from './history/campaign-history.tsx'
import { DeleteCampaign } from './terms/delete-campaign.tsx'
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
