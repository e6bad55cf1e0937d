import { afterEach, beforeEach, expect, test } from 'vitest'
import { awardPoints, parkAward } from '#activities/points.ts'
import { dismissAward, readAward } from '#db/awards.ts'
import { recordOutcome } from '#db/purchases.ts'
import { openSagaWorld } from '#test/support/saga-world.ts'
import { shared } from '#test/support/shared-world.ts'
import type { BookingProgress, bookParkedAwards } from '#workflows/scheduled.ts'

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
  await shop.confirm(purchaseId)
  await parkAward(shop.points, { purchaseId }, problem)
  await recordOutcome(shop.sql, purchaseId, { status: 'completed' })
  return purchaseId
}

const book = (progress: BookingProgress = {}) =>
  world.client.workflow.execute<typeof bookParkedAwards>('bookParkedAwards', {
    workflowId: `book-${crypto.randomUUID()}`,
    taskQueue: world.taskQueue,
    args: [progress],
  })

/** Every event of an account at the ledger fails with this SQLSTATE, until the end of it. */
async function failing(username: string, sqlstate: string): Promise<() => Promise<void>> {
  await world.shop.asOwner((sql) =>
    sql.unsafe(`
      create function fail() returns trigger language plpgsql as $$ begin
        if new.account_id = '${username}' then raise exception 'injected fault' using errcode = '${sqlstate}'; end if;
        return new;
      end $$;
      create trigger failing before insert on points_events for each row execute function fail()`),
  )
  return () => world.shop.asOwner((sql) => sql.unsafe('drop function fail cascade'))
}
const state = async (id: string) => (await readAward(world.shop.sql, id)).state

test('awards that an outage parked are booked when it is over, more than one page of them, and once', async () => {
  const ids: string[] = []
  for (let n = 0; n < 105; n++) ids.push(await parked())
  // A page a run: it goes on where the last one ended.
  expect(await book({ pagesPerRun: 1 })).toEqual({ booked: 105 })
  for (const id of ids) expect(await readAward(world.shop.sql, id)).toMatchObject({ state: 'booked', points: 170 })
  expect(await book()).toEqual({ booked: 0 })
})

test.each(['57014', '57P01', '53200'])(
  'one that always fails by itself, which looks like an outage (%s), keeps no other from being booked',
  async (sqlstate) => {
    const id = await parked()
    const heal = await failing(buyer, sqlstate)
    buyer = await world.shop.addWallet({ balanceMinor: 100_000_000 })
    const wanted = await parked()
    expect(id < wanted).toBe(true)
    try {
      expect(await book()).toEqual({ booked: 1 })
      expect([await state(id), await state(wanted)]).toEqual(['parked', 'booked'])
    } finally {
      await heal()
    }
    expect(await book()).toEqual({ booked: 1 })
    expect(await state(id)).toBe('booked')
  },
)

test('one that can never be booked as the books stand is not tried again, but waits for an operator', async () => {
  const ids = [await parked()]
  const heal = await failing(buyer, '23514')
  try {
    expect(await book()).toEqual({ booked: 0 })
    // So is one that was found to be such by its purchase.
    const purchaseId = await world.shop.order({ username: buyer, lines: [{ productId: product, quantity: 1 }] })
    ids.push(purchaseId)
    expect(await (await world.start(purchaseId)).result()).toEqual({ status: 'completed' })
  } finally {
    await heal()
  }
  expect(await book()).toEqual({ booked: 0 })
  for (const id of ids) {
    expect(await readAward(world.shop.sql, id)).toMatchObject({ state: 'parked', problem: 'impossible', earned: 170 })
    await awardPoints(world.shop.points, { purchaseId: id })
    expect(await state(id)).toBe('booked')
  }
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
