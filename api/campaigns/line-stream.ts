import type { AppContext, AppDependencies } from '#api/app-types.ts'
import { problemOf } from '#api/problems/answer-error.ts'
import { problemBody } from '#api/problems/problem.ts'

/** A client that takes no line for so long has gone, whatever its connection says. */
const PATIENCE_MS = 60_000

export type LineStream = {
  lines: AsyncGenerator<object, void, void>
  /** Tells `lines` that nobody wants to know any more. */
  stop: AbortController
  /** Called once, when `lines` has come to its end. */
  ended: () => void
  patienceMs?: number
}

/**
 * Answers with lines of JSON as they are made, none faster than the client reads. When the client goes away, stops reading or the
 * server stops, the lines are stopped; what goes wrong on the way is the last line.
 */
export function streamLines(
  c: AppContext,
  { stopping, logger }: AppDependencies,
  { lines, stop, ended, patienceMs = PATIENCE_MS }: LineStream,
): Response {
  const requestId = c.get('requestId')
  const gone = AbortSignal.any([c.req.raw.signal, stopping])
  const patience = setTimeout(() => stop.abort(), patienceMs)
  // A generator that is under way ends once it notices; one that is not, here.
  stop.signal.addEventListener('abort', () => void lines.return().finally(finish), { once: true })
  gone.addEventListener('abort', () => stop.abort(), { once: true, signal: stop.signal })
  if (gone.aborted) stop.abort()

  let finished = false
  function finish(): void {
    if (finished) return
    finished = true
    clearTimeout(patience)
    ended()
  }

  async function nextLine(): Promise<object | undefined> {
    try {
      const { value } = await lines.next()
      return value ?? undefined
    } catch (error) {
      if (stop.signal.aborted) return undefined
      logger.warn({ err: error, requestId }, 'an answer was broken off')
      return { line: 'problem', problem: problemBody(problemOf(error), requestId) }
    }
  }

  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        patience.refresh()
        const line = await nextLine()
        if (stop.signal.aborted) return controller.close()
        if (line) return controller.enqueue(new TextEncoder().encode(`${JSON.stringify(line)}\n`))
        finish()
        controller.close()
      },
      cancel: () => stop.abort(),
    },
    { highWaterMark: 0 },
  )
  return c.body(body, 200, { 'Content-Type': 'application/x-ndjson' })
}
