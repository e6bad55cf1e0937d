import { randomUUID } from 'node:crypto'
import { Hono, type MiddlewareHandler } from 'hono'
import type { Door } from './exhibit.ts'
import { registerNaiveCampaigns } from './naive-campaigns.ts'
import { registerNaivePoints } from './naive-points.ts'
import { registerNaivePurchases } from './naive-purchases.ts'
import { createPauses, type NaiveStore } from './naive-store.ts'

/**
 * A shop as one writes it in an afternoon, with the routes of ours that the exhibits need. It works for everybody who asks for one thing
 * at a time and means well (`museum.test.ts` shows it), and falls for every exhibit.
 */
export function openNaiveShop(): Door {
  const pauses = createPauses()
  const store: NaiveStore = {
    users: new Map(),
    products: new Map(),
    purchases: new Map(),
    campaigns: new Map(),
    points: new Map(),
    transactions: new Map(),
    answers: new Map(),
    pause: pauses.pause,
  }
  const app = new Hono()
  // A route that is missing, or breaks down, is no finding.
  app.notFound((c) => {
    throw new Error(`the naive shop has no ${c.req.method} ${c.req.path}`)
  })
  app.onError((error) => {
    throw error
  })
  app.use(rememberAnswers(store))
  registerUsers(app, store)
  registerProducts(app, store)
  registerNaivePurchases(app, store)
  registerNaivePoints(app, store)
  registerNaiveCampaigns(app, store)

  return {
    send: ({ method, path, headers, body }) =>
      pauses.during(async () => {
        const lines = new Headers()
        for (const [name, value] of headers) lines.append(name, value)
        const sent = body.length > 0 ? { body: body as string | Uint8Array<ArrayBuffer> } : {}
        const response = await app.fetch(new Request(`http://naive${path}`, { method, headers: lines, ...sent }))
        const text = await response.text()
        const parsed = text === '' ? undefined : JSON.parse(text)
        return { status: response.status, headers: response.headers, body: parsed }
      }),
    async issueLongAgo(account, amount) {
      store.points.set(account, (store.points.get(account) ?? 0) + amount)
    },
  }
}

/** Whatever was answered to a key is answered to it again. */
function rememberAnswers({ answers, pause }: NaiveStore): MiddlewareHandler {
  return async (c, next) => {
    const key = c.req.header('Idempotency-Key')
    // Events come with a key, too; whoever wrote their route had not heard of keys.
    if (key === undefined || c.req.path === '/events') return await next()
    const known = answers.get(key)
    if (known !== undefined) return Response.json(known.body, { status: known.status })
    await pause()
    await next()
    answers.set(key, { status: c.res.status, body: await c.res.clone().json() })
  }
}

function registerUsers(app: Hono, { users, pause }: NaiveStore): void {
  app.get('/users', (c) => c.json({ items: [...users.values()] }))

  app.post('/users', async (c) => {
    const { username, balance } = await c.req.json()
    const isTaken = users.has(username)
    await pause()
    if (isTaken) return c.json({ code: 'user_exists' }, 409)
    users.set(username, { username, balance })
    return c.json({ username, balance }, 201)
  })

  app.get('/users/balance/:username', (c) => {
    const user = users.get(c.req.param('username'))
    return user ? c.json(user) : c.json({ code: 'unknown_user' }, 404)
  })

  app.post('/users/:username/top-ups', async (c) => {
    const { amount } = await c.req.json()
    const user = users.get(c.req.param('username'))
    if (!user) return c.json({ code: 'unknown_user' }, 404)
    const { balance } = user
    await pause()
    user.balance = balance + amount
    return c.json(user)
  })
}

function registerProducts(app: Hono, { products, pause }: NaiveStore): void {
  app.post('/products', async (c) => {
    const product = { id: randomUUID(), ...(await c.req.json()) }
    products.set(product.id, product)
    return c.json(product, 201)
  })

  app.get('/products/:id', (c) => {
    const product = products.get(c.req.param('id'))
    return product ? c.json(product) : c.json({ code: 'unknown_product' }, 404)
  })

  app.patch('/products/:id', async (c) => {
    const product = products.get(c.req.param('id'))
    if (!product) return c.json({ code: 'unknown_product' }, 404)
    Object.assign(product, await c.req.json())
    return c.json(product)
  })

  app.post('/products/:id/stock-adjustments', async (c) => {
    const { quantity } = await c.req.json()
    const product = products.get(c.req.param('id'))
    if (!product) return c.json({ code: 'unknown_product' }, 404)
    const { stock } = product
    await pause()
    product.stock = stock + quantity
    return c.json(product, 201)
  })
}
