import type { AppContext, AppDependencies } from '#api/app-types.ts'
import { problemOf } from '#api/problems/answer-error.ts'
import { problemBody } from '#api/problems/problem.ts'

/**
 * Answers with lines of JSON as they are made, none faster than the client reads. It ends when the client goes away or the server
 * stops; what goes wrong on the way is the last line.
 *
 * @param ended called once, however it ends
 */
export function streamLines(
  c: AppContext,
  { stopping, logger }: AppDependencies,
  lines: AsyncGenerator<object, void, void>,
  ended: () => void,
): Response {
  const line = (value: object) => new TextEncoder().encode(`${JSON.stringify(value)}\n`)
  const over = new AbortController()
  over.signal.addEventListener('abort', ended)
  const end = () => {
    over.abort()
    return lines.return()
  }
  const gone = AbortSignal.any([c.req.raw.signal, stopping])
  gone.addEventListener('abort', end, { signal: over.signal })
  if (gone.aborted) void end()
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { value, done } = await lines.next()
        if (!done) return controller.enqueue(line(value))
      } catch (error) {
        logger.warn({ err: error, requestId: c.get('requestId') }, 'an answer was broken off')
        controller.enqueue(line({ line: 'problem', problem: problemBody(problemOf(error), c.get('requestId')) }))
      }
      over.abort()
      controller.close()
    },
    cancel: async () => {
      await end()
    },
  })
  return c.body(body, 200, { 'Content-Type': 'application/x-ndjson' })
}
