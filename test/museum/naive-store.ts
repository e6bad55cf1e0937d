/** What the naive shop keeps. Nothing here knows of locks, transactions, keys or minor units. */
export type NaiveStore = {
  users: Map<string, { username: string; balance: number }>
  products: Map<string, NaiveProduct>
  purchases: Map<string, NaivePurchase>
  campaigns: Map<string, NaiveCampaign>
  points: Map<string, number>
  transactions: Map<string, { account: string; type: 'issue' | 'redeem'; amount: number; reversed: boolean }>
  /** By Idempotency-Key. */
  answers: Map<string, { status: number; body: unknown }>
  /** Between reading and writing, where a database takes its time. */
  pause(): Promise<void>
}

export type NaiveProduct = { id: string; name: string; description: string; price: number; stock: number }

export type NaiveLine = { productId: string; quantity: number; price?: number }

export type NaivePurchase = {
  purchaseId: string
  username: string
  lines: readonly NaiveLine[]
  amount: number
  pointsRedeemed: number
  status: 'running' | 'completed' | 'cancelled' | 'refunded'
  paid: boolean
}

export type NaiveRule = {
  variable?: string
  condition: { variable?: string; rule: string; value: unknown }
  action: { formula: string }
}

export type NaiveCampaign = {
  client: string
  campaign_name: string
  version: number
  rules: readonly NaiveRule[]
  status: string
  ends_at: string | null
  cap_total_points: number | null
  cap_points_per_customer: number | null
  given: number
  givenTo: Record<string, number>
}

/**
 * Whoever pauses goes on when all that is under way has paused or ended. So of requests that come at once all have read before any
 * writes: the worst of what may happen, and each time the same.
 */
export function createPauses() {
  let underWay = 0
  let waiting: (() => void)[] = []

  function letGo(): void {
    if (waiting.length < underWay) return
    const all = waiting
    waiting = []
    for (const goOn of all) goOn()
  }

  return {
    async during<Result>(work: () => Promise<Result>): Promise<Result> {
      underWay += 1
      try {
        return await work()
      } finally {
        underWay -= 1
        letGo()
      }
    },
    pause: () =>
      new Promise<void>((resolve) => {
        waiting.push(resolve)
        letGo()
      }),
  }
}
