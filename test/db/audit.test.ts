import postgres from 'postgres'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { redeemPoints } from '#activities/points.ts'
import { audit, CAMPAIGN_INVARIANTS, type Invariant } from '#db/audit.ts'
import { recordDiscrepancy } from '#db/discrepancies.ts'
import { POINTS_INVARIANTS } from '#db/points-audit.ts'
import {
  beginCompensation,
  chargeWallet,
  confirmPurchase,
  recordOutcome,
  releaseStock,
  reserveStock,
  undoCharge,
} from '#db/purchases.ts'
import { commandOf } from '#test/support/points-ledger.ts'
import { openShop, type Shop } from '#test/support/shop.ts'

const STOCK = 'stock on hand is the sum of its movements, and reserved stock is the sum of the open reservations'
const PRODUCT = 'a product stands as the last entry of its history says'
const WALLETS = 'a wallet holds the sum of its entries, and never less than nothing'
const TAGS = 'the tags of a user are those of the last change of them'
const COMPLETED =
  'a completed purchase sold each of its lines once, was paid once in money and points, and its award is settled'
const REVERSED = 'a purchase that was refused, cancelled or failed moved nothing in the end'
const REFUNDED =
  'refunds gave back what was paid for what came back, but for the value of awarded points that were spent, and points that were owed'
const TIMELINE = 'the timeline of a purchase has no gaps, and a settled one ends with its outcome'
const SETTLED = 'no purchase, refund or award waits for an operator because the books disagree with what was done'
const INVARIANTS = [STOCK, PRODUCT, WALLETS, TAGS, COMPLETED, REVERSED, REFUNDED, TIMELINE, SETTLED]

let shop: Shop
/** Who owns the tables may lift every protection: what is broken here is broken behind the application's back. */
let owner: postgres.Sql

beforeEach(async () => {
  shop = await openShop()
  owner = postgres(shop.migrateDatabaseUrl, { max: 1, onnotice: () => {} })
})
afterEach(async () => {
  await owner.end()
  await shop.close()
})

/**
 * One purchase of each kind: sold, refunded, undone after it was charged, refused before it moved anything, under way; and two of which one
 * piece came back, of which points have paid a part of one.
 */
async function booksWithSomeOfEverything() {
  await shop.addProduct({ id: 'air', priceMinor: 600, stock: 9 })
  await shop.addProduct({ id: 'ember', priceMinor: 250, stock: 9 })
  await shop.addWallet({ username: 'derick', balanceMinor: 10_000 })
  const [completed, cancelled, refused, underWay] = [await order(), await order(), await order(), await order()]
  await buy(completed)
  await reserveAndCharge(cancelled)
  await undo(cancelled)
  const refusal = { code: 'insufficient_funds', missingMinor: 1 } as const
  await recordOutcome(shop.sql, refused, { status: 'refused', refusal })
  await reserveAndCharge(underWay)
  const refunded = await order()
  await buy(refunded)
  await shop.refund(refunded)
  const [partly, partlyOfPoints] = [await order(), await order(20)]
  await buy(partly)
  await shop.ledger.execute({ accountId: 'derick', ...commandOf({ type: 'issue', amount: 20, ttlDays: 365 }) })
  await reserveStock(shop.sql, partlyOfPoints)
  await redeemPoints(shop.points, partlyOfPoints)
  await chargeWallet(shop.sql, partlyOfPoints)
  await confirmPurchase(shop.sql, partlyOfPoints)
  await shop.complete(partlyOfPoints)
  const onePiece = [{ productId: 'air', quantity: 1 }]
  await shop.refund(partly, onePiece)
  // Of the 20 points, 7 have paid for each air, and 3 for each ember.
  await shop.refund(partlyOfPoints, onePiece)
  return { completed, cancelled, refused, underWay, refunded, partly, partlyOfPoints }
}

async function order(points = 0): Promise<string> {
  const lines = ['air', 'ember'].map((productId) => ({ productId, quantity: 2 }))
  return await shop.order({ username: 'derick', lines, redeemPoints: points })
}

async function reserveAndCharge(purchaseId: string): Promise<void> {
  await reserveStock(shop.sql, purchaseId)
  await chargeWallet(shop.sql, purchaseId)
}

