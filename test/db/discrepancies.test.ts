import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { returnMoney, returnPoints, takeBackAward } from '#activities/refunds.ts'
import { audit } from '#db/audit.ts'
import { listQuietEvents, recordExternalEvent, recordParked } from '#db/awards.ts'
import { listDiscrepancies, recordDiscrepancy, resolveDiscrepancy } from '#db/discrepancies.ts'
import { beginCompensation, listQuietPurchases, recordOutcome, releaseStock, undoCharge } from '#db/purchases.ts'
import { recordRefunded, returnStock } from '#db/refunds.ts'
import { readStuck } from '#db/stuck.ts'
import { SAGAS } from '#domain/purchase.ts'
import { aRequest, openShop, type Shop } from '#test/support/shop.ts'

/** Whatever is listed for operators and is unfinished: either it waits for them, and all that they look at says so, or it is carried out. */
let shop: Shop
let productId: string

beforeAll(async () => {
  shop = await openShop()
  productId = await shop.addProduct({ priceMinor: 600, stock: 100 })
  await shop.addWallet({ username: 'derick', balanceMinor: 1_000_000 })
})
afterAll(() => shop.close())

const running = (quantity = 1) => shop.order({ username: 'derick', lines: [{ productId, quantity }] })

async function completed(quantity?: number): Promise<string> {
  const purchaseId = await running(quantity)
  await shop.confirm(purchaseId)
  await shop.complete(purchaseId)
  return purchaseId
}

/** What the workflow does for a refund that was asked for. */
async function carryOut(purchaseId: string, refund: number): Promise<void> {
  const which = { purchaseId, refund }
  const award = await takeBackAward(shop.points, which)
  const redeemed = await returnPoints(shop.points, which)
  await returnStock(shop.sql, purchaseId, refund)
  await returnMoney(shop.points, { ...which, award, redeemed })
  await recordRefunded(shop.sql, purchaseId, refund)
}

async function pendingEvent(): Promise<string> {
  const eventId = crypto.randomUUID()
  const event = { type: 'Test', client: 'UnicornStore', username: 'derick', payload: {}, actor: 'test' }
  const request = aRequest(eventId)
  await recordExternalEvent(shop.sql, request, { ...event, eventId })
  return eventId
}

/** What there may be under an id, and which saga is unfinished then; in the order in which it comes to that. */
const STATES: Record<string, { unfinished?: string; make: () => Promise<string> }> = {
  'a purchase that is running': { unfinished: 'purchase', make: running },
  'a purchase that is compensating': {
    unfinished: 'purchase',
    make: async () => {
      const purchaseId = await running()
      await beginCompensation(shop.sql, purchaseId, { status: 'cancelled' })
      return purchaseId
    },
  },
  'a purchase that was undone': {
    make: async () => {
      const purchaseId = await running()
      await beginCompensation(shop.sql, purchaseId, { status: 'cancelled' })
      await undoCharge(shop.sql, purchaseId)
      await releaseStock(shop.sql, purchaseId)
      await recordOutcome(shop.sql, purchaseId, { status: 'cancelled' })
      return purchaseId
    },
  },
  'a completed purchase': { make: completed },
  'a purchase that is being refunded': {
    unfinished: 'refund',
    make: async () => {
      const purchaseId = await completed()
      await shop.askForRefund(purchaseId)
      return purchaseId
    },
  },
  'a refunded purchase': {
    make: async () => {
      const purchaseId = await completed()
      await shop.refund(purchaseId)
      return purchaseId
    },
  },
  'an event whose award is pending': { unfinished: 'award', make: pendingEvent },
  'an event whose award is parked': {
    make: async () => {
      const eventId = await pendingEvent()
      await recordParked(shop.sql, eventId, { points: 5, campaigns: [] }, 'unavailable')
      return eventId
    },
  },
}

const FOUND = SAGAS.flatMap((saga) => Object.keys(STATES).map((state) => ({ saga, state })))

