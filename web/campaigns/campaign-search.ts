/** Which side of a campaign is looked at; in the address, so that a history can be sent to somebody. */
export type CampaignTab = 'terms' | 'history'

export function campaignSearch(search: Record<string, unknown>): { tab?: CampaignTab } {
  return search.tab === 'history' ? { tab: 'history' } : {}
}
