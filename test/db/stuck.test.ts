import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parkAward } from '#activities/points.ts'
import { audit } from '#db/audit.ts'
import { recordExternalEvent } from '#db/awards.ts'
import { recordDiscrepancy, resolveDiscrepancy } from '#db/discrepancies.ts'
import { requestCancel } from '#db/purchases.ts'
import { readStuck, type Stuck, stuckMetrics } from '#db/stuck.ts'
import { aRequest, openShop, type Shop } from '#test/support/shop.ts'

/** One of everything that can be stuck, and one of everything that has ended. */
let shop: Shop
const ids: Record<string, string> = {}

beforeAll(async () => {
  shop = await openShop()
  await shop.addProduct({ id: 'air', priceMinor: 600, stock: 100 })
  await shop.addWallet({ username: 'derick', balanceMinor: 100_000 })
  ids.running = await order()
  ids.cancelling = await order()
  await requestCancel(shop.sql, ids.cancelling, 'test')
  ids.completed = await sold()
  ids.refunding = await sold()
  await shop.askForRefund(ids.refunding)
  ids.refunded = await sold()
  await shop.refund(ids.refunded)
  ids.pending = await event()
  ids.parked = await event()
  await parkAward(shop.points, { eventId: ids.parked }, 'unavailable')
  ids.listed = crypto.randomUUID()
  await recordDiscrepancy(shop.sql, { id: ids.listed, saga: 'purchase', problem: 'it is gone' })
})
afterAll(() => shop.close())

const order = (quantity = 1) => shop.order({ username: 'derick', lines: [{ productId: 'air', quantity }] })

async function sold(quantity?: number): Promise<string> {
  const purchaseId = await order(quantity)
  await shop.confirm(purchaseId)
  await shop.complete(purchaseId)
  return purchaseId
}

/** Of the store's own client, whose sample campaign gives points for it. */
async function event(): Promise<string> {
  const eventId = crypto.randomUUID()
  const request = aRequest(eventId)
  const payload = { amount: 500 }
  await recordExternalEvent(shop.sql, request, {
    eventId,
    type: 'PurchaseCompleted',
    client: 'UnicornStore',
    username: 'derick',
    payload,
    actor: 'test',
  })
  return eventId
}

/** When each was recorded, or parked, moved back. */
async function age(minutes: number): Promise<void> {
  await shop.asOwner(async (sql) => {
    await sql`alter table purchase_events disable trigger append_only`
    await sql`update purchase_events set at = at - make_interval(mins => ${minutes})`
    await sql`alter table purchase_events enable trigger append_only`
    // An hour may have begun in between, and clocks said something else then.
    await sql`alter table event_facts disable trigger append_only`
    await sql`
      update event_facts f set facts = jsonb_set(facts, '{local,UTC}', local_facts(e.at, 'UTC'))
      from purchase_events e where e.purchase_id = f.id and e.step = 'confirmPurchase' and e.state = 'applied'`
    await sql`alter table event_facts enable trigger append_only`
    await sql`update purchases set created_at = created_at - make_interval(mins => ${minutes})`
    await sql`
      update awards set created_at = created_at - make_interval(mins => ${minutes}),
        parked_at = parked_at - make_interval(mins => ${minutes})`
    await sql`update discrepancies set found_at = found_at - make_interval(mins => ${minutes})`
  })
}

const idsOf = ({ olderThanMinutes: _, ...kinds }: Stuck) =>
  Object.fromEntries(Object.entries(kinds).map(([kind, { oldest }]) => [kind, oldest.map(({ id }) => id).sort()]))

describe('what has not ended', () => {
  test('is not stuck while it is young', async () => {
    expect(idsOf(await readStuck(shop.sql))).toEqual({
      purchases: [],
      refunds: [],
      events: [],
      parkedAwards: [],
      discrepancies: [],
    })
  })

  test('is named and counted once it is older than that, and nothing else is', async () => {
    await age(16)
    const stuck = await readStuck(shop.sql)
    expect(idsOf(stuck)).toEqual({
      purchases: [ids.running, ids.cancelling].sort(),
      refunds: [ids.refunding],
      events: [ids.pending],
      parkedAwards: [ids.parked],
      discrepancies: [ids.listed],
    })
    expect(Date.parse(stuck.parkedAwards.oldest[0]?.since ?? '')).toBeLessThan(Date.now() - 15 * 60_000)
    expect(stuckMetrics(stuck).split('\n').slice(2)).toEqual([
      'unicorn_stuck{kind="purchases"} 2',
      'unicorn_stuck{kind="refunds"} 1',
      'unicorn_stuck{kind="events"} 1',
      'unicorn_stuck{kind="parkedAwards"} 1',
      'unicorn_stuck{kind="discrepancies"} 1',
      '',
    ])
    expect(idsOf(await readStuck(shop.sql, 17))).toEqual({
      purchases: [],
      refunds: [],
      events: [],
      parkedAwards: [],
      discrepancies: [],
    })
  })

  test('is in the report of the audit, which is about the books: only a discrepancy is about them, too', async () => {
    expect((await audit(shop.sql)).ok).toBe(false)
    await resolveDiscrepancy(shop.sql, ids.listed ?? '', 'looked after', 'test')
    const { ok, stuck } = await audit(shop.sql, { olderThanMinutes: 16 })
    expect(ok).toBe(true)
    expect(stuck).toEqual(await readStuck(shop.sql, 16))
    expect((await audit(shop.sql, { olderThanMinutes: 17 })).stuck.purchases.count).toBe(0)
  })

  test('is a purchase that is being refunded once, since its oldest refund that is not through was asked for', async () => {
    const purchaseId = await sold(3)
    const piece = [{ productId: 'air', quantity: 1 }]
    const since = async () => {
      const { refunds } = await readStuck(shop.sql)
      expect(refunds.count).toBe(refunds.oldest.length)
      return refunds.oldest.flatMap(({ id, since }) => (id === purchaseId ? [since] : []))
    }
    await shop.refund(purchaseId, piece)
    await age(30)
    await shop.askForRefund(purchaseId, piece)
    expect(await since()).toEqual([])
    await age(20)
    await shop.askForRefund(purchaseId, piece)
    await age(16)
    const [asked] = await shop.sql<{ at: Date }[]>`
      select at from purchase_events where purchase_id = ${purchaseId} and state = 'refunding' and detail -> 'refund' = '2'`
    const found = await since()
    expect(found.map((at) => Date.parse(at))).toEqual([asked?.at.getTime()])
  })
})
