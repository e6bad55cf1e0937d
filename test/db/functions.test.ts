import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#db/client.ts'
import { call, FUNCTIONS, missingFunctions } from '#db/functions.ts'
import { recordOutcome, releaseStock, undoCharge } from '#db/purchases.ts'
import { reduceAward } from '#db/refunds.ts'
import { openShop, type Shop } from '#test/support/shop.ts'

let shop: Shop

beforeAll(async () => {
  shop = await openShop()
  await shop.addProduct({ id: 'air', priceMinor: 600, stock: 100 })
  await shop.addWallet({ username: 'ann', balanceMinor: 100_000 })
})
afterAll(async () => {
  const broken = await shop.brokenInvariants()
  await shop.close()
  expect(broken).toEqual([])
})

const order = () => shop.order({ username: 'ann', lines: [{ productId: 'air', quantity: 1 }] })

/** Functions that the application may call, as the database has them. */
async function callable() {
  return await shop.sql<{ name: string; arguments: string; answer: string; path: string[] }[]>`
    select proname as name, pg_get_function_identity_arguments(oid) as arguments, prorettype::regtype::text as answer,
      proconfig as path
    from pg_proc
    where pronamespace = 'public'::regnamespace and prosecdef and has_function_privilege(oid, 'execute')
    order by proname`
}

describe('the functions that TypeScript calls', () => {
  test('are, argument by argument, those that the application may call, and all of them answer with JSON', async () => {
    const declared = Object.entries(FUNCTIONS).map(([name, types]) => ({
      name,
      arguments: Object.entries(types)
        .map(([argument, type]) => `${argument} ${type}`)
        .join(', '),
      answer: 'jsonb',
      path: ['search_path=public, pg_temp'],
    }))
    const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1)
    expect((await callable()).toSorted(byName)).toEqual(declared.toSorted(byName))
    expect(await missingFunctions(shop.sql)).toEqual([])
  })

  test('are missed when the database has them with another signature', async () => {
    const gone = new Error('as if it had never happened')
    const owner = openDatabase({ databaseUrl: shop.migrateDatabaseUrl, applicationName: 'owner', maxConnections: 1 })
    const changed = owner.begin(async (sql) => {
      await sql`drop function undo_charge(uuid)`
      await sql`alter function release_stock rename to release_stock_2`
      expect(await missingFunctions(sql)).toEqual(['release_stock(purchase uuid)', 'undo_charge(purchase uuid)'])
      throw gone
    })
    await expect(changed).rejects.toBe(gone)
    await owner.end()
  })
})

describe('the application', () => {
  const BOOKS = [
    ...['products', 'stock_movements', 'stock_reservations', 'wallets', 'wallet_entries', 'users'],
    ...[
      'purchases',
      'purchase_lines',
      'purchase_events',
      'saga_steps',
      'awards',
      'external_events',
      'operator_requests',
    ],
    ...['points_accounts', 'points_events', 'points_lots', 'points_allocations', 'points_commands', 'daily_balances'],
    ...['campaign_grants', 'campaign_customers', 'campaign_counters', 'texts', 'erasures', 'role_grants'],
    ...['event_facts', 'user_tag_changes'],
  ]

  test.each(BOOKS)('writes to %s by functions only', async (table) => {
    const [rights] = await shop.sql`
      select has_table_privilege(${table}, 'select') as select, has_table_privilege(${table}, 'insert') as insert,
        has_table_privilege(${table}, 'update') as update, has_table_privilege(${table}, 'delete') as delete,
        has_table_privilege(${table}, 'truncate') as truncate`
    expect(rights).toEqual({ select: true, insert: false, update: false, delete: false, truncate: false })
  })

  test('writes to what is of no book itself, and to nothing else', async () => {
    const written = await shop.sql<{ name: string }[]>`
      select relname as name from pg_class
      where relnamespace = 'public'::regnamespace and relkind = 'r' and (
        has_any_column_privilege(oid, 'insert, update') or has_table_privilege(oid, 'delete, truncate')
      )
      order by relname`
    expect(written.map(({ name }) => name)).toEqual([
      'campaign_history',
      'campaigns',
      'idempotency_keys',
      'rate_limits',
      'sessions',
    ])
  })

  test('changes a product by its functions alone', async () => {
    await expect(shop.sql`update products set name = name where id = 'air'`).rejects.toThrow('permission denied')
    await expect(shop.sql`update products set on_hand = 7 where id = 'air'`).rejects.toThrow('permission denied')
    await expect(shop.sql`update products set reserved = 0 where id = 'air'`).rejects.toThrow('permission denied')
  })

  test('changes no count of what a campaign has given', async () => {
    await expect(shop.sql`update campaigns set given_points = 0`).rejects.toThrow('permission denied')
    await shop.sql`update campaigns set status = status`
  })

  test.each([
    'post_wallet(null, 1, null, null, null)',
    'move_stock(null, 1, 0, null, null, null)',
    'claim_step(null, null)',
    'record_event(null, null, null)',
    'append_to_accounts(null, null)',
    'settle_awards(null, null)',
    'write_text(null, null, null)',
  ])('cannot call %s, a part of other functions', async (part) => {
    await expect(shop.sql.unsafe(`select ${part}`)).rejects.toThrow('permission denied')
  })

  test('gets a refusal as a value: no function of the books makes one of a violated constraint', async () => {
    const { on_hand } = (await shop.sql<{ on_hand: number }[]>`select on_hand from products where id = 'air'`)[0] ?? {}
    const tooMany = { product: 'air', change: -(on_hand ?? 0) - 1, max_on_hand: 1e9, remark: 'x', who: 'test' }
    const key = { key_scope: 'test', request_key: crypto.randomUUID(), hash: '' }
    expect(await call(shop.sql, 'adjust_stock', { ...tooMany, ...key })).toMatchObject({ result: 'refused' })
    const sources = await shop.sql<{ name: string; source: string }[]>`
      select proname as name, prosrc as source from pg_proc where pronamespace = 'public'::regnamespace and prolang <> 0`
    expect(sources.length).toBeGreaterThan(40)
    // It reads clocks, and writes nothing: what it catches is that a time zone is not known.
    const catching = sources.filter(({ source }) => /exception\s+when/i.test(source))
    expect(catching.map(({ name }) => name)).toEqual(['local_facts_in'])
    expect(catching[0]?.source.match(/exception\s+when\s+\w+/gi)).toEqual(
      Array(2).fill('exception when invalid_parameter_value'),
    )
  })
})

