import { randomUUID } from 'node:crypto'
import { v7 as uuidv7 } from 'uuid'
import { audit } from '#db/audit.ts'
import { addMissingCampaigns } from '#db/campaigns/write.ts'
import { type Database, openDatabase } from '#db/client.ts'
import { openPurchase } from '#db/open-purchase.ts'
import { createPointsLedger } from '#db/points/ledger.ts'
import { awardPoints, takeBackAward } from '#db/purchase-award.ts'
import { recordOutcome } from '#db/purchase-outcome.ts'
import { undoRedemption } from '#db/purchase-points.ts'
import { openRefund, recordRefunded, returnMoney, returnStock } from '#db/refund-purchase.ts'
import type { PurchaseLine, PurchaseStatus } from '#domain/purchase.ts'
import { SAMPLE_CAMPAIGNS } from '#scripts/sample-data.ts'
import { createTestDatabase } from './test-database.ts'

export type Shop = Awaited<ReturnType<typeof openShop>>

/** A database of its own with the things that tests buy and the people who buy them. */
export async function openShop(options: { connections?: number; sampleCampaign?: boolean } = {}) {
  const { databaseUrl, migrateDatabaseUrl, drop } = await createTestDatabase()
  const sql = openDatabase({
    databaseUrl,
    applicationName: 'unicorn-test',
    maxConnections: options.connections ?? 20,
    // Tests hold rows, to have attempts overlap, for as long as a busy machine takes.
    lockTimeoutMs: 10_000,
  })
  const ledger = createPointsLedger(sql)
  if (options.sampleCampaign ?? true) await addMissingCampaigns(sql, SAMPLE_CAMPAIGNS, 'test')
  return {
    sql,
    databaseUrl,
    migrateDatabaseUrl,
    addProduct: (product: NewProduct) => addProduct(sql, product),
    addWallet: (wallet: NewWallet) => addWallet(sql, wallet),
    order: (order: Order) => placeOrder(sql, order),
    ledger,
    /** What the workflow does for a purchase that stands. */
    complete: async (purchaseId: string) => {
      await awardPoints(sql, ledger, purchaseId, 365)
      await recordOutcome(sql, purchaseId, { status: 'completed' })
    },
    /** What the refund workflow does. */
    refund: async (purchaseId: string) => {
      await openRefund(sql, purchaseId, 'test')
      const award = await takeBackAward(sql, ledger, purchaseId)
      await undoRedemption(sql, ledger, purchaseId)
      await returnStock(sql, purchaseId)
      await returnMoney(sql, purchaseId, award)
      await recordRefunded(sql, purchaseId)
    },
    purchase: (purchaseId: string) => readPurchase(sql, purchaseId),
    timeline: (purchaseId: string) => readTimeline(sql, purchaseId),
    stock: (productId: string) => readStock(sql, productId),
    balance: (username: string) => readBalance(sql, username),
    /** Everything the audit has against the books; an empty list is what tests expect. */
    brokenInvariants: async () => (await audit(sql)).invariants.filter(({ violations }) => violations.length > 0),
    async close() {
      await sql.end({ timeout: 5 })
      await drop()
    },
  }
}

type Order = { username: string; lines: PurchaseLine[]; expectedTotalMinor?: number; redeemPoints?: number }

type NewProduct = { id?: string; priceMinor: number; stock: number }

/** @returns its id */
async function addProduct(sql: Database, { id = `product-${randomUUID()}`, priceMinor, stock }: NewProduct) {
  await sql`
    with product as (
      insert into products (id, name, price_minor, on_hand) values (${id}, ${`Product ${id}`}, ${priceMinor}, ${stock})
    )
    insert into stock_movements (product_id, quantity, reason, reference, actor)
    select ${id}, ${stock}, 'initial', 'test', 'test' where ${stock}::bigint > 0`
  return id
}

type NewWallet = { username?: string; balanceMinor: number }

/** @returns whose it is. Names are not used again elsewhere: Temporal, which can be asked for them, is shared by all tests */
async function addWallet(sql: Database, { username = `buyer-${randomUUID()}`, balanceMinor }: NewWallet) {
  await sql`
    with wallet as (
      insert into wallets (username, balance_minor) values (${username}, ${balanceMinor})
    )
    insert into wallet_entries (username, amount_minor, reason, reference, actor)
    select ${username}, ${balanceMinor}, 'opening', 'test', 'test' where ${balanceMinor}::bigint > 0`
  return username
}

/** Writes a purchase down without starting its workflow. */
async function placeOrder(sql: Database, order: Order): Promise<string> {
  const purchaseId = uuidv7()
  const opened = await openPurchase(sql, {
    ...order,
    purchaseId,
    scope: order.username,
    idempotencyKey: purchaseId,
    requestHash: 'test',
    pointValueMinor: 10,
  })
  if (!opened.ok) throw new Error(`the test's order was not taken: ${opened.problem}`)
  return opened.purchaseId
}

async function readPurchase(sql: Database, purchaseId: string) {
  const [row] = await sql<
    { status: PurchaseStatus; code: string | null; detail: unknown; totalMinor: number | null }[]
  >`
    select status, code, detail, total_minor as "totalMinor" from purchases where id = ${purchaseId}`
  if (!row) throw new Error(`no purchase ${purchaseId}`)
  return row
}

/** `step state` in the order in which it happened. */
async function readTimeline(sql: Database, purchaseId: string): Promise<string[]> {
  const rows = await sql<{ line: string }[]>`
    select step || ' ' || state as line from purchase_events where purchase_id = ${purchaseId} order by seq`
  return rows.map((row) => row.line)
}

async function readStock(sql: Database, productId: string): Promise<{ onHand: number; reserved: number }> {
  const [row] = await sql<{ onHand: number; reserved: number }[]>`
    select on_hand as "onHand", reserved from products where id = ${productId}`
  if (!row) throw new Error(`no product ${productId}`)
  return row
}

async function readBalance(sql: Database, username: string): Promise<number> {
  const [row] = await sql<
    { balance: number }[]
  >`select balance_minor as balance from wallets where username = ${username}`
  if (!row) throw new Error(`no wallet of ${username}`)
  return row.balance
}
