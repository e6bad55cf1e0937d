import { z } from 'zod'

const step = z.object({ seq: z.number(), step: z.string(), state: z.string(), at: z.string() })
const purchase = z.object({ purchaseId: z.string(), status: z.string(), steps: z.array(step) })
const entries = z.object({
  items: z.array(z.object({ amount: z.number(), reason: z.string(), reference: z.string() })),
})

export type Purchase = z.output<typeof purchase>
export type PurchaseStep = z.output<typeof step>

export interface StoreClient {
  /** Makes sure that a user with enough money, and a product with enough stock, are there. */
  prepare(order: Order & { readonly price: number }): Promise<void>
  /** Starts a purchase and does not wait for it. */
  startPurchase(order: Order): Promise<string>
  purchase(id: string): Promise<Purchase>
  /** What was taken from the wallet for the purchase, in major units, one number per charge. */
  charges(username: string, purchaseId: string): Promise<number[]>
}

export interface Order {
  readonly username: string
  readonly productId: string
}

/** The few requests that the demonstration makes, as a buyer and as an operator. */
export function storeClient(baseUrl: string): StoreClient {
  async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const answer = await fetch(baseUrl + path, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    })
    const json: unknown = await answer.json()
    // 409: what we make sure of is there already.
    if (!answer.ok && answer.status !== 409) throw new Error(`${method} ${path}: ${JSON.stringify(json)}`)
    return json
  }

  return {
    async prepare({ username, productId, price }) {
      const description = 'Bought by npm run demo:crash.'
      await send('POST', '/products', { id: productId, name: 'Crash Test Unicorn', description, price, stock: 0 })
      await send('POST', `/products/${productId}/stock-adjustments`, { quantity: 1, reason: 'demo:crash' })
      await send('POST', '/users', { username, balance: 0 })
      await send('POST', `/users/${username}/top-ups`, { amount: price })
    },
    async startPurchase({ username, productId }) {
      const order = { userId: username, productId, quantity: 1 }
      const accepted = await send('POST', '/purchase', order, { Prefer: 'respond-async' })
      return z.object({ purchaseId: z.string() }).parse(accepted).purchaseId
    },
    async purchase(id) {
      return purchase.parse(await send('GET', `/purchases/${id}`))
    },
    async charges(username, purchaseId) {
      const { items } = entries.parse(await send('GET', `/users/${username}/wallet-entries`))
      return items.filter((entry) => entry.reference === purchaseId).map((entry) => -entry.amount)
    },
  }
}