describe('nobody else who may connect', () => {
  test('can call a function with the rights of the owner', async () => {
    const rows = await shop.sql<{ name: string }[]>`
      select proname as name from pg_proc
      where pronamespace = 'public'::regnamespace and prokind = 'f' and has_function_privilege('public', oid, 'execute')`
    expect(rows.map(({ name }) => name)).toEqual([])
  })
})

describe('a sale that is confirmed', () => {
  test('is not undone, whatever its caller believes, and ends as nothing but completed', async () => {
    const purchaseId = await order()
    await shop.confirm(purchaseId)
    const before = await shop.balance('ann')
    await expect(undoCharge(shop.sql, purchaseId)).rejects.toThrow('cannot be undone')
    await expect(releaseStock(shop.sql, purchaseId)).rejects.toThrow('cannot be undone')
    await expect(recordOutcome(shop.sql, purchaseId, { status: 'cancelled' })).rejects.toThrow(
      'cannot end as cancelled',
    )
    const nothing = { points: 0, campaigns: [] }
    await expect(reduceAward(shop.sql, purchaseId, 1, nothing)).rejects.toThrow('is not under way')
    expect(await shop.balance('ann')).toBe(before)
    await shop.complete(purchaseId)
  })

  test('is the only one that ends as completed', async () => {
    const purchaseId = await order()
    await expect(recordOutcome(shop.sql, purchaseId, { status: 'completed' })).rejects.toThrow(
      'cannot end as completed',
    )
    await recordOutcome(shop.sql, purchaseId, { status: 'cancelled' })
  })
})

describe('amounts that are none', () => {
  const paid = { amountMinor: 600, points: 0 }
  const award = { points: 0, spent: 0, owed: 0 }
  const none = { paid, award, points_withheld: 0 }

  /** Of a purchase of 6.00 without an award, that was not paid with points, and is given back as a whole. */
  const MORE_OR_LESS_THAN_THERE_WAS = [
    { ...none, paid: { ...paid, amountMinor: 601 } },
    { ...none, paid: { ...paid, amountMinor: 599 } },
    { ...none, paid: { ...paid, points: 1 } },
    { ...none, award: { ...award, owed: 1 } },
    { ...none, award: { ...award, spent: 1_000_000_000 } },
    { ...none, points_withheld: 1 },
  ]

  test.each([
    ['negative', -100],
    ['unknown', null],
  ])('(%s) are refused where money is given back or comes from outside', async (_, amount) => {
    const wrong = [
      ...Object.keys(paid).map((name) => ({ ...none, paid: { ...paid, [name]: amount } })),
      ...Object.keys(award).map((name) => ({ ...none, award: { ...award, [name]: amount } })),
      { ...none, points_withheld: amount },
      ...MORE_OR_LESS_THAN_THERE_WAS,
    ]
    const purchaseId = await order()
    await shop.confirm(purchaseId)
    await shop.complete(purchaseId)
    const refund = await shop.askForRefund(purchaseId)
    for (const given of wrong) {
      const returned = call(shop.sql, 'return_money', {
        purchase: purchaseId,
        of_refund: refund,
        commands: [],
        ...given,
      })
      await expect(returned, JSON.stringify(given)).rejects.toThrow(`refund ${refund} of purchase`)
    }
    const key = { key_scope: 'test', request_key: crypto.randomUUID(), hash: '' }
    const topUp = { name: 'ann', amount_minor: amount, max_minor: 1e9, who: 'test' }
    await expect(call(shop.sql, 'top_up_wallet', { ...topUp, ...key })).rejects.toThrow('no amount')
    await shop.refund(purchaseId)
  })
})
