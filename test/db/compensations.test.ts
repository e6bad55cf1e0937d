import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { awardPoints, parkAward, redeemPoints, undoRedemption } from '#activities/points.ts'
import { dismissAward } from '#db/awards.ts'
import { adjustStock, createProduct } from '#db/products.ts'
import {
  beginCompensation,
  chargeWallet,
  confirmPurchase,
  recordOutcome,
  releaseStock,
  reserveStock,
  undoCharge,
} from '#db/purchases.ts'
import { createWallet, readWallet, topUpWallet } from '#db/wallets.ts'
import { giving } from '#test/support/campaign-examples.ts'
import { type CampaignShop, openCampaignShop } from '#test/support/campaign-shop.ts'
import { commandOf } from '#test/support/points-ledger.ts'

/**
 * What was taken can always be given back: bounds are for what comes from outside, and no constraint refuses an undo or a refund.
 * The amounts are the largest and the smallest that requests can name.
 */

const MAX_MONEY = 100_000_000_000
/** What many top-ups come to. */
const MAX_TOP_UPS = (Number.MAX_SAFE_INTEGER - 1) / 2
const MAX_STOCK = 1_000_000_000
const MAX_POINTS = 1_000_000_000

let shop: CampaignShop
let run = 0

beforeAll(async () => {
  shop = await openCampaignShop()
  await shop.addCampaign('many', { rules: [giving('$.quantity * 1000000')] })
})
afterAll(async () => {
  const broken = await shop.brokenInvariants()
  await shop.close()
  expect(broken).toEqual([])
})

const extreme = (most: number) => fc.constantFrom(1, 2, Math.floor(most / 2), most - 1, most)

/** What requests can do to one user and one product, in any order. */
const action = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('order' as const), quantity: extreme(1000), points: fc.nat(3) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('carry on' as const), steps: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restock' as const), quantity: extreme(MAX_STOCK) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('take out' as const), quantity: extreme(MAX_STOCK) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('top up' as const), amount: extreme(MAX_TOP_UPS) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('issue' as const), amount: extreme(MAX_POINTS) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('spend' as const), amount: extreme(MAX_POINTS) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('expire' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reprice' as const), price: extreme(MAX_MONEY) }) },
)

type Action = typeof action extends fc.Arbitrary<infer One> ? One : never
type Bought = { id: string; done: number; points: number }

test('from any state that requests can make, every undo and every refund goes through', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({ stock: extreme(MAX_STOCK), balance: extreme(MAX_MONEY), price: extreme(MAX_MONEY) }),
      fc.array(action, { minLength: 4, maxLength: 25 }),
      async (start, actions) => {
        const who = await begin(start)
        const orders: Bought[] = []
        for (const one of actions) await act(who, orders, one)
        for (const bought of orders) await settle(bought)
        const sold = orders.filter(({ done }) => done >= 4)
        for (const { id } of sold.toReversed()) await shop.refund(id)
        for (const { id } of sold) expect((await shop.purchase(id)).status).toBe('refunded')
      },
    ),
    { numRuns: 60 },
  )
})

/** Brings a purchase to the end of what there can be, and adds meanwhile what it took. */
async function soldAtTheLimit(): Promise<string> {
  const who = await begin({ stock: MAX_STOCK, balance: MAX_TOP_UPS, price: MAX_MONEY })
  const orders: Bought[] = []
  await act(who, orders, { do: 'order', quantity: 1000, points: 0 })
  await act(who, orders, { do: 'carry on', steps: 5 })
  await act(who, orders, { do: 'restock', quantity: 1000 })
  await act(who, orders, { do: 'top up', amount: 1000 * MAX_MONEY })
  const [sold] = orders as [Bought]
  await settle(sold)
  return sold.id
}

test('what was sold at the limit of stock and money comes back, and brings both above it', async () => {
  const id = await soldAtTheLimit()
  await shop.refund(id)
  expect(await shop.stock(`product-${run}`)).toEqual({ onHand: MAX_STOCK + 1000, reserved: 0 })
  expect(await shop.balance(`buyer-${run}`)).toBe(MAX_TOP_UPS + 1000 * MAX_MONEY)
  expect((await shop.purchase(id)).status).toBe('refunded')
})

