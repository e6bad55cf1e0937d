import type { Sql } from './client.ts'

export type SampleProduct = {
  id: string
  name: string
  description: string
  image: string
  priceMinor: number
  stock: number
}

export type SampleUser = { username: string; balanceMinor: number }

/**
 * Adds the products that are not there yet, with their initial stock. Those that are there are left as they are, with
 * whatever has been sold of them since.
 *
 * @returns how many were added
 */
export async function addMissingProducts(sql: Sql, products: SampleProduct[]): Promise<number> {
  const rows = products.map(({ priceMinor, stock, ...product }) => ({ ...product, price_minor: priceMinor, stock }))
  const [added] = await sql<{ count: number }[]>`
    with product as (
      insert into products (id, name, description, image, price_minor, on_hand)
      select id, name, description, image, price_minor, stock
      from jsonb_to_recordset(${sql.json(rows)})
        as sample (id text, name text, description text, image text, price_minor bigint, stock bigint)
      on conflict (id) do nothing
      returning id, on_hand
    ), movement as (
      insert into stock_movements (product_id, quantity, reason, reference, actor)
      select id, on_hand, 'initial', 'seed', 'seed' from product where on_hand > 0
    )
    select count(*) from product`
  return added?.count ?? 0
}

/** The same for users and their opening balances. */
export async function addMissingUsers(sql: Sql, users: SampleUser[]): Promise<number> {
  const rows = users.map(({ username, balanceMinor }) => ({ username, balance_minor: balanceMinor }))
  const [added] = await sql<{ count: number }[]>`
    with wallet as (
      insert into wallets (username, balance_minor)
      select username, balance_minor
      from jsonb_to_recordset(${sql.json(rows)}) as sample (username text, balance_minor bigint)
      on conflict (username) do nothing
      returning username, balance_minor
    ), entry as (
      insert into wallet_entries (username, amount_minor, reason, reference, actor)
      select username, balance_minor, 'opening', 'seed', 'seed' from wallet where balance_minor > 0
    )
    select count(*) from wallet`
  return added?.count ?? 0
}
