import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  beginCompensation,
  chargeWallet,
  confirmPurchase,
  recordOutcome,
  releaseStock,
  reserveStock,
  undoCharge,
} from '#db/purchases.ts'

import { openShop, type Shop } from '#test/support/shop.ts'

let shop: Shop
let run = 0
/** Names of this test's own product and buyer. */
let product: string
let buyer: string

beforeAll(async () => {
  shop = await openShop({ connections: 60 })
})
afterAll(async () => {
  const broken = await shop.brokenInvariants()
  await shop.close()
  expect(broken).toEqual([])
})
beforeEach(() => {
  run += 1
  product = `product-${run}`
  buyer = `buyer-${run}`
})

async function aPurchase(options: { stock: number; balanceMinor: number; quantity?: number }) {
  await shop.addProduct({ id: product, priceMinor: 1000, stock: options.stock })
  await shop.addWallet({ username: buyer, balanceMinor: options.balanceMinor })
  return await shop.order({ username: buyer, lines: [{ productId: product, quantity: options.quantity ?? 1 }] })
}

/** As the workflow leaves a purchase behind: undone, and settled. */
async function giveUp(purchaseId: string) {
  await undoCharge(shop.sql, purchaseId)
  await releaseStock(shop.sql, purchaseId)
  await recordOutcome(shop.sql, purchaseId, { status: 'cancelled' })
}

describe('a step', () => {
  test('reserves all lines or none, and says what is available of each that is short', async () => {
    await shop.addProduct({ id: `${product}-a`, priceMinor: 100, stock: 5 })
    await shop.addProduct({ id: `${product}-b`, priceMinor: 100, stock: 2 })
    await shop.addProduct({ id: `${product}-c`, priceMinor: 100, stock: 0 })
    await shop.addWallet({ username: buyer, balanceMinor: 0 })
    const lines = ['a', 'b', 'c'].map((name) => ({ productId: `${product}-${name}`, quantity: 3 }))
    const purchaseId = await shop.order({ username: buyer, lines })

    expect(await reserveStock(shop.sql, purchaseId)).toEqual({
      ok: false,
      refusal: {
        code: 'out_of_stock',
        short: [
          { productId: `${product}-b`, requested: 3, available: 2 },
          { productId: `${product}-c`, requested: 3, available: 0 },
        ],
      },
    })
    expect(await shop.stock(`${product}-a`)).toEqual({ onHand: 5, reserved: 0 })
  })

  test('freezes the price: a later price change does not reach the charge', async () => {
    const purchaseId = await aPurchase({ stock: 1, balanceMinor: 5000 })
    await reserveStock(shop.sql, purchaseId)
    await shop.setPrice(product, 4000)
    await chargeWallet(shop.sql, purchaseId)
    expect(await shop.balance(buyer)).toBe(4000)
    await giveUp(purchaseId)
  })

  test('refuses a total that the buyer did not expect, and reserves nothing', async () => {
    await shop.addProduct({ id: product, priceMinor: 1000, stock: 2 })
    await shop.addWallet({ username: buyer, balanceMinor: 5000 })
    const lines = [{ productId: product, quantity: 2 }]
    const purchaseId = await shop.order({ username: buyer, lines, expectedTotalMinor: 1999 })
    expect(await reserveStock(shop.sql, purchaseId)).toEqual({
      ok: false,
      refusal: { code: 'price_changed', expectedMinor: 1999, totalMinor: 2000 },
    })
    expect(await shop.stock(product)).toEqual({ onHand: 2, reserved: 0 })
  })

  test('refuses a charge that the wallet cannot pay, and says what is missing', async () => {
    const purchaseId = await aPurchase({ stock: 1, balanceMinor: 999 })
    await reserveStock(shop.sql, purchaseId)
    expect(await chargeWallet(shop.sql, purchaseId)).toEqual({
      ok: false,
      refusal: { code: 'insufficient_funds', missingMinor: 1 },
    })
    expect(await shop.balance(buyer)).toBe(999)
    await giveUp(purchaseId)
  })

  test('that is repeated gives its first answer and does nothing', async () => {
    const purchaseId = await aPurchase({ stock: 3, balanceMinor: 5000 })
    const reserved = await reserveStock(shop.sql, purchaseId)
    const charged = await chargeWallet(shop.sql, purchaseId)
    await confirmPurchase(shop.sql, purchaseId)

    expect(await reserveStock(shop.sql, purchaseId)).toEqual(reserved)
    expect(await chargeWallet(shop.sql, purchaseId)).toEqual(charged)
    await confirmPurchase(shop.sql, purchaseId)
    await shop.complete(purchaseId)

    expect(await shop.stock(product)).toEqual({ onHand: 2, reserved: 0 })
    expect(await shop.balance(buyer)).toBe(4000)
  })

  test('cannot happen after its undo, although it never happened before', async () => {
    const purchaseId = await aPurchase({ stock: 1, balanceMinor: 5000 })
    await undoCharge(shop.sql, purchaseId)
    await releaseStock(shop.sql, purchaseId)
    await expect(reserveStock(shop.sql, purchaseId)).rejects.toMatchObject({ code: 'US001' })
    expect(await shop.stock(product)).toEqual({ onHand: 1, reserved: 0 })
    await giveUp(purchaseId)
  })

  test('cannot confirm what is not charged', async () => {
    const purchaseId = await aPurchase({ stock: 1, balanceMinor: 5000 })
    await reserveStock(shop.sql, purchaseId)
    await expect(confirmPurchase(shop.sql, purchaseId)).rejects.toThrow('what it builds on is missing')
    await giveUp(purchaseId)
  })
})