async function buy(purchaseId: string): Promise<void> {
  await shop.confirm(purchaseId)
  await shop.complete(purchaseId)
}

async function undo(purchaseId: string): Promise<void> {
  await beginCompensation(shop.sql, purchaseId, { status: 'cancelled' })
  await undoCharge(shop.sql, purchaseId)
  await releaseStock(shop.sql, purchaseId)
  await recordOutcome(shop.sql, purchaseId, { status: 'cancelled' })
}

/** Runs a statement against an append-only table as if its protection were not there. */
async function unprotected(table: string, change: (sql: postgres.TransactionSql) => Promise<unknown>): Promise<void> {
  await owner.begin(async (sql) => {
    await sql`alter table ${sql(table)} disable trigger append_only`
    await change(sql)
    await sql`alter table ${sql(table)} enable trigger append_only`
  })
}

/** Has the refund of a purchase have given back so much more, in all books of money. */
async function giveBack(purchaseId: string, moreMinor: number): Promise<void> {
  await unprotected(
    'wallet_entries',
    (sql) => sql`
      update wallet_entries set amount_minor = amount_minor + ${moreMinor}
      where reference = ${purchaseId} and reason = 'refund'`,
  )
  await owner`update wallets set balance_minor = balance_minor + ${moreMinor}`
  await owner`
    update purchases set refund = refund || jsonb_build_object('amountMinor', (refund -> 'amountMinor')::bigint + ${moreMinor}::bigint)
    where id = ${purchaseId}`
}

/** Those of points and of campaigns have their tests in points/audit.test.ts and campaigns/audit.test.ts. */
function aboutPurchases(invariants: Invariant[]): Invariant[] {
  const others = [...POINTS_INVARIANTS, ...CAMPAIGN_INVARIANTS]
  return invariants.filter(({ name }) => others.every((invariant) => invariant.name !== name))
}

test('the audit finds nothing in books that only the saga has written, and has looked at all of them', async () => {
  await booksWithSomeOfEverything()
  const report = await audit(shop.sql)
  expect(report.ok).toBe(true)
  const found = aboutPurchases(report.invariants)
  expect(found.map(({ name, checked, violations }) => [name, checked, violations])).toEqual([
    [STOCK, 2, []],
    [PRODUCT, 2, []],
    [WALLETS, 1, []],
    [TAGS, 1, []],
    [COMPLETED, 1, []],
    [REVERSED, 2, []],
    [REFUNDED, 3, []],
    [TIMELINE, 7, []],
    [SETTLED, 0, []],
  ])
})

test('the audit is not misled by entries whose reference, a key that clients choose, is the id of a purchase', async () => {
  const { completed } = await booksWithSomeOfEverything()
  await owner`
    with topped as (
      update wallets set balance_minor = balance_minor + 5, added_minor = added_minor + 5 where user_id = 'derick'
    )
    insert into wallet_entries (user_id, amount_minor, reason, reference, actor)
    values ('derick', 5, 'top_up', ${completed}, 'demo')`
  await owner`
    with delivered as (update products set on_hand = on_hand + 5 where id = 'air')
    insert into stock_movements (product_id, quantity, reason, reference, actor)
    values ('air', 5, 'adjustment', ${completed}, 'demo')`
  expect((await audit(shop.sql)).ok).toBe(true)
})

type Books = Awaited<ReturnType<typeof booksWithSomeOfEverything>>
type Damage = {
  what: string
  /** Every invariant that is broken by it, and no other. */
  breaks: string[]
  /** What the first violation must say to lead an operator to the place. */
  named: (books: Books) => Record<string, unknown>
  damage: (books: Books) => PromiseLike<unknown>
}

