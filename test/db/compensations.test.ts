import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { awardPoints, parkAward, redeemPoints, undoRedemption } from '#activities/points.ts'
import { dismissAward } from '#db/awards.ts'
import { listTransactions } from '#db/points.ts'
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
import type { Awarded } from '#domain/purchase.ts'
import { giving } from '#test/support/campaign-examples.ts'
import { type CampaignShop, openCampaignShop } from '#test/support/campaign-shop.ts'
import { commandOf } from '#test/support/points-ledger.ts'
import { aRequest } from '#test/support/shop.ts'

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
  await shop.addCampaign('capped', { rules: [giving('$.quantity * 7')] })
})
afterAll(async () => {
  const broken = await shop.brokenInvariants()
  await shop.close()
  expect(broken).toEqual([])
})

const extreme = (most: number) => fc.constantFrom(1, 2, Math.floor(most / 2), most - 1, most)

const caps = fc.record({
  totalPoints: fc.option(extreme(1_000)),
  pointsPerCustomer: fc.option(extreme(1_000)),
})

/** What requests can do to one user and two products, in any order. */
const action = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('order' as const),
      quantity: extreme(1000),
      /** Of the other product. */
      second: fc.option(fc.constantFrom(1, 1000), { nil: 0 }),
      points: fc.nat(3),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('carry on' as const), steps: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restock' as const), quantity: extreme(MAX_STOCK) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('take out' as const), quantity: extreme(MAX_STOCK) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('top up' as const), amount: extreme(MAX_TOP_UPS) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('issue' as const), amount: extreme(MAX_POINTS) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('spend' as const), amount: extreme(MAX_POINTS) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('expire' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('settle' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('refund' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('event' as const), quantity: extreme(1000), fate: fc.nat(2) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('reverse' as const), which: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cap' as const), caps }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reprice' as const), price: extreme(MAX_MONEY) }) },
)

type Action = typeof action extends fc.Arbitrary<infer One> ? One : never
/** `done`: how many of its steps; or what has become of it. */
type Bought = { id: string; done: number; points: number }

const SOLD = 4
const SETTLED = 5
const REFUNDED = 6

test('from any state that requests can make, every undo and every refund goes through', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        stock: extreme(MAX_STOCK),
        balance: extreme(MAX_MONEY),
        price: fc.oneof(extreme(MAX_MONEY), fc.constantFrom(1, 100)),
        caps,
      }),
      fc.array(action, { minLength: 4, maxLength: 40 }),
      async (start, actions) => {
        const who = await begin(start)
        const orders: Bought[] = []
        for (const one of actions) await act(who, orders, one)
        for (const bought of orders) if (bought.done < SETTLED) await settle(bought)
        for (const { id } of orders.filter(({ done }) => done === SETTLED).toReversed()) await shop.refund(id)
        for (const { id, done } of orders) {
          expect((await shop.purchase(id)).status).toBe(done >= SETTLED ? 'refunded' : 'cancelled')
        }
      },
    ),
    { numRuns: 150 },
  )
})

test('(those states had refunds of several lines, caps that held points back, and reversals by hand, of events, too)', async () => {
  const [reached] = await shop.sql`
    select
      (select count(*) from purchases p where status = 'refunded' and (select count(*) from purchase_lines where purchase_id = p.id) = 2) as refunds,
      (select count(*) from campaign_grants g join campaigns c on c.id = g.campaign_id where c.name = 'capped' and g.points < 0) as taken_back,
      (select count(*) from awards, jsonb_array_elements(evaluation -> 'campaigns') as one where one ->> 'points' <> one ->> 'earned') as capped,
      (select count(*) from points_events r join points_events e on e.transaction_id = r.reverses where e.reason = 'test') as reversed,
      (select count(*) from points_events r join points_events e on e.transaction_id = r.reverses where e.reason = 'event') as events`
  for (const [state, count] of Object.entries(reached ?? {})) expect(count, state).toBeGreaterThan(0)
})

