import { addAbortListener } from 'node:events'
import type { AppContext, AppDependencies } from './app-types.ts'
import { toProblem } from './errors.ts'
import { problemBody } from './problems.ts'
import type { SessionWatcher } from './session-watcher.ts'

/**
 * A response body that is generated only as fast as the client reads: a slow client costs no memory and holds up nobody.
 *
 * @param open starts the generator. Its `controller` is aborted when the client disconnects, the server stops, the text
 *   ends or the caller's session or token does; the generator's side may abort it, too. Text generated after that is not sent
 */
export async function pullStream(
  c: AppContext,
  { stopping, sessionWatcher }: AppDependencies,
  open: (controller: AbortController) => AsyncGenerator<string> | Promise<AsyncGenerator<string>>,
): Promise<ReadableStream<Uint8Array>> {
  const controller = new AbortController()
  abortWith(controller, [stopping, c.req.raw.signal])
  endWithCaller(c, sessionWatcher, controller)
  try {
    return readableStream(await open(controller), controller)
  } catch (error) {
    controller.abort()
    throw error
  }
}

/**
 * Aborts a controller once one of the signals is aborted. They forget it when it is aborted, which it must be in the end.
 *
 * Not by the option `signal` of `addEventListener`: Node keeps such a listener for as long as there is what it listens to
 * (nodejs/node issue 63954), and with it the whole request. The signal that a server stops by lives as long as the process.
 */
export function abortWith(controller: AbortController, signals: readonly AbortSignal[]): void {
  const abort = () => controller.abort()
  addAbortListener(controller.signal, () => {
    for (const signal of signals) signal.removeEventListener('abort', abort)
  })
  for (const signal of signals) {
    signal.addEventListener('abort', abort)
    if (signal.aborted) abort()
  }
}

/** Nobody is told anything after the token or the session that it was asked with. */
function endWithCaller(c: AppContext, watcher: SessionWatcher, controller: AbortController): void {
  const ends = c.get('caller')?.ends
  if (ends === undefined) return
  const end = () => controller.abort()
  if ('session' in ends) {
    watcher.watch(ends.session, controller.signal, end)
  } else {
    const timer = setTimeout(end, Math.min(ends.at - Date.now(), MAX_TIMER_MS))
    addAbortListener(controller.signal, () => clearTimeout(timer))
  }
}

/** Longer ones fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1

function readableStream(text: AsyncGenerator<string>, controller: AbortController): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream<Uint8Array>(
    {
      async pull(stream) {
        const { done, value } = await text.next().catch((error: unknown) => {
          controller.abort()
          throw error
        })
        if (!done && !controller.signal.aborted) return stream.enqueue(encoder.encode(value))
        controller.abort()
        stream.close()
      },
      cancel: () => controller.abort(),
    },
    { highWaterMark: 0 },
  )
}

/** A client that reads no line for so long is treated as disconnected. */
const READ_TIMEOUT_MS = 60_000

export type LineStream = {
  /** Starts the generator of lines, which ends at the latest when the signal aborts. */
  open: (signal: AbortSignal) => Promise<AsyncGenerator<object, void, void>>
  /** Called once: when the generator has ended, or could not be opened. */
  ended: () => void
  readTimeoutMs?: number
}

/**
 * Answers with newline-delimited JSON, generated as the client reads. The generator is stopped when the client disconnects,
 * stops reading or the server stops. An error on the way is sent as the last line, in the form of a problem.
 */
export async function streamLines(
  c: AppContext,
  deps: AppDependencies,
  { open, ended, readTimeoutMs = READ_TIMEOUT_MS }: LineStream,
): Promise<Response> {
  const requestId = c.get('requestId')
  const body = await pullStream(c, deps, async (controller) => {
    const { signal } = controller
    const lines = await open(signal).catch((error: unknown) => {
      ended()
      throw error
    })
    const readTimeout = setTimeout(() => controller.abort(), readTimeoutMs)
    addAbortListener(signal, () => {
      clearTimeout(readTimeout)
      // A generator that is running ends when it sees the signal; one that is suspended ends here.
      void lines.return().finally(ended)
    })
    async function* text(): AsyncGenerator<string, void, void> {
      try {
        for await (const line of lines) {
          yield jsonLine(line)
          readTimeout.refresh()
        }
      } catch (error) {
        if (signal.aborted) return
        deps.logger.warn({ err: error, requestId }, 'a streamed answer failed')
        yield jsonLine({ line: 'problem', problem: problemBody(toProblem(error), requestId) })
      }
    }
    return text()
  })
  return c.body(body, 200, { 'Content-Type': 'application/x-ndjson' })
}

function jsonLine(line: object): string {
  return `${JSON.stringify(line)}\n`
}
