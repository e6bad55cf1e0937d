import { addAbortListener } from 'node:events'
import type { AppContext, AppDependencies } from './app-types.ts'
import { problemOf } from './errors.ts'
import { problemBody } from './problems.ts'

/**
 * The body of an answer, made as the client takes it: a client that reads slowly keeps nobody and nothing waiting but itself.
 *
 * @param open makes the text. `over` is aborted when the client has gone, the server stops or the text has come to its end;
 *   whoever makes it may abort it, too. What is made after that is not sent
 */
export async function pulledText(
  c: AppContext,
  { stopping }: AppDependencies,
  open: (over: AbortController) => AsyncGenerator<string> | Promise<AsyncGenerator<string>>,
): Promise<ReadableStream<Uint8Array>> {
  const over = new AbortController()
  for (const signal of [stopping, c.req.raw.signal]) {
    if (signal.aborted) over.abort()
    signal.addEventListener('abort', () => over.abort(), { once: true, signal: over.signal })
  }
  try {
    return streamOf(await open(over), over)
  } catch (error) {
    over.abort()
    throw error
  }
}

function streamOf(text: AsyncGenerator<string>, over: AbortController): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await text.next().catch((error: unknown) => {
          over.abort()
          throw error
        })
        if (!done && !over.signal.aborted) return controller.enqueue(encoder.encode(value))
        over.abort()
        controller.close()
      },
      cancel: () => over.abort(),
    },
    { highWaterMark: 0 },
  )
}

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
