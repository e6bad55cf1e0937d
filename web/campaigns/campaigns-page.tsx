import { Skeleton, Stack } from '@mantine/core'
import { IconPlus, IconSparkles } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { campaignsQuery } from '#web/client/campaigns.ts'
import { ButtonLink } from '#web/page/links.tsx'
import { EmptyState, LoadError, ShowMore } from '#web/page/list.tsx'
import { Page } from '#web/page/page.tsx'
import classes from './list/campaign-card.module.css'
import { CampaignCard } from './list/campaign-card.tsx'

const PLACES = ['a', 'b', 'c']

export function CampaignsPage() {
  return (
    <Page title="Campaigns" lead="Rules that turn purchases into points." actions={<NewCampaignLink />}>
      <Campaigns />
    </Page>
  )
}

function NewCampaignLink() {
  return (
    <ButtonLink to="/new-campaign" leftSection={<IconPlus size={18} aria-hidden />}>
      New campaign
    </ButtonLink>
  )
}

function Campaigns() {
  const read = useInfiniteQuery(campaignsQuery)
  const { data, error, isPending } = read
  const campaigns = data?.pages.flatMap(({ items }) => items)
  if (error && !campaigns) return <LoadError query={read} />
  if (campaigns?.length === 0) {
    return (
      <EmptyState icon={<IconSparkles size={36} aria-hidden />} title="No campaigns yet" action={<NewCampaignLink />}>
        Until there is one, purchases earn no points. Make one, and see what it would have given before you save it.
      </EmptyState>
    )
  }
  return (
    <Stack gap="lg" align="center">
      <ul className={classes.list} style={{ width: '100%' }} aria-label="Campaigns" aria-busy={isPending}>
        {campaigns?.map((campaign) => (
          <li key={campaign.campaign_name}>
            <CampaignCard campaign={campaign} />
          </li>
        )) ??
          PLACES.map((place) => (
            <li key={place}>
              <Skeleton height={280} radius="lg" />
            </li>
          ))}
      </ul>
      <ShowMore list={read} shown={campaigns?.length ?? 0} what="campaigns" />
    </Stack>
  )
}
