import { useQueryClient } from '@tanstack/react-query'
import { answer, api } from './api.ts'
import { type Campaign, campaignQuery } from './campaigns.ts'
import { useKeyedMutation } from './keyed-mutation.ts'
import type { components } from './schema.d.ts'

export type NewCampaign = components['schemas']['NewCampaign']
export type CampaignChanges = components['schemas']['CampaignChanges']

/** A campaign in the version that a change was thought out for. */
type Version = Pick<Campaign, 'campaign_name' | 'version'>

export function useCreateCampaign() {
  const remember = useRememberedCampaign()
  return useKeyedMutation(
    (campaign: NewCampaign, key) =>
      answer(api.POST('/campaigns', { params: { header: { 'Idempotency-Key': key } }, body: campaign })),
    { onSuccess: remember },
  )
}

/** Fails with `campaign_moved_on` when somebody else was faster; what is known of campaigns is then read again. */
export function useChangeCampaign() {
  const remember = useRememberedCampaign()
  const forget = useForgottenCampaigns()
  return useKeyedMutation(
    ({ of, changes }: { of: Version; changes: CampaignChanges }, key): Promise<Campaign> =>
      answer(api.PATCH('/campaigns/{campaign_name}', { params: changing(of, key), body: changes })),
    { onSuccess: remember, onError: forget },
  )
}

/** For good. Fails with `campaign_moved_on` when somebody changed it since it was read. */
export function useDeleteCampaign() {
  const forget = useForgottenCampaigns()
  return useKeyedMutation(
    (of: Version, key) => answer(api.DELETE('/campaigns/{campaign_name}', { params: changing(of, key) })),
    { onSettled: forget },
  )
}

function changing({ campaign_name, version }: Version, key: string) {
  return { path: { campaign_name }, header: { 'Idempotency-Key': key, 'If-Match': `"${version}"` } }
}

/** Takes a campaign over as it was answered, before anything is read again. */
function useRememberedCampaign() {
  const queryClient = useQueryClient()
  const forget = useForgottenCampaigns()
  return async (campaign: Campaign) => {
    const { queryKey } = campaignQuery(campaign.campaign_name)
    await queryClient.cancelQueries({ queryKey })
    queryClient.setQueryData(queryKey, campaign)
    forget()
  }
}

/** What campaigns are like is read again where it is shown, and so is what purchases would earn by them. */
function useForgottenCampaigns() {
  const queryClient = useQueryClient()
  return () => {
    void queryClient.invalidateQueries({ queryKey: ['campaigns'] })
    void queryClient.invalidateQueries({ queryKey: ['quote'] })
  }
}
