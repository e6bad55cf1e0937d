import { queryOptions } from '@tanstack/react-query'
import { answer, api } from './api.ts'
import { Unreachable } from './api-problem.ts'
import type { CampaignRule } from './campaigns.ts'
import type { components } from './schema.d.ts'

type EventSimulation = components['schemas']['EventSimulation']

export type CampaignEvaluation = components['schemas']['CampaignEvaluation']
export type RuleOutcome = CampaignEvaluation['rules'][number]

/** A campaign that is to be tried: terms, and the name of the stored one that they would change, if there is one. */
export type Candidate = Omit<EventSimulation, 'event'>
/** The event that a purchase would be, as `PurchaseCompleted` has it; without a time it happens now, without a user to a new customer. */
export type TrialEvent = {
  amount: number
  total: number
  quantity: number
  productId: string
  lines: { productId: string; quantity: number; price: number; total: number; categories: string[]; tags: string[] }[]
  username?: string
  occurredAt?: string
}

/** What became of trying a campaign, with the rules that were tried, so that the two stay together. */
export type Simulation = {
  evaluation: CampaignEvaluation
  rules: readonly CampaignRule[]
  warnings: readonly Warning[]
}

/** Something in a campaign that is allowed, and can hardly be meant. */
export type Warning = components['schemas']['Warning']

/** Tries a campaign on an event. Terms that are wrong fail with `invalid_request`, which knows every place. */
export function simulationQuery(candidate: Candidate & { rules: string }, event: TrialEvent) {
  return queryOptions({
    queryKey: ['simulation', candidate, event],
    queryFn: async ({ signal }): Promise<Simulation> => {
      const body = { ...candidate, event }
      const answered = await answer(api.POST('/campaigns/simulate', { body, signal }))
      const { campaigns, warnings } = answered
      const [evaluation] = campaigns
      if (!evaluation) throw new Error('One campaign was tried, and none was evaluated.')
      return { evaluation, rules: JSON.parse(candidate.rules), warnings }
    },
    // There is one for each pause in typing.
    gcTime: 30_000,
  })
}

type Schemas = components['schemas']

export type BacktestRequest = Schemas['Backtest']
export type BacktestTotals = Schemas['BacktestTotals']
/** What the saved version of a campaign would have given, and where the draft differs. */
export type BacktestComparison = Schemas['BacktestComparison']
export type BacktestDifference = Schemas['BacktestDifference']
/** The totals of a campaign, with those of its rules. */
export type CampaignTotals = Omit<Schemas['BacktestCampaign'], 'line'> & Pick<Schemas['BacktestRules'], 'rules'>
export type BacktestAward = Schemas['BacktestPage']['awards'][number]
export type BacktestLine =
  | Schemas['BacktestPage']
  | Schemas['BacktestCampaign']
  | Schemas['BacktestRules']
  | BacktestTotals
  | Schemas['BacktestProblem']

/** A stretch of the past, in instants of RFC 3339. Without an end it goes on until now. */
export type Past = { from: string; to?: string }

/**
 * What a campaign would have given for the past, line by line as the server gets there. Only the totals end it: an
 * answer without them is not complete. The server stops its work when the signal aborts.
 *
 * @throws ApiProblem when there is no backtest, Unreachable when the answer breaks off
 */
export async function* backtestLines(body: BacktestRequest, signal: AbortSignal): AsyncGenerator<BacktestLine> {
  const stream = await answer(api.POST('/campaigns/backtest', { body, parseAs: 'stream', signal }))
  if (!stream) return
  try {
    for await (const line of textLines(stream)) yield JSON.parse(line) as BacktestLine
  } catch (error) {
    if (signal.aborted) throw error
    throw new Unreachable('The answer broke off.', { cause: error })
  }
}

async function* textLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = stream.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>).getReader()
  let rest = ''
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const lines = (rest + read.value).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '') yield rest
}
