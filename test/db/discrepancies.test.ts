import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { audit } from '#db/audit.ts'
import { listQuietEvents, recordExternalEvent, recordParked } from '#db/awards.ts'
import { listDiscrepancies, recordDiscrepancy, resolveDiscrepancy } from '#db/discrepancies.ts'
import { beginCompensation, listQuietPurchases, recordOutcome, releaseStock, undoCharge } from '#db/purchases.ts'
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

const running = () => shop.order({ username: 'derick', lines: [{ productId, quantity: 1 }] })

async function completed(): Promise<string> {
  const purchaseId = await running()
  await shop.confirm(purchaseId)
  await shop.complete(purchaseId)
  return purchaseId
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
})
