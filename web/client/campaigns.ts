import { queryOptions, useQueryClient } from '@tanstack/react-query'
import { answer, api } from './api.ts'
import { cursorQuery, useKeyedMutation } from './query-client.ts'
import type { components } from './schema.d.ts'

/** The client whose campaigns are evaluated for the store's purchases. */
export const STORE_CLIENT = 'UnicornStore'

/** The type of the event that a purchase is. */
export const PURCHASE_COMPLETED = 'PurchaseCompleted'

type Schemas = components['schemas']

/** As much of a campaign as lists have. */
export type CampaignSummary = Schemas['CampaignSummary']
export type Campaign = Schemas['Campaign']
export type CampaignTerms = Schemas['CampaignTerms']
export type CampaignTermsSummary = Schemas['CampaignTermsSummary']
export type PointsExpiry = Schemas['PointsExpiry']
export type CampaignRule = Schemas['CampaignRule']
export type CampaignChange = Schemas['CampaignChange']
export type CampaignChangeSummary = Schemas['CampaignChangeSummary']
export type NewCampaign = Schemas['NewCampaign']
export type CampaignChanges = Schemas['CampaignChanges']

/** What tells a campaign from all others. */
export type CampaignKey = Pick<Campaign, 'client' | 'campaign_name'>

/** The campaigns of all clients without their rules, newest first, page by page. */
export const campaignsQuery = cursorQuery(['campaigns', 'list'], (cursor, signal) =>
  answer(api.GET('/campaigns', { params: { query: { limit: 50, ...cursor } }, signal })),
)

export function campaignQuery({ client, campaign_name }: CampaignKey) {
  return queryOptions({
    queryKey: ['campaigns', 'one', client, campaign_name],
    queryFn: ({ signal }): Promise<Campaign> =>
      answer(api.GET('/campaigns/{campaign_name}', { params: { path: { campaign_name }, query: { client } }, signal })),
  })
}

/** What was changed of a campaign, by whom and when, newest first; also of one that is deleted. */
export function campaignHistoryQuery({ client, campaign_name }: CampaignKey) {
  return cursorQuery(['campaigns', 'history', client, campaign_name], (cursor, signal) => {
    const params = { path: { campaign_name }, query: { client, limit: 20, ...cursor } }
    return answer(api.GET('/campaigns/{campaign_name}/history', { params, signal }))
  })
}

/** A change with the rules before and after it. It has happened, and stays as it is. */
export function campaignChangeQuery({ client, campaign_name }: CampaignKey, id: string) {
  return queryOptions({
    queryKey: ['campaigns', 'history', client, campaign_name, id],
    queryFn: ({ signal }): Promise<CampaignChange> => {
      const params = { path: { campaign_name, id }, query: { client } }
      return answer(api.GET('/campaigns/{campaign_name}/history/{id}', { params, signal }))
    },
    staleTime: Number.POSITIVE_INFINITY,
  })
}

/** The version of a campaign that a change is based on. */
type Version = CampaignKey & Pick<Campaign, 'version'>

export function useCreateCampaign() {
  const cache = useCacheCampaign()
  return useKeyedMutation(
    (campaign: NewCampaign, key) =>
      answer(api.POST('/campaigns', { params: { header: { 'Idempotency-Key': key } }, body: campaign })),
    { onSuccess: cache },
  )
}

/** Fails with `campaign_moved_on` when somebody else has changed it since it was read; campaigns are then read again. */
export function useChangeCampaign() {
  const cache = useCacheCampaign()
  const invalidate = useInvalidateCampaigns()
  return useKeyedMutation(
    ({ of, changes }: { of: Version; changes: CampaignChanges }, key): Promise<Campaign> =>
      answer(api.PATCH('/campaigns/{campaign_name}', { params: changing(of, key), body: changes })),
    { onSuccess: cache, onError: () => invalidate() },
  )
}

/** Permanently. Fails with `campaign_moved_on` when somebody changed it since it was read. */
export function useDeleteCampaign() {
  const invalidate = useInvalidateCampaigns()
  return useKeyedMutation(
    (of: Version, key) => answer(api.DELETE('/campaigns/{campaign_name}', { params: changing(of, key) })),
    // The page that is left would ask for a campaign that is there no more.
    { onSuccess: () => invalidate('none'), onError: () => invalidate() },
  )
}

function changing({ client, campaign_name, version }: Version, key: string) {
  return { path: { campaign_name }, query: { client }, header: { 'Idempotency-Key': key, 'If-Match': `"${version}"` } }
}

/** Stores an answered campaign in the cache, then invalidates the rest. */
function useCacheCampaign() {
  const queryClient = useQueryClient()
  const invalidate = useInvalidateCampaigns()
  return async (campaign: Campaign) => {
    const { queryKey } = campaignQuery(campaign)
    await queryClient.cancelQueries({ queryKey })
    queryClient.setQueryData(queryKey, campaign)
    invalidate()
  }
}

/** Invalidates campaigns, and the quotes and simulations that depend on them. */
function useInvalidateCampaigns() {
  const queryClient = useQueryClient()
  return (refetchType: 'active' | 'none' = 'active') => {
    void queryClient.invalidateQueries({ queryKey: ['campaigns'], refetchType })
    void queryClient.invalidateQueries({ queryKey: ['quote'] })
    void queryClient.invalidateQueries({ queryKey: ['simulation'], refetchType })
  }
}