const damages: Damage[] = [
  {
    what: 'stock that nobody has delivered',
    breaks: [STOCK],
    named: () => ({ product: 'air', on_hand: 6, movements: 5 }),
    damage: () => owner`update products set on_hand = on_hand + 1 where id = 'air'`,
  },
  {
    what: 'a price that nobody has changed',
    breaks: [PRODUCT],
    named: () => ({ product: 'air', version: 1, entries: 1 }),
    damage: () => owner`update products set price_minor = price_minor + 1 where id = 'air'`,
  },
  ...['categories', 'tags'].map((labels) => ({
    what: `${labels} of a product that were changed past its history`,
    breaks: [PRODUCT],
    named: () => ({ product: 'air', version: 1, entries: 1 }),
    damage: () => owner`update products set ${owner(labels)} = '{sale}' where id = 'air'`,
  })),
  {
    what: 'tags of a user that nobody gave',
    breaks: [TAGS],
    named: () => ({ user: 'derick', tags: ['vip'], changed_to: null }),
    damage: () => owner`update users set tags = '{vip}'`,
  },
  {
    what: 'a movement that did not reach the stock',
    breaks: [STOCK],
    named: () => ({ product: 'ember', on_hand: 3, movements: 8 }),
    damage: () => owner`
      insert into stock_movements (product_id, quantity, reason, reference, actor)
      values ('ember', 5, 'adjustment', 'delivery', 'test')`,
  },
  {
    what: 'stock that stays reserved for nobody',
    breaks: [STOCK],
    named: () => ({ product: 'air', reserved: 3, reservations: 2 }),
    damage: () => owner`update products set reserved = reserved + 1 where id = 'air'`,
  },
  {
    what: 'a reservation that was forgotten in the stock',
    breaks: [STOCK],
    named: () => ({ product: 'air', reserved: 0, reservations: 2 }),
    damage: () => owner`update products set reserved = 0 where id = 'air'`,
  },
  {
    what: 'money that came from nowhere',
    breaks: [WALLETS],
    named: () => ({ username: 'derick', balance_minor: 4_531, entries: 4_530 }),
    damage: () => owner`update wallets set balance_minor = balance_minor + 1`,
  },
  {
    what: 'more money than ever came from outside',
    breaks: [WALLETS],
    named: () => ({ username: 'derick', added_minor: 10_001, added_entries: 10_000 }),
    damage: () => owner`update wallets set added_minor = added_minor + 1`,
  },
  {
    what: 'a charge without its entry',
    breaks: [WALLETS, COMPLETED],
    named: () => ({ username: 'derick', balance_minor: 4_530, entries: 6_230 }),
    damage: ({ completed }) =>
      unprotected('wallet_entries', (sql) => sql`delete from wallet_entries where reference = ${completed}`),
  },
  {
    what: 'a sale that was charged twice, with the second charge taken from the wallet',
    breaks: [COMPLETED],
    named: ({ completed }) => ({ purchase: completed, entries: 2, charged_minor: 3_400 }),
    damage: async ({ completed }) => {
      await owner`drop index wallet_entries_once`
      await owner`
        with entry as (
          insert into wallet_entries (user_id, amount_minor, reason, reference, actor)
          values ('derick', -1700, 'charge', ${completed}, 'test')
        )
        update wallets set balance_minor = balance_minor - 1700`
    },
  },
  {
    what: 'a sale that was charged, given back and charged again, so that the sums agree',
    breaks: [COMPLETED],
    named: ({ completed }) => ({ purchase: completed, entries: 3, charged_minor: 1_700 }),
    damage: async ({ completed }) => {
      await owner`drop index wallet_entries_once`
      await owner`
        insert into wallet_entries (user_id, amount_minor, reason, reference, actor) values
          ('derick', 1700, 'charge_undone', ${completed}, 'test'), ('derick', -1700, 'charge', ${completed}, 'test')`
    },
  },
  {
    what: 'a line that left the stock, came back and left again, so that the sums agree',
    breaks: [COMPLETED],
    named: ({ completed }) => ({ purchase: completed, movements: 4, sold: 4 }),
    damage: async ({ completed }) => {
      await owner`drop index stock_movements_once`
      await owner`
        insert into stock_movements (product_id, quantity, reason, reference, refund, actor)
        values ('air', 2, 'return', ${completed}, 1, 'test'), ('air', -2, 'sale', ${completed}, null, 'test')`
    },
  },
  {
    what: 'a sale at another price than was charged',
    breaks: [COMPLETED],
    named: ({ completed }) => ({ purchase: completed, bill_minor: 1_701, charged_minor: 1_700 }),
    damage: ({ completed }) => owner`update purchases set total_minor = total_minor + 1 where id = ${completed}`,
  },
  {
    what: 'a line that was paid and left the stock by another quantity',
    breaks: [STOCK, COMPLETED],
    named: () => ({ product: 'air', on_hand: 5, movements: 6 }),
    damage: ({ completed }) =>
      unprotected(
        'stock_movements',
        (sql) => sql`update stock_movements set quantity = -1 where reference = ${completed} and product_id = 'air'`,
      ),
  },
  {
    what: 'a sale whose reservation is not marked as sold',
    breaks: [COMPLETED],
    named: ({ completed }) => ({ purchase: completed, sold_lines: 1 }),
    damage: ({ completed }) => owner`
      update stock_reservations set state = 'released' where purchase_id = ${completed} and product_id = 'air'`,
  },
  {
    what: 'a cancelled purchase whose money was kept, in wallet and entries alike',
    breaks: [REVERSED],
    named: ({ cancelled }) => ({ purchase: cancelled, charged_minor: 1_700 }),
    damage: async ({ cancelled }) => {
      await unprotected(
        'wallet_entries',
        (sql) => sql`delete from wallet_entries where reference = ${cancelled} and reason = 'charge_undone'`,
      )
      await owner`update wallets set balance_minor = balance_minor - 1700`
    },
  },
  {
    what: 'a refused purchase that took something out of the stock',
    breaks: [REVERSED],
    named: ({ refused }) => ({ purchase: refused, sold: 1 }),
    damage: ({ refused }) => owner`
      with movement as (
        insert into stock_movements (product_id, quantity, reason, reference, actor)
        values ('air', -1, 'sale', ${refused}, 'test')
      )
      update products set on_hand = on_hand - 1 where id = 'air'`,
  },
  {
    what: 'a cancelled purchase that keeps its reservation',
    breaks: [REVERSED],
    named: ({ cancelled }) => ({ purchase: cancelled, reserved: 2 }),
    damage: ({ cancelled }) => owner`
      with reservation as (
        update stock_reservations set state = 'reserved' where purchase_id = ${cancelled} and product_id = 'air'
      )
      update products set reserved = reserved + 2 where id = 'air'`,
  },
  {
    what: 'a refund that says it gave more than it did',
    breaks: [REFUNDED],
    named: ({ refunded }) => ({ purchase: refunded, bill_minor: 1_700, charged_minor: 0 }),
    damage: ({ refunded }) => owner`
      update purchases set refund = refund || '{"amountMinor": 1701}' where id = ${refunded}`,
  },
  ...['withheldMinor', 'shortfallMinor', 'pointsTakenBack', 'pointsSpent', 'pointsReturned', 'pointsWithheld'].map(
    (figure) => ({
      what: `a refund whose ${figure} is not what the ledger says`,
      breaks: [REFUNDED],
      named: ({ refunded }: Books) => ({ purchase: refunded }),
      damage: ({ refunded }: Books) => owner`
      update purchases set refund = refund || jsonb_build_object(${figure}::text, 5) where id = ${refunded}`,
    }),
  ),
  {
    what: 'a refund whose money never arrived',
    breaks: [WALLETS, REFUNDED],
    named: () => ({ username: 'derick', balance_minor: 4_530, entries: 2_830 }),
    damage: ({ refunded }) =>
      unprotected(
        'wallet_entries',
        (sql) => sql`delete from wallet_entries where reference = ${refunded} and reason = 'refund'`,
      ),
  },
  {
    what: 'a refund of a part that gave back more than was paid for that, in wallet, entries and purchase alike',
    breaks: [REFUNDED],
    named: ({ partly }) => ({ purchase: partly, returned_minor: 601, worth_back_minor: 600 }),
    damage: ({ partly }) => giveBack(partly, 1),
  },
  {
    what: 'a refund of a part that gave back less than was paid for that, in wallet, entries and purchase alike',
    breaks: [REFUNDED],
    named: ({ partly }) => ({ purchase: partly, returned_minor: 599, worth_back_minor: 600 }),
    damage: ({ partly }) => giveBack(partly, -1),
  },
  ...[1, -1].map((minor) => ({
    what: `a refund of a part that points have paid a part of which gave back ${minor} cent more than money had paid for it`,
    breaks: [REFUNDED],
    named: ({ partlyOfPoints }: Books) => ({
      purchase: partlyOfPoints,
      back_minor: 530 + minor,
      due_minor: 530,
      back_points: 7,
      due_points: 7,
    }),
    damage: ({ partlyOfPoints }: Books) => giveBack(partlyOfPoints, minor),
  })),
  {
    what: 'a refund of which a reservation of another product says that it came back, so that the sums agree',
    breaks: [REFUNDED],
    named: ({ partly }) => ({ purchase: partly, misplaced: ['air', 'ember'] }),
    damage: ({ partly }) => owner`
      update stock_reservations set returned = case product_id when 'ember' then 1 else 0 end where purchase_id = ${partly}`,
  },
  {
    what: 'a refund that put another product back into the stock, so that the sums agree',
    breaks: [REFUNDED],
    named: ({ partlyOfPoints }) => ({ purchase: partlyOfPoints, misplaced: ['air', 'ember'] }),
    damage: async ({ partlyOfPoints }) => {
      await unprotected(
        'stock_movements',
        (sql) => sql`
          update stock_movements set product_id = 'ember' where reference = ${partlyOfPoints} and reason = 'return'`,
      )
      await owner`update products set on_hand = on_hand + case id when 'ember' then 1 else -1 end`
    },
  },
  {
    what: 'a purchase that is not there any more, for its saga to go on with',
    breaks: [SETTLED],
    named: () => ({ saga: 'purchase', problem: 'it does not exist' }),
    damage: () =>
      recordDiscrepancy(shop.sql, { id: crypto.randomUUID(), saga: 'purchase', problem: 'it does not exist' }),
  },
  {
    what: 'an outcome that was rewritten afterwards',
    breaks: [REVERSED, TIMELINE],
    named: ({ completed }) => ({ purchase: completed, status: 'refused', charged_minor: 1_700 }),
    damage: ({ completed }) => owner`update purchases set status = 'refused' where id = ${completed}`,
  },
  {
    what: 'an event of a purchase that got lost',
    breaks: [TIMELINE],
    named: ({ underWay }) => ({ purchase: underWay, event_seq: 3, events: 2 }),
    damage: ({ underWay }) =>
      unprotected(
        'purchase_events',
        (sql) => sql`delete from purchase_events where purchase_id = ${underWay} and step = 'chargeWallet'`,
      ),
  },
]

