import { queryOptions } from '@tanstack/react-query'
import { answer, api } from './api.ts'
import type { CampaignRule } from './campaigns.ts'
import type { components } from './schema.d.ts'

type EventSimulation = components['schemas']['EventSimulation']

export type CampaignJudgement = components['schemas']['CampaignJudgement']
export type RuleOutcome = CampaignJudgement['rules'][number]

/** A campaign that is to be tried: terms, and the name of the stored one that they would change, if there is one. */
export type Candidate = Omit<EventSimulation, 'client' | 'event'>
export type ExampleEvent = { amount: number; total: number; quantity: number; productId: string }

/** What became of trying a campaign, with the rules that were tried, so that the two stay together. */
export type Simulation = { judgement: CampaignJudgement; rules: readonly CampaignRule[] }

/** Tries a campaign on an event. Terms that are wrong fail with `invalid_request`, which knows every place. */
export function simulationQuery(candidate: Candidate & { rules: string }, event: ExampleEvent) {
  return queryOptions({
    queryKey: ['simulation', candidate, event],
    queryFn: async ({ signal }): Promise<Simulation> => {
      const body = { ...candidate, event }
      const answered = await answer(api.POST('/campaigns/simulate', { body, signal }))
      const [judgement] = (answered as { campaigns: CampaignJudgement[] }).campaigns
      if (!judgement) throw new Error('One campaign was tried, and none was judged.')
      return { judgement, rules: JSON.parse(candidate.rules) }
    },
    // There is one for each pause in typing.
    gcTime: 30_000,
  })
}
