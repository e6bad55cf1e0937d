import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { openDatabase } from '#db/client.ts'
import { type Currency, OtherCurrency, requireCurrency } from '#db/currency.ts'
import { migrateDatabase } from '#db/migrate.ts'
import { freePort } from '#scripts/platform/processes.ts'
import { runEntryPoint } from '#test/support/entry-point.ts'
import { openShop, type Shop } from '#test/support/shop.ts'

const USD = { code: 'USD', digits: 2 }
const YEN = { code: 'JPY', digits: 0 }

let shop: Shop
beforeEach(async () => {
  shop = await openShop()
})
afterEach(() => shop.close())

const migrate = (currency: Currency) => migrateDatabase({ migrateDatabaseUrl: shop.migrateDatabaseUrl, currency })

describe('the currency of a database', () => {
  test('is that of its migration as long as there is no amount', async () => {
    await migrate(YEN)
    await requireCurrency(shop.sql, YEN)
    await migrate(USD)
    await requireCurrency(shop.sql, USD)
  })

  test.each([
    ['a product', () => shop.addProduct({ priceMinor: 100, stock: 0 })],
    ['a wallet, though it is empty', () => shop.addWallet({ balanceMinor: 0 })],
  ])('stays once there is %s', async (_, add) => {
    await migrate(YEN)
    await add()
    await expect(migrate(USD)).rejects.toThrow(OtherCurrency)
    await expect(migrate({ ...YEN, digits: 2 })).rejects.toThrow(OtherCurrency)
    await requireCurrency(shop.sql, YEN)
    await migrate(YEN)
  })

  test('cannot be changed by the application', async () => {
    await expect(shop.sql`update currency set code = 'JPY', minor_digits = 0`).rejects.toThrow('permission denied')
  })

  test.each(['scripts/migrate.ts', 'scripts/seed.ts', 'api/main.ts'])(
    'and another CURRENCY end %s with one line that says what to do',
    async (file) => {
      await shop.addProduct({ priceMinor: 100, stock: 0 })
      const { code, err } = await runEntryPoint(file, {
        DATABASE_URL: shop.databaseUrl,
        MIGRATE_DATABASE_URL: shop.migrateDatabaseUrl,
        TEMPORAL_ADDRESS: inject('temporalAddress'),
        PORT: String(await freePort()),
        CURRENCY: 'JPY',
      })
      expect(code).toBe(1)
      expect(err).toMatch(
        /^The books of this database are in USD with 2 minor digits, and CURRENCY asks for JPY with 0\b.*\n$/,
      )
    },
  )
})

test('an API that is there before its database ends when the database turns out to be in another currency', async () => {
  await shop.addProduct({ priceMinor: 100, stock: 0 })
  const owner = openDatabase({ databaseUrl: shop.migrateDatabaseUrl, applicationName: 'test', maxConnections: 1 })
  await owner`alter table currency rename to currency_away`
  const port = await freePort()
  const ended = runEntryPoint('api/main.ts', {
    DATABASE_URL: shop.databaseUrl,
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    PORT: String(port),
    CURRENCY: 'JPY',
  })
  const alive = () =>
    fetch(`http://127.0.0.1:${port}/healthz`).then(
      ({ status }) => status,
      () => 0,
    )
  await expect.poll(alive).toBe(200)
  await owner`alter table currency_away rename to currency`
  expect((await ended).err).toContain('The books of this database are in USD')
  await owner.end({ timeout: 5 })
})
