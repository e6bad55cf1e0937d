import { beforeEach, describe, expect, test } from 'vitest'
import { parkAward } from '#activities/points.ts'
import { recordDiscrepancy } from '#db/discrepancies.ts'
import { beginCompensation, listQuietPurchases, recordOutcome } from '#db/purchases.ts'
import { openApiWorld } from '#test/support/api-world.ts'
import { failing } from '#test/support/faults.ts'
import { shared } from '#test/support/shared-world.ts'

const world = await shared(openApiWorld())
await world.shop.addProduct({ id: 'air', priceMinor: 170_000, stock: 1_000 })
let buyer: string

beforeEach(async () => {
  buyer = await world.shop.addWallet({ balanceMinor: 1_000_000 })
})

/** A sale whose points could not be booked for ten minutes. */
async function parked(): Promise<string> {
  const purchaseId = await world.shop.order({ username: buyer, lines: [{ productId: 'air', quantity: 1 }] })
  await world.shop.confirm(purchaseId)
  await parkAward(world.shop.points, { purchaseId }, 'unavailable')
  await recordOutcome(world.shop.sql, purchaseId, { status: 'completed' })
  return purchaseId
}

const points = async () => (await world.api.get(`/points?account_id=${buyer}`)).body.balance
const retry = (id: string) => world.api.call('POST', `/operations/parked/${id}/retry`)
const listed = async () =>
  (await world.api.get('/operations/parked')).body.items.map(({ id }: { id: string }) => id) as string[]

describe('a discrepancy', () => {
  const found = () => recordDiscrepancy(world.shop.sql, { id: lost, saga: 'purchase', problem: 'it does not exist' })
  const open = async () => (await world.api.get('/operations/discrepancies')).body.items
  const resolve = (id: string, body: unknown = { reason: 'restored by hand' }) =>
    world.api.post(`/operations/discrepancies/${id}/resolution`, body)
  const lost = crypto.randomUUID()
  const resolved = { reason: 'restored by hand', actor: { role: 'demo' }, at: expect.any(String) }

  test('is listed until somebody resolves it with a reason, and again when it is found again', async () => {
    await found()
    const listed = { id: lost, saga: 'purchase', problem: 'it does not exist', resolved: null }
    expect(await open()).toMatchObject([listed])
    expect(await resolve(lost)).toMatchObject({ status: 200, body: { ...listed, resolved } })
    expect(await resolve(lost, { reason: 'again' })).toMatchObject({ status: 200, body: { resolved } })
    expect(await open()).toEqual([])
    await found()
    expect(await open()).toMatchObject([listed])
    await resolve(lost)
  })

  test('keeps the reconciler from its purchase until then', async () => {
    const { sql } = world.shop
    const lines = [{ productId: 'air', quantity: 1 }]
    const id = await world.shop.order({ username: buyer, lines })
    const isQuiet = async () =>
      (await listQuietPurchases(sql, { quietForSeconds: -1, limit: 500 })).some(({ purchaseId }) => purchaseId === id)
    expect(await isQuiet()).toBe(true)
    await recordDiscrepancy(sql, { id, saga: 'purchase', problem: 'its lines are gone' })
    expect(await isQuiet()).toBe(false)
    await resolve(id)
    expect(await isQuiet()).toBe(true)
    await beginCompensation(sql, id, { status: 'cancelled' })
    await recordOutcome(sql, id, { status: 'cancelled' })
  })

  test('that there is not cannot be resolved, nor one without a reason', async () => {
    expect(await resolve(crypto.randomUUID())).toMatchObject({ status: 404, body: { code: 'unknown_discrepancy' } })
    expect(await resolve(lost, {})).toMatchObject({ status: 400, body: { errors: [{ path: 'reason' }] } })
  })
})

