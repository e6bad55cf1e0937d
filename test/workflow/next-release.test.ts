import postgres from 'postgres'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { missingFunctions } from '#db/functions.ts'
import { chargeWallet, confirmPurchase, requestCancel, reserveStock, undoCharge } from '#db/purchases.ts'
import { openSagaWorld, type SagaWorld } from '#test/support/saga-world.ts'

let world: SagaWorld
let owner: postgres.Sql

beforeEach(async () => {
  world = await openSagaWorld({ sampleCampaign: false })
  owner = postgres(world.shop.migrateDatabaseUrl, { max: 1, onnotice: () => {} })
  onTestFinished(async () => {
    const broken = await world.shop.brokenInvariants()
    await owner.end()
    await world.close()
    expect(broken).toEqual([])
  })
  await world.shop.addProduct({ id: 'air', priceMinor: 600, stock: 100 })
  await world.shop.addWallet({ username: BUYER, balanceMinor: 100_000 })
})

const BUYER = `buyer-${crypto.randomUUID()}`
const order = () => world.shop.order({ username: BUYER, lines: [{ productId: 'air', quantity: 1 }] })

describe('a release that gives a function a new signature', () => {
  /** What the migration of such a release does: the old function stays, as a call of the new one. */
  const NEW_FUNCTION = 'alter function charge_wallet(uuid) rename to charge_wallet_2'
  const OLD_SIGNATURE = `
    create function charge_wallet(purchase uuid) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
    begin
      return charge_wallet_2(purchase);
    end
    $$;
    grant execute on function charge_wallet(uuid) to public`
  const NEXT_RELEASE = `${NEW_FUNCTION}; ${OLD_SIGNATURE}`

  test('lets the workers of the release before go on, and take back what the new ones did', async () => {
    const { shop } = world
    const next = (purchaseId: string) => shop.sql<{ answer: object }[]>`
      select charge_wallet_2(purchase => ${purchaseId}) as answer`
    const spent = await shop.balance(BUYER)
    const [before, after, undone] = [await order(), await order(), await order()]
    for (const purchaseId of [before, after, undone]) await reserveStock(shop.sql, purchaseId)
    await chargeWallet(shop.sql, before)
    await owner.unsafe(NEXT_RELEASE)

    expect(await missingFunctions(shop.sql)).toEqual([])
    // What one release began, the other one repeats, goes on with, and undoes.
    expect((await next(before))[0]?.answer).toEqual({ ok: true, amountMinor: 600 })
    await next(after)
    expect(await chargeWallet(shop.sql, after)).toEqual({ ok: true, amountMinor: 600 })
    await next(undone)
    await undoCharge(shop.sql, undone)
    for (const purchaseId of [before, after]) {
      await confirmPurchase(shop.sql, purchaseId)
      await shop.complete(purchaseId)
    }
    expect(spent - (await shop.balance(BUYER))).toBe(2 * 600)
  })

  /** Purchases that a worker of the release before has begun, and holds between two of their steps until `letGo`. */
  async function begunPurchases(lanes: readonly ('fast' | 'visible')[]) {
    const go = Promise.withResolvers<void>()
    const begun = lanes.map(async (lane) => {
      const purchaseId = await order()
      const reserved = Promise.withResolvers<void>()
      const after = async () => {
        reserved.resolve()
        await go.promise
      }
      world.faults.on(purchaseId, 'reserveStock', { after })
      const handle = await world.start(purchaseId, { lane })
      await reserved.promise
      return { purchaseId, handle }
    })
    return { purchases: await Promise.all(begun), letGo: go.resolve }
  }

  test.each(['fast', 'visible'] as const)(
    'is noticed by no purchase that is under way (%s lane): one completes, one is undone',
    async (lane) => {
      const { shop } = world
      const { purchases, letGo } = await begunPurchases([lane, lane])
      const [completes, isUndone] = purchases as [(typeof purchases)[0], (typeof purchases)[0]]
      const cancel = () => requestCancel(shop.sql, isUndone.purchaseId, 'test')
      world.faults.on(isUndone.purchaseId, 'chargeWallet', { after: cancel })
      await owner.unsafe(NEXT_RELEASE)
      letGo()

      expect(await completes.handle.result()).toMatchObject({ status: 'completed' })
      expect(await isUndone.handle.result()).toMatchObject({ status: 'cancelled' })
      expect(await shop.balance(BUYER)).toBe(100_000 - 600)
      expect(await shop.stock('air')).toEqual({ onHand: 99, reserved: 0 })
      expect(await shop.timeline(isUndone.purchaseId)).toEqual(
        expect.arrayContaining(['chargeWallet applied', 'chargeWallet undone']),
      )
      for (const { purchaseId } of purchases) expect(world.faults.attempts(purchaseId, 'chargeWallet')).toBe(1)
    },
  )

  test('(stops them if the old one is dropped at once, until it is there again)', async () => {
    const { purchases, letGo } = await begunPurchases(['visible'])
    const [stopped] = purchases as [(typeof purchases)[0]]
    await owner.unsafe(NEW_FUNCTION)
    letGo()
    await expect.poll(() => world.faults.attempts(stopped.purchaseId, 'chargeWallet')).toBeGreaterThan(1)
    await owner.unsafe(OLD_SIGNATURE)
    expect(await stopped.handle.result()).toMatchObject({ status: 'completed' })
  })
})
