import type { AppContext, AppDependencies } from '#api/app-types.ts'

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
