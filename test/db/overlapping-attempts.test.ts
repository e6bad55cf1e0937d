import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asImpossible, StepImpossible } from '#db/functions.ts'
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

/**
 * Temporal runs an activity again when its report is lost, and the lost attempt may still be under way: attempts of a step
 * overlap with each other and with the step's undo. Whatever the interleaving: one effect, or none.
 */

const product = 'overlap'
const buyer = 'overlap'
let shop: Shop

beforeAll(async () => {
  shop = await openShop({ connections: 40 })
  await shop.addProduct({ id: product, priceMinor: 100, stock: 100_000 })
  await shop.addWallet({ username: buyer, balanceMinor: 100_000_000 })
})
afterAll(async () => {
  await shop.close()
})

type Attempt = (purchaseId: string) => Promise<unknown>
const steps: Record<string, { forward: Attempt; undo: Attempt; before: Attempt[] }> = {
  reserveStock: {
    forward: (id) => reserveStock(shop.sql, id),
    undo: (id) => releaseStock(shop.sql, id),
    before: [],
  },
  chargeWallet: {
    forward: (id) => chargeWallet(shop.sql, id),
    undo: (id) => undoCharge(shop.sql, id),
    before: [(id) => reserveStock(shop.sql, id)],
  },
  confirmPurchase: {
    forward: (id) => confirmPurchase(shop.sql, id),
    undo: (id) => beginCompensation(shop.sql, id, { status: 'cancelled' }),
    before: [(id) => reserveStock(shop.sql, id), (id) => chargeWallet(shop.sql, id)],
  },
}

describe.each(Object.entries(steps))('%s', (name, { forward, undo, before }) => {
  test('that is attempted many times at once has one effect, and all attempts give the same answer', async () => {
    for (let round = 0; round < 15; round++) {
      const purchaseId = await prepared(before)
      const answers = await Promise.all(Array.from({ length: 6 }, () => forward(purchaseId)))
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
      expect(await effectsOf(purchaseId, name)).toEqual({ applied: 1, undone: 0 })
      await cleanUp(purchaseId)
    }
    expect(await shop.brokenInvariants()).toEqual([])
  })

  test('that overlaps with its undo ends with one effect undone, or with none', async () => {
    // Where in a crowd of attempts the undo comes, and how long after them: the seed is printed when a case fails.
    const interleaving = fc.record({
      attempts: fc.integer({ min: 1, max: 5 }),
      undos: fc.integer({ min: 1, max: 3 }),
      undoFirst: fc.boolean(),
      pauseMs: fc.integer({ min: 0, max: 6 }),
    })
    await fc.assert(
      fc.asyncProperty(interleaving, async ({ attempts, undos, undoFirst, pauseMs }) => {
        const purchaseId = await prepared(before)
        const crowd = () => Array.from({ length: attempts }, () => settleBarred(forward(purchaseId)))
        const undoing = () => Array.from({ length: undos }, () => undo(purchaseId))
        const first = undoFirst ? undoing() : crowd()
        if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
        const second = undoFirst ? crowd() : undoing()
        await Promise.all([...first, ...second])
        await expectOneFate(purchaseId, name)
        await cleanUp(purchaseId)
      }),
      { numRuns: 80 },
    )
    expect(await shop.brokenInvariants()).toEqual([])
  })
})

async function prepared(before: Attempt[]): Promise<string> {
  const purchaseId = await shop.order({ username: buyer, lines: [{ productId: product, quantity: 1 }] })
  for (const step of before) await step(purchaseId)
  return purchaseId
}

async function settleBarred(attempt: Promise<unknown>): Promise<void> {
  await attempt.catch((error: unknown) => {
    if (!(asImpossible(error) instanceof StepImpossible)) throw error
  })
}

/** How often the timeline says that the step happened, and was undone. */
async function effectsOf(purchaseId: string, name: string) {
  const timeline = await shop.timeline(purchaseId)
  const count = (state: string) => timeline.filter((line) => line === `${name} ${state}`).length
  return { applied: count('applied'), undone: count('undone') }
}

async function expectOneFate(purchaseId: string, name: string): Promise<void> {
  const { applied, undone } = await effectsOf(purchaseId, name)
  const [row] = await shop.sql<{ state: string }[]>`
    select state from saga_steps where purchase_id = ${purchaseId} and step = ${name}`
  // A confirmation is not undone: whichever of it and its bar came first stands.
  const fate = name === 'confirmPurchase' && applied === 1 ? 'applied' : 'undone'
  expect(row?.state).toBe(fate)
  expect(applied - undone).toBe(fate === 'applied' ? 1 : 0)
  expect(applied).toBeLessThanOrEqual(1)
}

/** Settles the purchase as its workflow would, so that the audit at the end sees the whole of it. */
async function cleanUp(purchaseId: string): Promise<void> {
  const fate = await beginCompensation(shop.sql, purchaseId, { status: 'cancelled' })
  if (fate.confirmed) {
    await shop.complete(purchaseId)
    return
  }
  await undoCharge(shop.sql, purchaseId)
  await releaseStock(shop.sql, purchaseId)
  await recordOutcome(shop.sql, purchaseId, fate.reason)
}
