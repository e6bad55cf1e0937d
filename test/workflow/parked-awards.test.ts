import { afterEach, beforeEach, expect, test } from 'vitest'
import { parkAward } from '#activities/points.ts'
import { dismissAward, readAward } from '#db/awards.ts'
import { chargeWallet, confirmPurchase, recordOutcome, reserveStock } from '#db/purchases.ts'
import { openSagaWorld } from '#test/support/saga-world.ts'
import { shared } from '#test/support/shared-world.ts'

const world = await shared(openSagaWorld())
let product: string
let buyer: string

beforeEach(async () => {
  product = await world.shop.addProduct({ priceMinor: 170_000, stock: 1_000 })
  buyer = await world.shop.addWallet({ balanceMinor: 100_000_000 })
})
afterEach(async () => expect(await world.shop.brokenInvariants()).toEqual([]))

/** A sale whose points could not be booked. */
async function parked(problem = 'unavailable'): Promise<string> {
  const { shop } = world
  const purchaseId = await shop.order({ username: buyer, lines: [{ productId: product, quantity: 1 }] })
  await reserveStock(shop.sql, purchaseId)
  await chargeWallet(shop.sql, purchaseId)
  await confirmPurchase(shop.sql, purchaseId)
  await parkAward(shop.points, { purchaseId }, problem)
  await recordOutcome(shop.sql, purchaseId, { status: 'completed' })
  return purchaseId
}

const book = () =>
  world.client.workflow.execute<() => Promise<{ booked: number }>>('bookParkedAwards', {
    workflowId: `book-${crypto.randomUUID()}`,
    taskQueue: world.taskQueue,
  })
const state = async (id: string) => (await readAward(world.shop.sql, id)).state

test('awards that an outage parked are booked when it is over, more than one page of them, and once', async () => {
  const ids: string[] = []
  for (let n = 0; n < 105; n++) ids.push(await parked())
  expect(await book()).toEqual({ booked: 105 })
  for (const id of ids) expect(await readAward(world.shop.sql, id)).toMatchObject({ state: 'booked', points: 170 })
  expect(await book()).toEqual({ booked: 0 })
})

test('an award that the ledger refused, or an operator dismissed, stays as it is', async () => {
  const refused = await parked('balance_limit')
  const dismissed = await parked()
  await dismissAward(world.shop.sql, dismissed, 'settled by letter', 'test')
  const wanted = await parked()
  expect(await book()).toEqual({ booked: 1 })
  expect([await state(refused), await state(dismissed), await state(wanted)]).toEqual(['parked', 'dismissed', 'booked'])
})

test('one that the ledger refuses by now waits for an operator from then on', async () => {
  const id = await parked()
  await world.shop.addUser(buyer)
  await world.shop.asOwner(
    (sql) => sql`
      insert into points_accounts (account_id, version, balance, issued, redeemed)
      values (${buyer}, 0, 0, 9007199254740991, 9007199254740991)`,
  )
  await book()
  expect(await readAward(world.shop.sql, id)).toMatchObject({ state: 'parked', problem: 'balance_limit' })
  await world.shop.asOwner((sql) => sql`delete from points_accounts where account_id = ${buyer}`)
  expect(await book()).toEqual({ booked: 0 })
})
