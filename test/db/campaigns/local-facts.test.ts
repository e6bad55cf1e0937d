import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Database, openDatabase } from '#db/client.ts'
import { localFacts } from '#domain/campaigns/local-time.ts'
import { CLOCKS } from '#test/support/clocks.ts'
import { openShop, type Shop } from '#test/support/shop.ts'

let shop: Shop
/** The application has no call for it alone. */
let owner: Database

beforeAll(async () => {
  shop = await openShop()
  owner = openDatabase({ databaseUrl: shop.migrateDatabaseUrl, applicationName: 'owner', maxConnections: 1 })
})
afterAll(async () => {
  await owner.end({ timeout: 5 })
  await shop.close()
})

type Asked = { instant: string; zone: string }

/** What the database says of each. */
async function inDatabase(asked: readonly Asked[]): Promise<object[]> {
  const rows = await owner<{ facts: object }[]>`
    select local_facts((one ->> 'instant')::timestamptz, one ->> 'zone') as facts
    from jsonb_array_elements(${owner.json([...asked])}) with ordinality as asked (one, place)
    order by place`
  return rows.map(({ facts }) => facts)
}

test('the database says of clocks what was announced', async () => {
  const announced = CLOCKS.map(({ weekday, hour, date }) => ({ weekday, hour, date }))
  expect(await inDatabase(CLOCKS)).toEqual(announced)
})

/** Of the present and the future, two databases of time zones may not have heard the same yet. */
const SINCE = Date.UTC(1995, 0, 1)
const UNTIL = Date.UTC(2025, 11, 31)

test('the database and a process say the same of every time zone', async () => {
  const known = await shop.sql<{ name: string }[]>`select name from pg_timezone_names`
  const names = new Set(known.map(({ name }) => name))
  const zones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((name) => names.has(name))]
  expect(zones.length).toBeGreaterThan(200)
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: SINCE, max: UNTIL }), { minLength: 1, maxLength: 10 }),
      async (times) => {
        const asked = times.flatMap((time) => zones.map((zone) => ({ instant: new Date(time).toISOString(), zone })))
        expect(await inDatabase(asked)).toEqual(asked.map(({ instant, zone }) => localFacts(instant, zone)))
      },
    ),
    { numRuns: 20 },
  )
})