describe('a parked award', () => {
  test('is listed with what it came to, until it is booked', async () => {
    const id = await parked()
    const { body } = await world.api.get('/operations/parked')
    expect(body.items.find((item: { id: string }) => item.id === id)).toMatchObject({
      username: buyer,
      points: 170,
      problem: 'unavailable',
      status: 'parked',
      pointsIssued: 0,
    })
    expect((await world.api.get(`/purchases/${id}/evaluation`)).body).toMatchObject({
      points: 170,
      campaigns: [{ campaign: '1', points: 170, rules: [{ rule: 0, exact: '170' }] }],
    })
    expect((await retry(id)).body).toMatchObject({ id, status: 'booked', pointsIssued: 170 })
    expect(await listed()).not.toContain(id)
    expect((await world.api.get(`/purchases/${id}`)).body).toMatchObject({ award: 'booked', pointsIssued: 170 })
  })

  test('that is retried many times at once, and again later, gives its points once', async () => {
    const id = await parked()
    await Promise.all(Array.from({ length: 10 }, () => retry(id)))
    expect((await retry(id)).body).toMatchObject({ status: 'booked', pointsIssued: 170 })
    expect(await points()).toBe(170)
  })

  test('is booked once when the report of the retry is lost', async () => {
    const id = await parked()
    world.faults.on(id, 'awardPoints', { after: failing(3) })
    expect((await retry(id)).body.status).toBe('booked')
    expect(await points()).toBe(170)
  })

  test('never comes once the purchase was refunded', async () => {
    const id = await parked()
    expect((await world.api.call('POST', `/purchases/${id}/refund`)).body.status).toBe('refunded')
    expect(await listed()).not.toContain(id)
    expect((await world.api.get(`/purchases/${id}`)).body).toMatchObject({ award: 'voided', pointsIssued: 0 })
    expect((await retry(id)).body.status).toBe('voided')
    expect(await points()).toBe(0)
  })

  const dismiss = (id: string, reason: unknown = 'settled by letter') =>
    world.api.post(`/operations/parked/${id}/dismissal`, { reason })

  test('that is dismissed with a reason is never booked, and asked for again it says so', async () => {
    const id = await parked()
    const dismissed = { reason: 'settled by letter', actor: { role: 'demo' }, at: expect.any(String) }
    expect(await dismiss(id)).toMatchObject({ status: 200, body: { id, status: 'dismissed', points: 170, dismissed } })
    expect(await dismiss(id, 'for another reason')).toMatchObject({ status: 200, body: { dismissed } })
    expect(await listed()).not.toContain(id)
    expect((await retry(id)).body).toMatchObject({ status: 'dismissed', pointsIssued: 0 })
    expect(await points()).toBe(0)
    const { body } = await world.api.get(`/purchases/${id}`)
    expect(body).toMatchObject({ status: 'completed', award: 'dismissed', pointsIssued: 0 })
    expect(body.steps.map(({ state }: { state: string }) => state)).toContain('dismissed')
    expect((await world.api.call('POST', `/purchases/${id}/refund`)).body.status).toBe('refunded')
  })

  test('is either booked or dismissed, when both are asked for at once', async () => {
    for (let round = 0; round < 5; round++) {
      const id = await parked()
      const before = await points()
      const [retried, dismissal] = await Promise.all([retry(id), dismiss(id)])
      const { status } = (await retry(id)).body
      expect(['booked', 'dismissed']).toContain(status)
      expect(dismissal.status).toBe(status === 'dismissed' ? 200 : 409)
      expect(retried.body.status).toBe(status)
      expect((await points()) - before).toBe(status === 'booked' ? 170 : 0)
    }
  })

  test('that was booked cannot be dismissed', async () => {
    const id = await parked()
    await retry(id)
    expect(await dismiss(id)).toMatchObject({ status: 409, body: { code: 'not_parked', awardStatus: 'booked' } })
  })

  test.each([
    ['no reason', undefined],
    ['an empty one', ''],
    ['one that is no text', 5],
  ])('is not dismissed for %s', async (_, reason) => {
    const id = await parked()
    expect(await world.api.post(`/operations/parked/${id}/dismissal`, { reason })).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'reason' }] },
    })
    expect(await listed()).toContain(id)
  })

  test.each(['019abcde-0000-7000-8000-000000000001', 'nonsense'])('cannot be dismissed by the id %s', async (id) => {
    expect((await dismiss(id)).body.code).toBe('unknown_parked_award')
  })

  test.each(['019abcde-0000-7000-8000-000000000001', 'nonsense'])('is not found by the id %s', async (id) => {
    expect((await retry(id)).body.code).toBe('unknown_parked_award')
  })
})
