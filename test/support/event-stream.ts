/** One server-sent event; its data is read as JSON. */
export type ServerSentEvent = {
  id: string
  event: string
  // biome-ignore lint/suspicious/noExplicitAny: tests just read it.
  data: any
}

export type EventStream = Awaited<ReturnType<typeof openEventStream>>

/** Opens a stream of server-sent events, to be read one by one, as a browser would with `EventSource`. */
export async function openEventStream(url: string, lastEventId?: string, headers: Record<string, string> = {}) {
  const gone = new AbortController()
  const response = await fetch(url, {
    headers: {
      Accept: 'text/event-stream',
      ...(lastEventId !== undefined && { 'Last-Event-ID': lastEventId }),
      ...headers,
    },
    signal: gone.signal,
  })
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''

  /** What comes until the next empty line; undefined at the end. */
  async function nextBlock(): Promise<string | undefined> {
    for (;;) {
      const end = text.indexOf('\n\n')
      if (end >= 0) {
        const block = text.slice(0, end)
        text = text.slice(end + 2)
        return block
      }
      const piece = await reader?.read()
      if (!piece || piece.done) return undefined
      text += piece.value
    }
  }

  /** Undefined at the end. Comments are passed over. */
  async function next(): Promise<ServerSentEvent | undefined> {
    for (;;) {
      const block = await nextBlock()
      if (block === undefined) return undefined
      if (!block.startsWith(':')) return parse(block)
    }
  }

  return {
    status: response.status,
    headers: response.headers,
    nextBlock,
    next,
    /** Everything until the end. */
    async rest(): Promise<ServerSentEvent[]> {
      const events: ServerSentEvent[] = []
      for (let event = await next(); event; event = await next()) events.push(event)
      return events
    },
    /** As when the browser is closed. */
    close: () => gone.abort(),
  }
}

function parse(block: string): ServerSentEvent {
  const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/, 2)))
  return { id: fields.id, event: fields.event, data: JSON.parse(fields.data) }
}
