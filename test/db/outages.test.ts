import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase } from '#db/client.ts'
import { isOutage } from '#db/outages.ts'
import { openShop, type Shop } from '#test/support/shop.ts'

let shop: Shop
const nowhere = openDatabase({ databaseUrl: 'postgres://app@127.0.0.1:1/store', applicationName: 'test' })

beforeAll(async () => {
  shop = await openShop({ connections: 1 })
})
afterAll(async () => {
  await nowhere.end({ timeout: 1 })
  await shop.close()
})

const failed = (code: string) => Object.assign(new Error('failed'), { code })

test('what failed for itself is no outage, whatever it failed with, as long as the database answers', async () => {
  for (const code of ['57014', 'STATEMENT_DEADLINE', '57P01', '53200', 'ECONNRESET', '23514'])
    expect(await isOutage(shop.sql, [failed(code), new Error('of its own')])).toBe(false)
})

test('it is one when the database does not answer, or does not take anything', async () => {
  expect(await isOutage(nowhere, [failed('23514'), failed('ECONNREFUSED')])).toBe(true)
  await shop.sql.begin({ mode: 'read only' }, async (sql) => expect(await isOutage(sql, [failed('25006')])).toBe(true))
})

test('nobody asks a database that nothing was said about', async () => {
  expect(await isOutage(nowhere, [failed('23514'), new Error('of its own')])).toBe(false)
  expect(await isOutage(nowhere, [])).toBe(false)
})
