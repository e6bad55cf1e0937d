import { queryOptions, useQueryClient } from '@tanstack/react-query'
import { answer, api } from './api.ts'
import { cursorQuery, useKeyedMutation } from './query-client.ts'
import type { components } from './schema.d.ts'

/** Whose campaigns the store's purchases are judged by. */
const CLIENT = 'UnicornStore'

type Schemas = components['schemas']

export type Campaign = Schemas['Campaign']
export type CampaignTerms = Schemas['CampaignTerms']
export type CampaignRule = Schemas['CampaignRule']
export type CampaignChange = Schemas['CampaignChange']
export type NewCampaign = Schemas['NewCampaign']
export type CampaignChanges = Schemas['CampaignChanges']

/** The campaigns of the store, newest first, page by page. */
export const campaignsQuery = cursorQuery(['campaigns', 'list'], (cursor, signal) =>
  answer(api.GET('/campaigns', { params: { query: { client: CLIENT, limit: 50, ...cursor } }, signal })),
)

export function campaignQuery(name: string) {
  return queryOptions({
    queryKey: ['campaigns', 'one', name],
    queryFn: ({ signal }): Promise<Campaign> =>
      answer(api.GET('/campaigns/{campaign_name}', { params: { path: { campaign_name: name } }, signal })),
  })
}

/** What was changed of a campaign, by whom and when, newest first; also of one that is deleted. */
export function campaignHistoryQuery(name: string) {
  return cursorQuery(['campaigns', 'history', name], (cursor, signal) => {
    const params = { path: { campaign_name: name }, query: { limit: 20, ...cursor } }
    return answer(api.GET('/campaigns/{campaign_name}/history', { params, signal }))
  })
}

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
