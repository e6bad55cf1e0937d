import { afterAll, beforeAll, expect, test } from 'vitest'
import { listParkedAwards } from '#db/parked-awards.ts'
import { rowsRead } from '#test/support/rows-read.ts'
import { openShop, type Shop } from '#test/support/shop.ts'

let shop: Shop

beforeAll(async () => {
  shop = await openShop({ connections: 1 })
  await shop.addWallet({ username: 'ann', balanceMinor: 0 })
})
afterAll(() => shop.close())

/** Purchases, and as many events, whose awards were parked, and are what they are now. */
async function parkedOnce(count: number, award: string, status = 'completed') {
  await shop.sql`
    with purchase as (
      insert into purchases (id, scope, idempotency_key, request_hash, username, status, settled_at, award, points_issued)
      select gen_random_uuid(), 'test', gen_random_uuid(), '', 'ann', ${status}, now(), ${award}, 0
      from generate_series(1, ${count}::int)
      returning id
    )
    insert into parked_awards (purchase_id, evaluation, problem) select id, '{}', 'unavailable' from purchase`
  await shop.sql`
    insert into external_events (id, scope, idempotency_key, request_hash, type, client, account_id, payload, award,
      evaluation, problem, parked_at)
    select gen_random_uuid(), 'test', gen_random_uuid(), '', 'Review', 'UnicornStore', 'ann', '{}', ${award}, '{}',
      'unavailable', now()
    from generate_series(1, ${count}::int)`
}

test('listing what is parked looks at what is listed, not at 12,000 others that were settled', async () => {
  await parkedOnce(5_000, 'booked')
  await parkedOnce(1_000, 'parked', 'refunded')
  await shop.sql`update external_events set award = 'nothing' where award = 'parked'`
  await parkedOnce(10, 'parked')
  const tables = ['purchases', 'parked_awards', 'external_events']
  const before = await rowsRead(shop.sql, tables)
  expect(await listParkedAwards(shop.sql, { limit: 100 })).toHaveLength(20)
  expect((await rowsRead(shop.sql, tables)) - before).toBeLessThanOrEqual(30)
})
