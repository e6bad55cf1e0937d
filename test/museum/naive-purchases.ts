import { randomUUID } from 'node:crypto'
import type { Hono } from 'hono'
import { award } from './naive-campaigns.ts'
import type { NaiveLine, NaivePurchase, NaiveStore } from './naive-store.ts'

/** What a point pays for, in money. */
const POINT_VALUE = 0.1

export function registerNaivePurchases(app: Hono, store: NaiveStore): void {
  const { users, products, purchases, points, pause } = store

  app.post('/purchase/quote', async (c) => c.json({ total: totalOf(store, linesOf(await c.req.json())) }))

  app.post('/purchase', async (c) => {
    const text = await c.req.text()
    const body = JSON.parse(text)
    const lines = linesOf(body)
    const checked = quantitiesIn(text)
    const user = users.get(body.userId)
    if (!user) return c.json({ code: 'unknown_user' }, 404)
    if (lines.some(({ productId }) => productId === undefined)) return c.json({ code: 'invalid_request' }, 400)
    if (lines.some(({ productId }) => !products.has(productId))) return c.json({ code: 'unknown_product' }, 404)
    if (lines.some((line, index) => (products.get(line.productId)?.stock ?? 0) < (checked[index] ?? 0)))
      return c.json({ code: 'out_of_stock' }, 409)
    const { redeemPoints = 0 } = body
    const [balance, pointsLeft] = [user.balance, points.get(user.username) ?? 0]
    const amount = totalOf(store, lines) - redeemPoints * POINT_VALUE
    await pause()

    take(store, lines, 1)
    if (pointsLeft < redeemPoints) return c.json({ code: 'insufficient_points' }, 409)
    if (balance < amount) return c.json({ code: 'insufficient_funds' }, 409)
    points.set(user.username, pointsLeft - redeemPoints)
    const purchase: NaivePurchase = {
      purchaseId: randomUUID(),
      username: user.username,
      lines,
      amount,
      pointsRedeemed: redeemPoints,
      status: 'running',
      paid: false,
    }
    purchases.set(purchase.purchaseId, purchase)
    if (c.req.header('Prefer') === 'respond-async') {
      const host = c.req.header('X-Forwarded-Host') ?? c.req.header('Host')
      return c.json(purchase, 202, { Location: `http://${host}/purchases/${purchase.purchaseId}` })
    }

    user.balance = balance - amount
    Object.assign(purchase, { status: 'completed', paid: true })
    const pointsIssued = await award(store, user.username, 'UnicornStore', factsOf(purchase))
    return c.json({ ...purchase, pointsIssued })
  })

  app.get('/purchases', (c) => {
    const { userId, limit = '100', cursor = '0' } = c.req.query()
    const all = [...purchases.values()].filter(({ username }) => username === userId).toReversed()
    const end = Number(cursor) + Number(limit)
    return c.json({ items: all.slice(Number(cursor), end), nextCursor: end < all.length ? String(end) : null })
  })

  app.get('/purchases/:id', (c) => {
    const purchase = purchases.get(c.req.param('id'))
    if (!purchase) return c.json({ code: 'unknown_purchase' }, 404)
    settle(store, purchase)
    const lines = purchase.lines.map((line) => ({ ...line, name: products.get(line.productId)?.name }))
    return c.json({ ...purchase, lines })
  })

  app.post('/purchases/:id/cancel', (c) => {
    const purchase = purchases.get(c.req.param('id'))
    if (!purchase) return c.json({ code: 'unknown_purchase' }, 404)
    if (purchase.status === 'completed') return c.json({ code: 'already_settled' }, 409)
    take(store, purchase.lines, -1)
    purchase.status = 'cancelled'
    return c.json(purchase)
  })

  app.post('/purchases/:id/refund', async (c) => {
    const purchase = purchases.get(c.req.param('id'))
    const text = await c.req.text()
    if (purchase?.status !== 'completed') return c.json({ code: 'not_refundable' }, 409)
    const { amount } = { amount: purchase.amount, ...JSON.parse(text || '{}') }
    await pause()
    purchase.status = 'refunded'
    const user = users.get(purchase.username)
    if (user) user.balance += amount
    points.set(purchase.username, (points.get(purchase.username) ?? 0) + purchase.pointsRedeemed)
    take(store, purchase.lines, -1)
    return c.json(purchase)
  })
}

/** The bank has it by the time that somebody looks. */
function settle({ users }: NaiveStore, purchase: NaivePurchase): void {
  if (purchase.paid) return
  purchase.paid = true
  const user = users.get(purchase.username)
  if (user) user.balance -= purchase.amount
  if (purchase.status === 'running') purchase.status = 'completed'
}

function linesOf(body: { lines?: NaiveLine[] } & NaiveLine): NaiveLine[] {
  return body.lines ?? [body]
}

/** Checked before anything is parsed: of a member that is given twice it is the first, and for `JSON.parse` the last. */
function quantitiesIn(text: string): number[] {
  return [...text.matchAll(/"quantity":\s*(-?[\d.]+)/g)].map(([, quantity]) => Number(quantity))
}

/** In cents, in an integer as databases have them by default. */
function totalOf({ products }: NaiveStore, lines: readonly NaiveLine[]): number {
  return lines.reduce((total, { productId, quantity, price = products.get(productId)?.price ?? 0 }) => {
    const cents = (Math.round(price * 100) * quantity) | 0
    return total + cents / 100
  }, 0)
}

function take({ products }: NaiveStore, lines: readonly NaiveLine[], sign: 1 | -1): void {
  for (const { productId, quantity } of lines) {
    const product = products.get(productId)
    if (product) product.stock -= sign * quantity
  }
}

function factsOf({ lines, amount }: NaivePurchase): Record<string, unknown> {
  return { type: 'PurchaseCompleted', amount, productId: lines[0]?.productId, lines }
}
