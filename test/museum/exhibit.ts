/** What was done to a shop somewhere, and can be tried on any: on ours, and on one that was written without a thought of it. */
export type Exhibit = {
  /** What happens where nobody has thought of it. */
  name: string
  /** Where it was reported. */
  published: string
  /** Does it, and says what came of it. */
  attack: (shop: Visitor) => Promise<unknown>
  /** What comes of it at ours. */
  ours: unknown
  /** What comes of it at the naive shop, to the point: a shop that breaks down otherwise has not fallen for it. */
  naive: unknown
}

/** The way into a shop. */
export type Door = {
  send(request: SentRequest): Promise<Answer>
  /** Gives points that have expired since. */
  issueLongAgo(accountId: string, amount: number): Promise<void>
}

/** As it is sent: the bytes of the body and every line of the headers. */
export type SentRequest = {
  method: string
  path: string
  headers: readonly (readonly [name: string, value: string])[]
  body: string | Uint8Array
}

// biome-ignore lint/suspicious/noExplicitAny: an attack reads what it is interested in.
export type Answer = { status: number; headers: Headers; body: any }

type More = { key?: string; headers?: SentRequest['headers'] }

export type Visitor = ReturnType<typeof visit>

const JSON_TYPE = ['Content-Type', 'application/json'] as const
let made = 0

/** Somebody who uses a shop by its API, and knows it well. */
export function visit(door: Door) {
  function call(method: string, path: string, body?: unknown, { key, headers = [] }: More = {}): Promise<Answer> {
    const isRaw = typeof body === 'string' || body instanceof Uint8Array
    const typed = headers.some(([name]) => name === JSON_TYPE[0])
    return door.send({
      method,
      path,
      headers: [
        ...(body === undefined || typed ? [] : [JSON_TYPE]),
        ...(key === undefined ? [] : [['Idempotency-Key', key] as const]),
        ...headers,
      ],
      body: isRaw ? body : body === undefined ? '' : JSON.stringify(body),
    })
  }

  const get = (path: string) => call('GET', path)
  const post = (path: string, body?: unknown, more?: More) => call('POST', path, body, more)

  /** For what an attack needs beforehand. */
  async function done(answering: Promise<Answer>): Promise<Answer['body']> {
    const { status, body } = await answering
    if (status >= 300) throw new Error(`not what this is about: ${status} ${JSON.stringify(body)}`)
    return body
  }

  return {
    call,
    get,
    post,
    done,
    issueLongAgo: door.issueLongAgo,
    /** A name that nobody else has. */
    newName: () => `visitor-${++made}`,

    /** @returns the id of a new product */
    async product(price: number, stock = 10): Promise<string> {
      return (await done(post('/products', { name: `Unicorn ${++made}`, description: '', price, stock }))).id
    },

    /** @returns the name of a new user with that much money */
    async buyer(balance: number): Promise<string> {
      const username = `visitor-${++made}`
      await done(post('/users', { username, balance }))
      return username
    },

    /** A campaign of the store that gives points for a product. @returns its name */
    async campaign(productId: string, formula: string, terms: object = {}): Promise<string> {
      const campaign_name = `campaign-${++made}`
      const condition = { variable: '$.productId', rule: 'string_equals', value: productId }
      const rules = [{ condition, action: { command: 'issue', formula } }]
      await done(post('/campaigns', { client: 'UnicornStore', campaign_name, rules, ...terms }))
      return campaign_name
    },

    buy: (userId: string, productId: string, more: object = {}, how?: More) =>
      post('/purchase', { userId, productId, quantity: 1, ...more }, how),
    refund: (purchaseId: string, body?: object) => post(`/purchases/${purchaseId}/refund`, body),
    cancel: (purchaseId: string) => post(`/purchases/${purchaseId}/cancel`),
    issue: (account_id: string, amount: number) => done(post('/points', { account_id, amount })),

    money: async (username: string) => (await done(get(`/users/balance/${username}`))).balance,
    points: async (username: string) => (await done(get(`/points?account_id=${username}`))).balance,
    stock: async (productId: string) => (await done(get(`/products/${productId}`))).stock,
  }
}

/** The same again and again, all on their way before the first one is answered. */
export function atOnce<Result>(times: number, ask: (index: number) => Promise<Result>): Promise<Result[]> {
  return Promise.all(Array.from({ length: times }, (_, index) => ask(index)))
}

/** How many went through. */
export function successes(answers: readonly Answer[]): number {
  return answers.filter(({ status }) => status < 300).length
}
