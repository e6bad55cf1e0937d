import { Agent, request } from 'node:http'

/** What was answered; `text` is read to its end, whatever it is. */
export type Answer = { readonly status: number; readonly text: string }

export type HttpClient = {
  send(method: string, path: string, body?: unknown): Promise<Answer>
  close(): void
}

/** A client that keeps its connections, and costs as little as it can: it shares the machine with what it measures. */
export function createHttpClient(baseUrl: string): HttpClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 1_000 })
  const sendOnce = (method: string, path: string, text: string | undefined, headers: Record<string, string | number>) =>
    new Promise<Answer | 'connection_closed'>((resolve, reject) => {
      const sent = request(baseUrl + path, { method, agent, headers }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.once('end', () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
        )
        response.once('error', reject)
      })
      // The server may close a connection that was idle in the very moment that it is used again: no answer was begun.
      sent.once('error', (error: NodeJS.ErrnoException) =>
        sent.reusedSocket && error.code === 'ECONNRESET' ? resolve('connection_closed') : reject(error),
      )
      sent.end(text)
    })
  return {
    async send(method, path, body) {
      const text = body === undefined ? undefined : JSON.stringify(body)
      const headers = {
        ...(text !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
        // What is sent again happens once.
        ...(method !== 'GET' && { 'idempotency-key': crypto.randomUUID() }),
      }
      for (;;) {
        const answer = await sendOnce(method, path, text, headers)
        if (answer !== 'connection_closed') return answer
      }
    },
    close: () => agent.destroy(),
  }
}

/** @throws Error with what was answered, unless it was this status */
export async function expectStatus(
  client: HttpClient,
  status: number,
  ...sent: Parameters<HttpClient['send']>
): Promise<Answer> {
  const answer = await client.send(...sent)
  if (answer.status === status) return answer
  throw new Error(`${sent[0]} ${sent[1]} was answered ${answer.status}: ${answer.text.slice(0, 500)}`)
}