test.each([
  ['products', 'on_hand <= 1000000000'],
  ['wallets', 'balance_minor <= 4503599627370495'],
])('(a bound on the rows of %s, %s, would hold a refund for ever)', async (table, bound) => {
  const id = await soldAtTheLimit()
  await shop.asOwner((sql) => sql.unsafe(`alter table ${table} add constraint bound check (${bound}) not valid`))
  await expect(shop.refund(id)).rejects.toThrow('"bound"')
  await shop.asOwner((sql) => sql.unsafe(`alter table ${table} drop constraint bound`))
  await shop.refund(id)
})

type Who = { username: string; product: string; account: string }

async function begin({ stock, balance, price }: { stock: number; balance: number; price: number }): Promise<Who> {
  run += 1
  const [username, product] = [`buyer-${run}`, `product-${run}`]
  await createWallet(shop.sql, request(), { username, balanceMinor: balance, adopt: false, actor: 'test' })
  const about = { id: product, name: product, description: '', priceMinor: price, stock, actor: 'test' }
  await createProduct(shop.sql, request(), about)
  const account = (await readWallet(shop.sql, username))?.userId ?? ''
  return { username, product, account }
}

function request() {
  return { scope: 'test', key: crypto.randomUUID(), requestHash: '' }
}

async function act({ username, product, account }: Who, orders: Bought[], one: Action): Promise<void> {
  const { sql, ledger } = shop
  switch (one.do) {
    case 'order': {
      const { quantity, points } = one
      const id = await shop.order({ username, lines: [{ productId: product, quantity }], redeemPoints: points })
      orders.push({ id, done: 0, points })
      return
    }
    case 'carry on': {
      const next = orders.find(({ done }) => done >= 0 && done < 4)
      for (let step = 0; next && next.done >= 0 && next.done < 4 && step < one.steps; step++) await advance(next)
      return
    }
    case 'restock':
    case 'take out': {
      const quantity = one.do === 'restock' ? one.quantity : -one.quantity
      await adjustStock(sql, request(), { productId: product, quantity, note: 'test', actor: 'test' })
      return
    }
    case 'top up':
      await topUpWallet(sql, request(), { username, amountMinor: one.amount, actor: 'test' })
      return
    case 'issue':
      await ledger.execute({ accountId: account, ...commandOf({ type: 'issue', amount: one.amount, ttlDays: 1 }) })
      return
    case 'spend':
      await ledger.execute({ accountId: account, ...commandOf({ type: 'redeem', amount: one.amount }) })
      return
    case 'expire':
      await ledger.execute({ accountId: account, ...commandOf({ type: 'expire' }) })
      return
    case 'reprice':
      await shop.setPrice(product, one.price)
  }
}

/** The next step of a purchase; one that is refused is not tried again (`done` below zero). */
async function advance(bought: Bought): Promise<void> {
  const { sql, points } = shop
  const { id } = bought
  const steps = [
    () => reserveStock(sql, id),
    async () => (bought.points > 0 ? await redeemPoints(points, id) : { ok: true }),
    () => chargeWallet(sql, id),
    () => confirmPurchase(sql, id),
  ]
  const { ok } = (await steps[bought.done]?.()) ?? { ok: false }
  bought.done = ok ? bought.done + 1 : -1
}

/** Completes what is confirmed, with its award booked, parked or dismissed, and undoes the rest. */
async function settle({ id, done, points }: Bought): Promise<void> {
  const { sql } = shop
  if (done < 4) {
    const compensation = await beginCompensation(sql, id, { status: 'cancelled' })
    expect(compensation.confirmed).toBe(false)
    await undoCharge(sql, id)
    if (points > 0) await undoRedemption(shop.points, id)
    await releaseStock(sql, id)
    await recordOutcome(sql, id, { status: 'cancelled' })
    return
  }
  const fate = Number.parseInt(id.slice(-1), 16) % 3
  if (fate === 0) await awardPoints(shop.points, { purchaseId: id })
  else await parkAward(shop.points, { purchaseId: id }, 'unavailable')
  if (fate === 2) await dismissAward(sql, id, 'test', 'test')
  await recordOutcome(sql, id, { status: 'completed' })
}