describe('the audit reports', () => {
  test.each(damages)('$what, and what it is about', async ({ breaks, named, damage }) => {
    const books = await booksWithSomeOfEverything()
    await damage(books)
    const report = await audit(shop.sql)
    expect(report.ok).toBe(false)
    const broken = report.invariants.filter(({ violations }) => violations.length > 0)
    expect(broken.map(({ name }) => name)).toEqual(breaks)
    expect(asText(broken[0]?.violations[0])).toMatchObject(asText(named(books)))
  })

  test('each invariant it knows: none is there that these tests have not broken', async () => {
    const { invariants } = await audit(shop.sql)
    expect(aboutPurchases(invariants).map(({ name }) => name)).toEqual(INVARIANTS)
    expect(new Set(damages.flatMap(({ breaks }) => breaks))).toEqual(new Set(INVARIANTS))
  })
})

/** Sums arrive as numbers or as text, by their type in Postgres; operators read both alike. */
function asText(violation: Record<string, unknown> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(violation).map(([key, value]) => [key, String(value)]))
}

test('the audit sees purchases that move on meanwhile wholly or not at all', async () => {
  await shop.addProduct({ id: 'air', priceMinor: 6, stock: 1_000 })
  await shop.addProduct({ id: 'ember', priceMinor: 2, stock: 1_000 })
  await shop.addWallet({ username: 'derick', balanceMinor: 10_000 })
  let buying = true
  const buyers = Array.from({ length: 8 }, async (_, buyer) => {
    for (let round = 0; round < 25; round++) {
      const purchaseId = await order()
      if (buyer % 2 === 0) await buy(purchaseId)
      else {
        await reserveAndCharge(purchaseId)
        await undo(purchaseId)
      }
    }
  })
  const bought = Promise.all(buyers).finally(() => {
    buying = false
  })
  let audits = 0
  while (buying) {
    expect(await shop.brokenInvariants()).toEqual([])
    audits += 1
  }
  await bought
  expect(audits).toBeGreaterThan(3)
})