/** Brings a purchase to the end of what there can be, and adds meanwhile what it took. */
async function soldAtTheLimit(): Promise<string> {
  const who = await begin({
    stock: MAX_STOCK,
    balance: MAX_TOP_UPS,
    price: MAX_MONEY,
    caps: { totalPoints: null, pointsPerCustomer: null },
  })
  const orders: Bought[] = []
  await act(who, orders, { do: 'order', quantity: 1000, second: 0, points: 0 })
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

type Who = { username: string; product: string; second: string; account: string }
type Caps = { totalPoints: number | null; pointsPerCustomer: number | null }
type Start = { stock: number; balance: number; price: number; caps: Caps }

async function begin({ stock, balance, price, caps }: Start): Promise<Who> {
  run += 1
  const [username, product, second] = [`buyer-${run}`, `product-${run}`, `another-${run}`]
  await createWallet(shop.sql, aRequest(), { username, balanceMinor: balance, adopt: false, actor: 'test' })
  for (const id of [product, second]) {
    const about = { id, name: id, description: '', priceMinor: price, stock, actor: 'test' }
    await createProduct(shop.sql, aRequest(), about)
  }
  await cap(caps)
  const account = (await readWallet(shop.sql, username))?.userId ?? ''
  return { username, product, second, account }
}

/** Leaves so many points to the campaign with caps from now on; none: it has no cap. */
async function cap({ totalPoints, pointsPerCustomer }: Caps): Promise<void> {
  const given = (await shop.given('capped')) ?? 0
  await shop.change('capped', {
    caps: { totalPoints: totalPoints === null ? null : given + totalPoints, pointsPerCustomer },
  })
}

async function act({ username, product, second, account }: Who, orders: Bought[], one: Action): Promise<void> {
  const { sql, ledger } = shop
  switch (one.do) {
    case 'order': {
      const { quantity, points } = one
      const lines = [{ productId: product, quantity }]
      if (one.second > 0) lines.push({ productId: second, quantity: one.second })
      const id = await shop.order({ username, lines, redeemPoints: points })
      orders.push({ id, done: 0, points })
      return
    }
    case 'carry on': {
      const next = orders.find(({ done }) => done >= 0 && done < SOLD)
      for (let step = 0; next && next.done >= 0 && next.done < SOLD && step < one.steps; step++) await advance(next)
      return
    }
    case 'settle': {
      const sold = orders.find(({ done }) => done === SOLD)
      if (sold) await settle(sold)
      return
    }
    case 'refund': {
      const settled = orders.find(({ done }) => done === SETTLED)
      if (!settled) return
      await shop.refund(settled.id)
      settled.done = REFUNDED
      return
    }
    case 'event': {
      const eventId = await shop.review(username, { quantity: one.quantity })
      await award({ eventId }, one.fate)
      return
    }
    case 'reverse': {
      // Those of a purchase come back by its refund, and are refused to requests.
      const all = await listTransactions(sql, { accountId: account, limit: 100 })
      const reversible = all.filter(
        ({ type, reason }) => ['issued', 'redeemed'].includes(type) && reason !== 'purchase',
      )
      const { id: reverses } = reversible[one.which % reversible.length] ?? {}
      if (reverses === undefined) return
      const answer = await ledger.execute({ accountId: account, ...commandOf({ type: 'reverse', reverses }) })
      if (!answer.ok) expect(answer.refusal.code).toBe('already_reversed')
      return
    }
    case 'cap':
      return await cap(one.caps)
    case 'restock':
    case 'take out': {
      const quantity = one.do === 'restock' ? one.quantity : -one.quantity
      await adjustStock(sql, aRequest(), { productId: product, quantity, note: 'test', actor: 'test' })
      return
    }
    case 'top up':
      await topUpWallet(sql, aRequest(), { username, amountMinor: one.amount, actor: 'test' })
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
async function settle(bought: Bought): Promise<void> {
  const { sql } = shop
  const { id, done, points } = bought
  if (done < SOLD) {
    const compensation = await beginCompensation(sql, id, { status: 'cancelled' })
    expect(compensation.confirmed).toBe(false)
    await undoCharge(sql, id)
    if (points > 0) await undoRedemption(shop.points, id)
    await releaseStock(sql, id)
    await recordOutcome(sql, id, { status: 'cancelled' })
    return
  }
  await award({ purchaseId: id }, Number.parseInt(id.slice(-1), 16) % 3)
  await recordOutcome(sql, id, { status: 'completed' })
  bought.done = SETTLED
}

/** `fate`: booked, parked, or parked and dismissed. */
async function award(awarded: Awarded, fate: number): Promise<void> {
  if (fate === 0) await awardPoints(shop.points, awarded)
  else await parkAward(shop.points, awarded, 'unavailable')
  if (fate === 2)
    await dismissAward(shop.sql, 'eventId' in awarded ? awarded.eventId : awarded.purchaseId, 'test', 'test')
}