describe('an outcome', () => {
  test('stands once it is written: a later one changes nothing', async () => {
    const purchaseId = await aPurchase({ stock: 1, balanceMinor: 5000 })
    expect(await recordOutcome(shop.sql, purchaseId, { status: 'cancelled' })).toBe('cancelled')
    expect(await recordOutcome(shop.sql, purchaseId, { status: 'completed' })).toBe('cancelled')
    expect(await shop.timeline(purchaseId)).toEqual(['purchase running', 'purchase cancelled'])
  })

  test('is never an undo once the purchase is confirmed, and never a confirmation once the undo began', async () => {
    const stands = await aPurchase({ stock: 2, balanceMinor: 5000 })
    await reserveStock(shop.sql, stands)
    await chargeWallet(shop.sql, stands)
    await confirmPurchase(shop.sql, stands)
    expect(await beginCompensation(shop.sql, stands, { status: 'cancelled' })).toEqual({ confirmed: true })
    await shop.complete(stands)

    const falls = await shop.order({ username: buyer, lines: [{ productId: product, quantity: 1 }] })
    await reserveStock(shop.sql, falls)
    await chargeWallet(shop.sql, falls)
    const reason = { status: 'cancelled' } as const
    expect(await beginCompensation(shop.sql, falls, reason)).toMatchObject({ confirmed: false, reason })
    await expect(confirmPurchase(shop.sql, falls)).rejects.toMatchObject({ code: 'US001' })
    await giveUp(falls)
  })

  test('keeps the first reason for the undo', async () => {
    const purchaseId = await aPurchase({ stock: 1, balanceMinor: 5000 })
    await beginCompensation(shop.sql, purchaseId, { status: 'cancelled' })
    const second = await beginCompensation(shop.sql, purchaseId, { status: 'failed', code: 'interrupted' })
    expect(second).toMatchObject({ confirmed: false, reason: { status: 'cancelled' } })
    await giveUp(purchaseId)
  })
})

describe('many at once', () => {
  test('200 buyers of the last units get as many sales as there are units', async () => {
    await shop.addProduct({ id: product, priceMinor: 1, stock: 7 })
    await shop.addWallet({ username: buyer, balanceMinor: 1000 })
    const lines = [{ productId: product, quantity: 1 }]
    const sold = await Promise.all(
      Array.from({ length: 200 }, () => shop.order({ username: buyer, lines }).then(buyInOneGo)),
    )
    expect(sold.filter((ok) => ok)).toHaveLength(7)
    expect(await shop.stock(product)).toEqual({ onHand: 0, reserved: 0 })
    expect(await shop.balance(buyer)).toBe(993)
  })

  test('a wallet that is charged from many sides never goes below zero', async () => {
    await shop.addProduct({ id: product, priceMinor: 300, stock: 1000 })
    await shop.addWallet({ username: buyer, balanceMinor: 1000 })
    const lines = [{ productId: product, quantity: 1 }]
    const sold = await Promise.all(
      Array.from({ length: 60 }, () => shop.order({ username: buyer, lines }).then(buyInOneGo)),
    )
    expect(sold.filter((ok) => ok)).toHaveLength(3)
    expect(await shop.balance(buyer)).toBe(100)
  })

  test('lines bought in opposite order by many end without a deadlock', async () => {
    await shop.addWallet({ username: buyer, balanceMinor: 1_000_000 })
    const products = Array.from({ length: 12 }, (_, index) => `${product}-${index}`)
    for (const id of products) await shop.addProduct({ id, priceMinor: 1, stock: 1000 })
    const upwards = products.map((productId) => ({ productId, quantity: 1 }))
    // Ordering is part of the race: the foreign keys of the lines lock the products, too.
    const sold = await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        const id = await shop.order({ username: buyer, lines: index % 2 ? upwards : upwards.toReversed() })
        return await (index % 5 ? buyInOneGo(id) : reserveAndGiveUp(id))
      }),
    )
    expect(sold.filter((ok) => ok)).toHaveLength(80)
    for (const id of products) expect(await shop.stock(id)).toEqual({ onHand: 920, reserved: 0 })
  })
})

/** The saga without its workflow. */
async function buyInOneGo(purchaseId: string): Promise<boolean> {
  const reserved = await reserveStock(shop.sql, purchaseId)
  const charged = reserved.ok ? await chargeWallet(shop.sql, purchaseId) : reserved
  if (!charged.ok && 'cancelled' in charged) throw new Error('nobody has asked to cancel')
  if (charged.ok) {
    await confirmPurchase(shop.sql, purchaseId)
    await shop.complete(purchaseId)
    return true
  }
  await undoCharge(shop.sql, purchaseId)
  await releaseStock(shop.sql, purchaseId)
  await recordOutcome(shop.sql, purchaseId, { status: 'refused', refusal: charged.refusal })
  return false
}

async function reserveAndGiveUp(purchaseId: string): Promise<boolean> {
  await reserveStock(shop.sql, purchaseId)
  await giveUp(purchaseId)
  return false
}
