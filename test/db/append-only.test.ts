import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { chargeWallet, reserveStock } from '#db/purchases.ts'
import { openShop, type Shop } from '#test/support/shop.ts'

const histories = ['stock_movements', 'wallet_entries', 'purchase_lines', 'purchase_events']
let shop: Shop
let owner: postgres.Sql

beforeAll(async () => {
  shop = await openShop()
  owner = postgres(shop.migrateDatabaseUrl, { max: 2 })
  await shop.addProduct({ id: '1', priceMinor: 100, stock: 2 })
  await shop.addWallet({ username: 'derick', balanceMinor: 1000 })
  const purchaseId = await shop.order({ username: 'derick', lines: [{ productId: '1', quantity: 1 }] })
  await reserveStock(shop.sql, purchaseId)
  await chargeWallet(shop.sql, purchaseId)
})
afterAll(async () => {
  await owner.end()
  await shop.close()
})

test.each(histories)('%s refuses UPDATE, DELETE and TRUNCATE even to its owner', async (table) => {
  const [before] = await owner`select count(*)::int as rows from ${owner(table)}`
  expect(before?.rows).toBeGreaterThan(0)
  const [column] = await owner<{ name: string }[]>`
    select column_name as name from information_schema.columns
    where table_schema = 'public' and table_name = ${table} and is_identity = 'NO' limit 1`
  const name = owner(column?.name ?? '')
  await expect(owner`update ${owner(table)} set ${name} = ${name}`).rejects.toThrow('append-only')
  await expect(owner`delete from ${owner(table)}`).rejects.toThrow('append-only')
  await expect(owner`truncate ${owner(table)} cascade`).rejects.toThrow('append-only')
  const [after] = await owner`select count(*)::int as rows from ${owner(table)}`
  expect(after?.rows).toBe(before?.rows)
})

test.each(histories)('%s gives the application no right to change or remove a row', async (table) => {
  const [rights] = await shop.sql`
    select has_table_privilege(${table}, 'insert') as insert, has_table_privilege(${table}, 'update') as update,
      has_table_privilege(${table}, 'delete') as delete, has_table_privilege(${table}, 'truncate') as truncate`
  expect(rights).toEqual({ insert: false, update: false, delete: false, truncate: false })
})

test.each(['products', 'wallets', 'purchases', 'saga_steps', 'stock_reservations'])(
  '%s gives the application no right to remove a row',
  async (table) => {
    await expect(shop.sql`delete from ${shop.sql(table)}`).rejects.toThrow('permission denied')
  },
)
