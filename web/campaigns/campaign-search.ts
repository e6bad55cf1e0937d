import { type StretchSearch, stretchSearch } from './backtest/stretch-search.ts'

/** Which side of a campaign is looked at; in the address, so that a history can be sent to somebody. */
export type CampaignTab = 'terms' | 'history'

type CampaignSearch = StretchSearch & { tab?: CampaignTab }

export function campaignSearch(search: Record<string, unknown>): CampaignSearch {
  return { ...(search.tab === 'history' && { tab: 'history' }), ...stretchSearch(search) }
}
