import { addMissingCampaigns } from '#db/campaigns.ts'
import type { Sql } from '#db/client.ts'
import { addMissingProducts, type SampleProduct } from '#db/products.ts'
import { addMissingUsers, type SampleUser } from '#db/wallets.ts'
import { SAMPLE_CAMPAIGNS, SAMPLE_PRODUCTS, SAMPLE_USERS } from './sample-data.ts'

/** Rows per statement: few enough for the statement timeout, and for progress to be seen. */
const BATCH = 5_000

export type LoadData = {
  users: number
  products: number
  /** Of each product. */
  stock: number
  /** Of each user. */
  balanceMinor: number
}

/** The products, users and campaigns of the sample data that are not there yet. Safe to repeat. */
export async function addSampleData(sql: Sql): Promise<{ products: number; users: number; campaigns: number }> {
  const products = await addMissingProducts(sql, SAMPLE_PRODUCTS)
  const users = await addMissingUsers(sql, SAMPLE_USERS)
  const campaigns = await addMissingCampaigns(sql, SAMPLE_CAMPAIGNS, 'seed')
  return { products, users, campaigns }
}

/** Numbered users and products for load tests. Those that are there already stay as they are. */
export async function addLoadData(sql: Sql, wanted: LoadData, say: (line: string) => void): Promise<void> {
  const { users, products, stock, balanceMinor } = wanted
  await addNumbered('products', products, say, (from, to) =>
    addMissingProducts(
      sql,
      numbered(from, to, (number) => loadProduct(number, stock)),
    ),
  )
  await addNumbered('users', users, say, (from, to) =>
    addMissingUsers(
      sql,
      numbered(from, to, (number): SampleUser => ({ username: `load-user-${padded(number)}`, balanceMinor })),
    ),
  )
}

function loadProduct(number: number, stock: number): SampleProduct {
  return {
    id: `load-product-${padded(number)}`,
    name: `Load product ${number}`,
    description: 'Made for load tests.',
    image: '/images/rainbow-starter-kit.svg',
    priceMinor: 1_000 + (number % 100) * 25,
    stock,
  }
}

async function addNumbered(
  what: string,
  total: number,
  say: (line: string) => void,
  add: (from: number, to: number) => Promise<number>,
): Promise<void> {
  let added = 0
  for (let from = 1; from <= total; from += BATCH) {
    const to = Math.min(from + BATCH - 1, total)
    added += await add(from, to)
    say(`Load ${what}: ${to} of ${total} done, ${added} of them added.`)
  }
}

function numbered<Item>(from: number, to: number, make: (number: number) => Item): Item[] {
  return Array.from({ length: to - from + 1 }, (_, index) => make(from + index))
}

function padded(number: number): string {
  return String(number).padStart(5, '0')
}
