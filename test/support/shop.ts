import { randomUUID } from 'node:crypto'
import { v7 as uuidv7 } from 'uuid'
import { awardPoints } from '#activities/points.ts'
import { returnMoney, returnPoints, takeBackAward } from '#activities/refunds.ts'
import { audit } from '#db/audit.ts'
import { addMissingCampaigns, readGrantsTakenBack } from '#db/campaigns.ts'
import { type Database, openDatabase } from '#db/client.ts'
import { call } from '#db/functions.ts'
import { addMissingProducts, updateProduct } from '#db/products.ts'
import { chargeWallet, confirmPurchase, openPurchase, recordOutcome, reserveStock } from '#db/purchases.ts'
import { openRefund, recordRefunded, returnStock } from '#db/refunds.ts'
import { addMissingUsers, createWallet, findUser } from '#db/wallets.ts'
import type { PurchaseLine, PurchaseStatus } from '#domain/purchase.ts'
import { createPointsLedger } from '#ledger/ledger.ts'
import { sampleCampaigns } from '#scripts/seed.ts'
import { createTestDatabase } from './test-database.ts'

export type Shop = Awaited<ReturnType<typeof openShop>>

export type ShopOptions = {
  connections?: number
  sampleCampaign?: boolean
  /** Users get ids that mean nothing, as from the API. Else their id is their name, as of sample users. */
  opaqueIds?: boolean
}

/** A database of its own with the things that tests buy and the people who buy them. */
export async function openShop(options: ShopOptions = {}) {
  const { databaseUrl, migrateDatabaseUrl, drop } = await createTestDatabase()
  const sql = openDatabase({
    databaseUrl,
    applicationName: 'unicorn-test',
    maxConnections: options.connections ?? 20,
    // Tests hold rows, to have attempts overlap, for as long as a busy machine takes.
    lockTimeoutMs: 10_000,
  })
  const ledger = createPointsLedger(sql, { alsoCommits: readGrantsTakenBack })
  const points = { sql, ledger, pointsTtlDays: 365 }
  if (options.sampleCampaign ?? true) await addMissingCampaigns(sql, sampleCampaigns({ digits: 2 }), 'test')
  return {
    sql,
    databaseUrl,
    migrateDatabaseUrl,
    addProduct: (product: NewProduct) => addProduct(sql, product),
    addWallet: (wallet: NewWallet) => addWallet(sql, wallet, options.opaqueIds ?? false),
    order: (order: Order) => placeOrder(sql, order),
    /** A user without a wallet, whose id is the name: somebody who only has points. */
    addUser: (username: string) => call<string>(sql, 'open_user', { new_id: username, name: username }),
    idOf: async (username: string) => (await findUser(sql, username)) ?? '',
    ledger,
    /** For activities that are called without a worker. */
    points,
    /** What the workflow does for a purchase that is paid with money alone, up to its confirmation. */
    confirm: async (purchaseId: string) => {
      await reserveStock(sql, purchaseId)
      await chargeWallet(sql, purchaseId)
      await confirmPurchase(sql, purchaseId)
    },
    /** What the workflow does for a purchase that stands. */
    complete: async (purchaseId: string) => {
      await awardPoints(points, { purchaseId })
      await recordOutcome(sql, purchaseId, { status: 'completed' })
    },
    askForRefund: (purchaseId: string, lines?: PurchaseLine[]) => askForRefund(sql, purchaseId, lines),
    /** What the refund workflow does for one refund: of some lines, or of all that is left. */
    refund: async (purchaseId: string, lines?: PurchaseLine[]) => {
      const which = { purchaseId, refund: await askForRefund(sql, purchaseId, lines) }
      const award = await takeBackAward(points, which)
      const redeemed = await returnPoints(points, which)
      await returnStock(sql, purchaseId, which.refund)
      const given = await returnMoney(points, { ...which, award, redeemed })
      await recordRefunded(sql, purchaseId, which.refund)
      return given
    },
    purchase: (purchaseId: string) => readPurchase(sql, purchaseId),
    timeline: (purchaseId: string) => readTimeline(sql, purchaseId),
    stock: (productId: string) => readStock(sql, productId),
    setPrice: (id: string, priceMinor: number) =>
      updateProduct(sql, aRequest(), { id, changes: { priceMinor }, actor: 'test' }),
    balance: (username: string) => readBalance(sql, username),
    /** Everything the audit has against the books; an empty list is what tests expect. */
    brokenInvariants: async () => (await audit(sql)).invariants.filter(({ violations }) => violations.length > 0),
    /** Changes what the application may not, as the owner of the tables. */
    asOwner: async (change: (sql: Database) => Promise<unknown>) => {
      const owner = openDatabase({
        databaseUrl: migrateDatabaseUrl,
        applicationName: 'unicorn-test',
        maxConnections: 1,
      })
      await change(owner).finally(() => owner.end({ timeout: 5 }))
    },
    async close() {
      await sql.end({ timeout: 5 })
      await drop()
    },
  }
}

/** A request with this key; left out, with one of its own. */
export function aRequest(key: string = randomUUID()) {
  return { scope: 'test', key, requestHash: '' }
}

type Order = { username: string; lines: PurchaseLine[]; expectedTotalMinor?: number; redeemPoints?: number }

type NewProduct = { id?: string; priceMinor: number; stock: number }

/** @returns its id */
async function addProduct(sql: Database, { id = `product-${randomUUID()}`, priceMinor, stock }: NewProduct) {
  await addMissingProducts(sql, [{ id, name: `Product ${id}`, description: '', image: '', priceMinor, stock }])
  return id
}

type NewWallet = { username?: string; balanceMinor: number }

/**
 * @returns the name of the new user. Names are not used again elsewhere: Temporal, which can be asked for them, is shared by all tests
 */
async function addWallet(
  sql: Database,
  { username = `buyer-${randomUUID()}`, balanceMinor }: NewWallet,
  opaqueId: boolean,
) {
  if (opaqueId) await createWallet(sql, aRequest(), { username, balanceMinor, adopt: true, actor: 'test' })
  else await addMissingUsers(sql, [{ username, balanceMinor }])
  return username
}

/** Writes a refund down without starting its workflow. @returns its number */
async function askForRefund(sql: Database, purchaseId: string, lines?: PurchaseLine[]): Promise<number> {
  const opened = await openRefund(sql, { purchaseId, actor: 'test', ...(lines && { lines, request: aRequest() }) })
  if (opened.result !== 'done') throw new Error(`the test's refund was not taken: ${JSON.stringify(opened)}`)
  return Number(opened.resource)
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
    actor: 'test',
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
  const [row] = await sql<{ balance: number }[]>`
    select balance_minor as balance from wallets where user_id = (select id from users where username = ${username})`
  if (!row) throw new Error(`no wallet of ${username}`)
  return row.balance
}
