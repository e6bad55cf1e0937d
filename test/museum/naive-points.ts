import { randomUUID } from 'node:crypto'
import type { Hono } from 'hono'
import type { NaiveStore } from './naive-store.ts'

export function registerNaivePoints(app: Hono, { points, transactions, pause }: NaiveStore): void {
  function book(type: 'issue' | 'redeem', account: string, amount: number) {
    const id = randomUUID()
    transactions.set(id, { account, type, amount, reversed: false })
    return { id, account_id: account, transaction_type: type, amount, balance: points.get(account) }
  }

  app.get('/points', (c) => c.json({ balance: points.get(c.req.query('account_id') ?? '') ?? 0 }))

  app.post('/points', async (c) => {
    const { account_id, amount } = await c.req.json()
    points.set(account_id, (points.get(account_id) ?? 0) + amount)
    return c.json(book('issue', account_id, amount))
  })

  app.post('/points/redemptions', async (c) => {
    const { account_id, amount } = await c.req.json()
    const balance = points.get(account_id) ?? 0
    if (balance < amount) return c.json({ code: 'insufficient_points' }, 409)
    await pause()
    points.set(account_id, balance - amount)
    return c.json(book('redeem', account_id, amount))
  })

  app.post('/points/transactions/:id/reversal', async (c) => {
    const transaction = transactions.get(c.req.param('id'))
    if (!transaction) return c.json({ code: 'unknown_transaction' }, 404)
    if (transaction.reversed) return c.json({ code: 'already_reversed' }, 409)
    const { account, type } = transaction
    // Nobody is to end below zero: what is not there is not taken back.
    const amount = type === 'redeem' ? transaction.amount : Math.min(transaction.amount, points.get(account) ?? 0)
    await pause()
    transaction.reversed = true
    await pause()
    points.set(account, (points.get(account) ?? 0) + (type === 'redeem' ? amount : -amount))
    return c.json({ amount, balance: points.get(account) })
  })
}
