import { answer, api } from './api.ts'
import { Unreachable } from './api-problem.ts'
import type { components } from './schema.d.ts'
import type { Candidate } from './simulation.ts'

type Schemas = components['schemas']

export type BacktestTotals = Schemas['BacktestTotals']
export type BacktestAward = Schemas['BacktestPage']['awards'][number]
export type BacktestLine = Schemas['BacktestPage'] | BacktestTotals | Schemas['BacktestProblem']

/** A stretch of the past, in instants of RFC 3339. Without an end it goes on until now. */
export type Past = { from: string; to?: string }

/**
 * What a campaign would have given for the past, line by line as the server gets there. Only the totals end it: an
 * answer without them is not complete. The server stops its work when the signal aborts.
 *
 * @throws ApiProblem when there is no backtest, Unreachable when the answer breaks off
 */
export async function* backtestLines(
  candidate: Candidate,
  past: Past,
  signal: AbortSignal,
): AsyncGenerator<BacktestLine> {
  const body = { ...candidate, ...past }
  const stream = await answer(api.POST('/campaigns/simulate', { body, parseAs: 'stream', signal }))
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
