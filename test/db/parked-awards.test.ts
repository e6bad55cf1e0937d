import { afterAll, beforeAll, expect, test } from 'vitest'
import { listParkedAwards } from '#db/awards.ts'
import { rowsRead } from '#test/support/rows-read.ts'
import { openShop, type Shop } from '#test/support/shop.ts'

let shop: Shop

beforeAll(async () => {
  shop = await openShop({ connections: 1 })
  await shop.addWallet({ username: 'ann', balanceMinor: 0 })
})
afterAll(() => shop.close())

/** As many awards of purchases and of events that were parked, and are what they are now. */
async function parkedOnce(count: number, state: 'parked' | 'nothing' | 'voided') {
  await shop.asOwner(
    (sql) => sql`
      insert into awards (id, kind, client, user_id, state, evaluation, earned, problem, parked_at, settled_at)
      select gen_random_uuid(), kind, 'UnicornStore', 'ann', ${state}, '{}', 5, 'unavailable', now(),
        case when ${state} <> 'parked' then now() end
      from generate_series(1, ${count}::int), unnest(array['purchase', 'event']) as kind`,
  )
}

test('listing what is parked looks at what is listed, not at 12,000 others that have ended', async () => {
  await parkedOnce(5_000, 'nothing')
  await parkedOnce(1_000, 'voided')
  await parkedOnce(10, 'parked')
  const tables = ['awards', 'external_events']
  const before = await rowsRead(shop.sql, tables)
  expect(await listParkedAwards(shop.sql, { limit: 100 })).toHaveLength(20)
  expect((await rowsRead(shop.sql, tables)) - before).toBeLessThanOrEqual(30)
})
