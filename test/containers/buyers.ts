import { Agent, request } from 'node:https'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'

type Answer = { status: number; body: Record<string, unknown>; headers: Record<string, string | string[] | undefined> }

export type Client = ReturnType<typeof openClient>

/** @param options.authority of whom the server's certificate must be */
export function openClient(url: string, { authority }: { authority: string }) {
  const agent = new Agent({ ca: authority, keepAlive: true })

  /** Sends it once. @throws Error if the connection breaks off */
  function ask(
    method: string,
    path: string,
    { body, token, headers = {} }: { body?: object; token?: string; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const sent = request(`${url}${path}`, {
      method,
      agent,
      servername: new URL(url).hostname,
      timeout: 30_000,
      headers: {
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
        ...(body && { 'Content-Type': 'application/json' }),
        ...headers,
      },
    })
    return new Promise((resolve, reject) => {
      sent.on('timeout', () => sent.destroy(new Error('no answer within 30 s')))
      sent.on('error', reject)
      sent.on('response', (response) => {
        const { statusCode: status = 0, headers } = response
        text(response).then((answer) => resolve({ status, headers, body: parsed(answer) }), reject)
      })
      sent.end(body && JSON.stringify(body))
    })
  }

  /** Repeats it until there is an answer that is the shop's own. @returns with why it was repeated */
  async function insist(...args: Parameters<typeof ask>): Promise<Answer & { repeated: string[] }> {
    const repeated: string[] = []
    while (repeated.length < 200) {
      try {
        const answer = await ask(...args)
        if (answer.status < 500) return { ...answer, repeated }
        repeated.push(`${answer.status} ${answer.body.code ?? 'by the proxy'}`)
      } catch (error) {
        const { code, message } = error as Error & { code?: string }
        repeated.push(code ?? message)
      }
      await sleep(100)
    }
    throw new Error(`no answer to ${args[0]} ${args[1]}: ${repeated.at(-1)}`)
  }

  return { ask, insist, close: () => agent.destroy() }
}

function parsed(answer: string): Record<string, unknown> {
  try {
    return JSON.parse(answer)
  } catch {
    // An error of the proxy.
    return {}
  }
}

export type Buyer = { username: string; token: string }
type Bought = { username: string; key: string; purchaseId: string; repeated: string[]; wasAccepted: boolean }

/**
 * Customers who buy one after the other, each one at a time, until they are told to stop. Every fifth order is sent again with its key, which
 * must not buy again. An order that was only accepted is followed to its end.
 */
export function startBuying(client: Client, buyers: readonly Buyer[], productId: string) {
  const bought: Bought[] = []
  const complaints: string[] = []
  let isStopped = false

  async function buyOne({ username, token }: Buyer): Promise<void> {
    const key = crypto.randomUUID()
    const order = { token, headers: { 'Idempotency-Key': key }, body: { userId: username, productId, quantity: 1 } }
    const answer = await client.insist('POST', '/purchase', order)
    const purchaseId = String(answer.body.purchaseId)
    const wasAccepted = answer.status === 202
    const ended = wasAccepted ? await settled(purchaseId, token) : answer.body
    if (answer.status > 202 || ended.status !== 'completed')
      throw new Error(`${answer.status} ${JSON.stringify(answer.body)}, then ${ended.status}`)
    bought.push({ username, key, purchaseId, repeated: answer.repeated, wasAccepted })
    if (bought.length % 5 !== 0) return
    const again = await client.insist('POST', '/purchase', order)
    if (again.body.purchaseId !== purchaseId) throw new Error(`the same key bought twice: ${purchaseId}`)
  }

  async function settled(purchaseId: string, token: string): Promise<Record<string, unknown>> {
    for (;;) {
      const { body } = await client.insist('GET', `/purchases/${purchaseId}`, { token })
      if (body.status !== 'running') return body
      await sleep(200)
    }
  }

  async function keepBuying(buyer: Buyer): Promise<void> {
    while (!isStopped)
      await buyOne(buyer).catch((error: Error) => complaints.push(`${buyer.username}: ${error.message}`))
  }

  const running = Promise.all(buyers.map(keepBuying))
  return {
    bought,
    complaints,
    stop: async () => {
      isStopped = true
      await running
    },
  }
}

/** The ids of a user's purchases that were completed, as the shop lists them. */
export async function completedPurchases(client: Client, { username, token }: Buyer): Promise<string[]> {
  const ids: string[] = []
  let cursor = ''
  do {
    const query = new URLSearchParams({ userId: username, status: 'completed', ...(cursor && { cursor }) })
    const { body } = await client.insist('GET', `/purchases?${query}`, { token })
    ids.push(...(body.items as { purchaseId: string }[]).map(({ purchaseId }) => purchaseId))
    cursor = String(body.nextCursor ?? '')
  } while (cursor !== '')
  return ids
}