describe('what is listed for operators', () => {
  test.each(FOUND)('about the saga "$saga" of $state', async ({ saga, state }) => {
    const { unfinished, make } = STATES[state] ?? { make: running }
    const id = await make()
    const isListed = async () => (await listDiscrepancies(shop.sql, { limit: 1000 })).some((one) => one.id === id)
    const isCarriedOut = async () => {
      const page = { quietForSeconds: 0, limit: 1000 }
      const purchases = await listQuietPurchases(shop.sql, page)
      const events = await listQuietEvents(shop.sql, page)
      return [...purchases.map(({ purchaseId }) => purchaseId), ...events.map(({ eventId }) => eventId)].includes(id)
    }
    expect([await isListed(), await isCarriedOut()]).toEqual([false, unfinished !== undefined])

    await recordDiscrepancy(shop.sql, { id, saga, problem: 'something is gone' })
    const waits = await isListed()
    const { stuck, invariants } = await audit(shop.sql, { olderThanMinutes: 0 })
    const named = invariants.flatMap(({ violations }) => violations.map((violation) => violation.id))
    expect(stuck).toEqual(await readStuck(shop.sql, 0))
    expect(stuck.discrepancies.oldest.map((one) => one.id).includes(id)).toBe(waits)
    expect(named.includes(id)).toBe(waits)
    // Nothing that is unfinished is neither carried out nor waited for, and another saga keeps nothing from it.
    expect(await isCarriedOut()).toBe(unfinished !== undefined && saga !== unfinished)
    if (saga === unfinished) expect(waits).toBe(true)
    await resolveDiscrepancy(shop.sql, id, 'looked after', 'test')
    expect([await isListed(), await isCarriedOut()]).toEqual([false, unfinished !== undefined])
  })

  test('is no more, once it is settled otherwise, and does not come in the way of what follows', async () => {
    const purchaseId = await running()
    await recordDiscrepancy(shop.sql, { id: purchaseId, saga: 'purchase', problem: 'something is gone' })
    await shop.confirm(purchaseId)
    await shop.complete(purchaseId)
    await shop.askForRefund(purchaseId)
    const found = await listQuietPurchases(shop.sql, { quietForSeconds: 0, limit: 1000 })
    expect(found).toContainEqual(expect.objectContaining({ purchaseId, status: 'refunding' }))
  })

  test.each([
    ['of a part', 1, 'completed'],
    ['of all that is left', 2, 'refunded'],
  ])(
    'about a refund %s is no more once that went through, and keeps no later one from being carried out',
    async (_, quantity, status) => {
      const purchaseId = await completed(3)
      const piece = [{ productId, quantity: 1 }]
      await shop.refund(purchaseId, piece)
      const refund = await shop.askForRefund(purchaseId, [{ productId, quantity }])
      await recordDiscrepancy(shop.sql, { id: purchaseId, saga: 'refund', problem: 'something is gone' })
      const isListed = async () =>
        (await listDiscrepancies(shop.sql, { limit: 1000 })).some(({ id }) => id === purchaseId)
      const isCarriedOut = async () =>
        (await listQuietPurchases(shop.sql, { quietForSeconds: 0, limit: 1000 })).some(
          (one) => one.purchaseId === purchaseId,
        )
      // The refund that went through before it was found has settled nothing of it.
      expect([await isListed(), await isCarriedOut()]).toEqual([true, false])

      await carryOut(purchaseId, refund)
      expect((await shop.purchase(purchaseId)).status).toBe(status)
      expect(await isListed()).toBe(false)
      const { invariants } = await audit(shop.sql)
      expect(invariants.flatMap(({ violations }) => violations.map(({ id }) => id))).not.toContain(purchaseId)
      if (status === 'refunded') return
      await shop.askForRefund(purchaseId, piece)
      expect([await isListed(), await isCarriedOut()]).toEqual([false, true])

      // Of the later one something else may be found.
      await recordDiscrepancy(shop.sql, { id: purchaseId, saga: 'refund', problem: 'something else is gone' })
      expect([await isListed(), await isCarriedOut()]).toEqual([true, false])
      await resolveDiscrepancy(shop.sql, purchaseId, 'looked after', 'test')
    },
  )
})
