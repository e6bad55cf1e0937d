import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addLoadData, addSampleData } from '#scripts/seed.ts'
import { runEntryPoint } from '#test/support/entry-point.ts'
import { openShop, type Shop } from '#test/support/shop.ts'

const USD = { digits: 2 }
let shop: Shop

beforeAll(async () => {
  shop = await openShop()
})
afterAll(async () => {
  const broken = await shop.brokenInvariants()
  await shop.close()
  expect(broken).toEqual([])
})

const seed = (...args: string[]) => runEntryPoint('scripts/seed.ts', { DATABASE_URL: shop.databaseUrl }, args)

async function countRows() {
  const [counts] = await shop.sql`
    select (select count(*)::int from products) as products, (select count(*)::int from wallets) as wallets,
      (select count(*)::int from stock_movements) as movements, (select count(*)::int from wallet_entries) as entries`
  return counts
}

describe('the sample data', () => {
  test('has amounts that make sense in a currency whose units are not divided', async () => {
    const yen = await openShop({ sampleCampaign: false })
    await addSampleData(yen.sql, { digits: 0 })
    expect(await yen.sql`select price_minor from products where id in ('1', '6') order by id`).toEqual([
      { price_minor: 170_000 },
      { price_minor: 1_295 },
    ])
    const [campaign] = await yen.sql`select rules from campaigns`
    expect(campaign?.rules).toEqual([
      {
        variable: '$.amount',
        condition: { rule: 'numeric_greater_than', value: 10_000 },
        action: { command: 'issue', formula: '$.amount/100' },
      },
    ])
    await yen.close()
  })

  test('has what the README buys, and goes in once even when several processes add it at once', async () => {
    const added = await Promise.all(Array.from({ length: 5 }, () => addSampleData(shop.sql, USD)))
    expect(added.reduce((sum, { products }) => sum + products, 0)).toBe(6)
    expect(added.reduce((sum, { users }) => sum + users, 0)).toBe(4)
    const [product] = await shop.sql`select name, price_minor, on_hand from products where id = '1'`
    expect(product).toEqual({ name: 'Unicorn Air', price_minor: 170_000, on_hand: 4 })
    expect(await shop.balance('derick')).toBe(330_000)
  })

  test('added again resets nothing that has been sold or spent since', async () => {
    await shop.asOwner(
      (sql) => sql`
      with movement as (
        insert into stock_movements (product_id, quantity, reason, reference, actor) values ('1', -4, 'adjustment', 't', 't')
      ), entry as (
        insert into wallet_entries (user_id, amount_minor, reason, reference, actor) values ('derick', -330000, 'charge', 't', 't')
      ), product as (
        update products set on_hand = 0 where id = '1'
      )
      update wallets set balance_minor = 0 where user_id = 'derick'`,
    )
    const before = await countRows()
    expect((await seed()).code).toBe(0)
    expect(await shop.stock('1')).toEqual({ onHand: 0, reserved: 0 })
    expect(await shop.balance('derick')).toBe(0)
    expect(await countRows()).toEqual(before)
    await shop.asOwner(
      (sql) => sql`
      with movement as (
        insert into stock_movements (product_id, quantity, reason, reference, actor) values ('1', 4, 'adjustment', 't', 't')
      )
      update products set on_hand = 4 where id = '1'`,
    )
  })
})

describe('load data', () => {
  const wanted = { users: 5_001, products: 3, stock: 7, balanceMinor: 1250, money: USD }

  test('is as much as was asked for, in numbered names, and says how far it is', async () => {
    const said: string[] = []
    await addLoadData(shop.sql, wanted, (line) => said.push(line))
    expect(said).toEqual([
      'Load products: 3 of 3 done, 3 of them added.',
      'Load users: 5000 of 5001 done, 5000 of them added.',
      'Load users: 5001 of 5001 done, 5001 of them added.',
    ])
    expect(await shop.balance('load-user-00001')).toBe(1250)
    expect(await shop.balance('load-user-05001')).toBe(1250)
    expect(await shop.stock('load-product-00003')).toEqual({ onHand: 7, reserved: 0 })
  })

  test('asked for again is not added again; more of it is added to what is there', async () => {
    const before = await countRows()
    await addLoadData(shop.sql, wanted, () => {})
    expect(await countRows()).toEqual(before)
    const { code, out } = await seed('--products', '5', '--stock', '9')
    expect(code).toBe(0)
    expect(out).toContain('Load products: 5 of 5 done, 2 of them added.')
    expect(await shop.stock('load-product-00003')).toEqual({ onHand: 7, reserved: 0 })
    expect(await shop.stock('load-product-00005')).toEqual({ onHand: 9, reserved: 0 })
  })

  test.each([
    ['--users', 'many'],
    ['--users=-1'],
    ['--products', '1.5'],
    ['--stock', '2000000000'],
    ['--balance', '0.001'],
    ['--balance', '1e3'],
    ['--unicorns', '1'],
    ['extra'],
  ])('asked for as %s %s is refused in one line, and nothing is added', async (...args) => {
    const before = await countRows()
    const { code, err } = await seed(...args.filter((arg) => arg !== undefined))
    expect(code).toBe(1)
    expect(err.trim().split('\n')).toHaveLength(1)
    expect(await countRows()).toEqual(before)
  })

  test('is explained by --help', async () => {
    const { code, out } = await seed('--help')
    expect(code).toBe(0)
    for (const option of ['--users', '--products', '--stock', '--balance']) expect(out).toContain(option)
  })
})
