import { addAbortListener } from 'node:events'
import type { AppContext, AppDependencies } from '#api/app-types.ts'
import { problemOf } from '#api/problems/answer-error.ts'
import { problemBody } from '#api/problems/problem.ts'
import { pulledText } from '#api/requests/pulled-text.ts'

/** A client that takes no line for so long has gone, whatever its connection says. */
const PATIENCE_MS = 60_000

export type LineStream = {
  /** Opens the lines. They end, at the latest, when the signal aborts. */
  open: (over: AbortSignal) => Promise<AsyncGenerator<object, void, void>>
  /** Called once, when the lines have come to their end, or could not be opened. */
  ended: () => void
  patienceMs?: number
}

/**
 * Answers with lines of JSON as they are made, none faster than the client reads. When the client goes away, stops reading or the
 * server stops, the lines are stopped; what goes wrong on the way is the last line.
 */
export async function streamLines(
  c: AppContext,
  deps: AppDependencies,
  { open, ended, patienceMs = PATIENCE_MS }: LineStream,
): Promise<Response> {
  const requestId = c.get('requestId')
  const body = await pulledText(c, deps, async (over) => {
    const lines = await open(over.signal).catch((error: unknown) => {
      ended()
      throw error
    })
    const patience = setTimeout(() => over.abort(), patienceMs)
    addAbortListener(over.signal, () => {
      clearTimeout(patience)
      // A generator that is under way ends once it notices; one that is not, here.
      void lines.return().finally(ended)
    })
    async function* text(): AsyncGenerator<string, void, void> {
      try {
        for await (const line of lines) {
          yield spell(line)
          patience.refresh()
        }
      } catch (error) {
        if (over.signal.aborted) return
        deps.logger.warn({ err: error, requestId }, 'an answer was broken off')
        yield spell({ line: 'problem', problem: problemBody(problemOf(error), requestId) })
      }
    }
    return text()
  })
  return c.body(body, 200, { 'Content-Type': 'application/x-ndjson' })
}

function spell(line: object): string {
  return `${JSON.stringify(line)}\n`
}
