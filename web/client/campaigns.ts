import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { answer, api } from './api.ts'
import type { components } from './schema.d.ts'

/** Whose campaigns the store's purchases are judged by. */
const CLIENT = 'UnicornStore'

type Schemas = components['schemas']

export type Campaign = Schemas['Campaign']
export type CampaignTerms = Schemas['CampaignTerms']
export type CampaignRule = Schemas['CampaignRule']
export type CampaignChange = Schemas['CampaignChange']

/** The campaigns of the store, newest first, page by page. */
export const campaignsQuery = infiniteQueryOptions({
  queryKey: ['campaigns', 'list'],
  queryFn: ({ pageParam, signal }) => {
    const query = { client: CLIENT, limit: 50, ...(pageParam !== null && { cursor: pageParam }) }
    return answer(api.GET('/campaigns', { params: { query }, signal }))
  },
  initialPageParam: null as string | null,
  getNextPageParam: ({ next_cursor }) => next_cursor,
})

export function campaignQuery(name: string) {
  return queryOptions({
    queryKey: ['campaigns', 'one', name],
    queryFn: ({ signal }): Promise<Campaign> =>
      answer(api.GET('/campaigns/{campaign_name}', { params: { path: { campaign_name: name } }, signal })),
  })
}

/** What was changed of a campaign, by whom and when, newest first; also of one that is deleted. */
export function campaignHistoryQuery(name: string) {
  return infiniteQueryOptions({
    queryKey: ['campaigns', 'history', name],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: 20, ...(pageParam !== null && { cursor: pageParam }) }
      const params = { path: { campaign_name: name }, query }
      return answer(api.GET('/campaigns/{campaign_name}/history', { params, signal }))
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ next_cursor }) => next_cursor,
  })
}
