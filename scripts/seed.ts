import { parseArgs } from 'node:util'
import { runCommand } from '#config/command.ts'
import { resolveDatabase } from '#config/connections.ts'
import { ConfigurationError, readEnvironment } from '#config/environment.ts'
import { addMissingCampaigns, type NewCampaign } from '#db/campaigns.ts'
import { openDatabase, type Sql } from '#db/client.ts'
import { OtherCurrency, requireCurrency } from '#db/currency.ts'
import { addMissingProducts, type SampleProduct } from '#db/products.ts'
import { addMissingUsers, type SampleUser } from '#db/wallets.ts'
import { DEFAULT_TERMS, STORE_CLIENT } from '#domain/campaigns/campaign.ts'
import type { Rule } from '#domain/campaigns/condition.ts'
import type { Money } from '#domain/money.ts'

const USAGE = `npm run seed -- [options]

Adds the sample products, users and campaign, and load data if asked for. Safe to repeat: what is there already stays as it is.

  --users N      users load-user-00001 ... up to N
  --products N   products load-product-00001 ... up to N
  --stock N      initial stock of each load product (default 1000)
  --balance X    opening balance of each load user, in major units (default 10000)
  --help         this text`

async function main() {
  const environment = readEnvironment()
  const { money } = environment
  const wanted = readArguments(process.argv.slice(2), money)
  if (wanted === 'help') {
    console.log(USAGE)
    return
  }
  const { databaseUrl } = resolveDatabase(environment)
  const sql = openDatabase({ databaseUrl, applicationName: 'unicorn-seed', maxConnections: 1 })
  try {
    await requireCurrency(sql, { code: money.currency, digits: money.digits }).catch((error: unknown) => {
      throw error instanceof OtherCurrency ? new ConfigurationError(error.message) : error
    })
    const sample = await addSampleData(sql, money)
    console.log(
      `Sample data: ${sample.products} products, ${sample.users} users and ${sample.campaigns} campaigns added.`,
    )
    await addLoadData(sql, wanted, (line) => console.log(line))
  } finally {
    await sql.end({ timeout: 5 })
  }
}

function readArguments(args: string[], money: Money): LoadData | 'help' {
  const values = parseOptions(args)
  if (values.help) return 'help'
  return {
    users: count('users', values.users, 10_000_000),
    products: count('products', values.products, 1_000_000),
    stock: count('stock', values.stock, 1_000_000_000),
    balanceMinor: balance(values.balance, money),
    money,
  }
}

function parseOptions(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        users: { type: 'string', default: '0' },
        products: { type: 'string', default: '0' },
        stock: { type: 'string', default: '1000' },
        balance: { type: 'string', default: '10000' },
        help: { type: 'boolean', default: false },
      },
    })
    return values
  } catch (error) {
    throw new ConfigurationError(`${error instanceof Error ? error.message : error} See npm run seed -- --help.`)
  }
}

function count(name: string, given: string, max: number): number {
  const value = /^\d+$/.test(given) ? Number(given) : Number.NaN
  if (value <= max) return value
  throw new ConfigurationError(`--${name} ${given}: must be a whole number from 0 to ${max}.`)
}

function balance(given: string, { digits, maxRequestMinor, minorFromMajor, majorFromMinor }: Money): number {
  const minor = /^\d+(\.\d+)?$/.test(given) ? minorFromMajor(Number(given)) : undefined
  if (minor !== undefined) return minor
  throw new ConfigurationError(
    `--balance ${given}: must be from 0 to ${majorFromMinor(maxRequestMinor)}, with at most ${digits} decimals.`,
  )
}

/** Rows per statement: few enough for the statement timeout, and for progress to be seen. */
const BATCH = 5_000

type LoadData = {
  users: number
  products: number
  /** Of each product. */
  stock: number
  /** Of each user. */
  balanceMinor: number
  money: Pick<Money, 'digits'>
}

/** The products, users and campaigns of the sample data that are not there yet. Safe to repeat. */
export async function addSampleData(
  sql: Sql,
  money: Pick<Money, 'digits'>,
): Promise<{ products: number; users: number; campaigns: number }> {
  const products = await addMissingProducts(
    sql,
    SAMPLE_PRODUCTS.map(({ price, ...product }) => ({ ...product, priceMinor: sampleMinor(price, money) })),
  )
  const users = await addMissingUsers(
    sql,
    SAMPLE_USERS.map(({ balance, ...user }) => ({ ...user, balanceMinor: sampleMinor(balance, money) })),
  )
  const campaigns = await addMissingCampaigns(sql, sampleCampaigns(money), 'seed')
  return { products, users, campaigns }
}

/** Numbered users and products for load tests. Those that are there already stay as they are. */
export async function addLoadData(sql: Sql, wanted: LoadData, say: (line: string) => void): Promise<void> {
  const { users, products, stock, balanceMinor, money } = wanted
  await addNumbered('products', products, say, (from, to) =>
    addMissingProducts(
      sql,
      numbered(from, to, (number) => loadProduct(number, stock, money)),
    ),
  )
  await addNumbered('users', users, say, (from, to) =>
    addMissingUsers(
      sql,
      numbered(from, to, (number): SampleUser => ({ username: `load-user-${padded(number)}`, balanceMinor })),
    ),
  )
}

/** An amount of samples in any currency: the nearest that it has, as a price of 49.99 is 50 yen. */
function sampleMinor(dollars: number, money: Pick<Money, 'digits'>): number {
  return Math.round(dollars * samplesPerDollar(money) * 10 ** money.digits)
}

/** Sample amounts are of dollars. A unit that is not divided is about a cent: a unicorn is 170,000 yen. */
function samplesPerDollar({ digits }: Pick<Money, 'digits'>): number {
  return digits === 0 ? 100 : 1
}

function loadProduct(number: number, stock: number, money: Pick<Money, 'digits'>): SampleProduct {
  return {
    id: `load-product-${padded(number)}`,
    name: `Load product ${number}`,
    description: 'Made for load tests.',
    image: '/images/rainbow-starter-kit.svg',
    priceMinor: sampleMinor(10 + (number % 100) / 4, money),
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

/** What a newcomer finds in the store. The README buys product `1` as `derick`. */
const SAMPLE_PRODUCTS: (Omit<SampleProduct, 'priceMinor'> & { price: number })[] = [
  {
    id: '1',
    name: 'Unicorn Air',
    description:
      'Our lightest unicorn. Sleeps on clouds, lands without a sound and fits under any seat in front of you.',
    image: '/images/unicorn-air.svg',
    categories: ['unicorns'],
    tags: ['light'],
    price: 1700,
    stock: 4,
  },
  {
    id: '2',
    name: 'Unicorn Midnight',
    description: 'Bred for the dark. The mane glows for eight hours on one handful of stardust, and is dimmable.',
    image: '/images/unicorn-midnight.svg',
    categories: ['unicorns'],
    tags: ['night'],
    price: 2199,
    stock: 7,
  },
  {
    id: '3',
    name: 'Unicorn Ember',
    description: 'Warm to ride and warmer to look at. Keep away from hay, curtains and other unicorns.',
    image: '/images/unicorn-ember.svg',
    categories: ['unicorns'],
    tags: ['warm'],
    price: 2649.5,
    stock: 2,
  },
  {
    id: '4',
    name: 'Unicorn Meadow',
    description: 'The family unicorn: patient with children, fond of clover. Leaves flowers wherever it has been.',
    image: '/images/unicorn-meadow.svg',
    categories: ['unicorns'],
    tags: ['family'],
    price: 980,
    stock: 25,
  },
  {
    id: '5',
    name: 'Rainbow Starter Kit',
    description: 'Seven colours, two clouds and a manual. Makes one rainbow of twelve metres; rain not included.',
    image: '/images/rainbow-starter-kit.svg',
    categories: ['accessories'],
    tags: ['family'],
    price: 49.99,
    stock: 120,
  },
  {
    id: '6',
    name: 'Golden Horn Polish',
    description: 'A little goes a long way: 50 ml for a year of shining horns. Tested on narwhals, with their consent.',
    image: '/images/golden-horn-polish.svg',
    categories: ['accessories', 'care'],
    tags: [],
    price: 12.95,
    stock: 500,
  },
]

const SAMPLE_USERS = [
  { username: 'derick', balance: 3300 },
  { username: 'amara', balance: 12_500, tags: ['vip'] },
  { username: 'noor', balance: 199.5 },
  { username: 'yuki', balance: 0 },
]

/**
 * What the sample campaign gives is worth one per cent of what was charged in money, when that is more than 100 dollars: a point pays
 * for a tenth of a dollar or, where units are not divided, for one of them (`POINT_VALUE_MINOR`).
 */
function sampleRule(money: Pick<Money, 'digits'>): Rule {
  return {
    variable: '$.amount',
    condition: { rule: 'numeric_greater_than', value: 100 * samplesPerDollar(money) },
    action: { command: 'issue', formula: `$.amount/${money.digits === 0 ? 100 : 10}` },
  }
}

export function sampleCampaigns(money: Pick<Money, 'digits'>): NewCampaign[] {
  return [
    {
      client: STORE_CLIENT,
      name: '1',
      terms: { ...DEFAULT_TERMS, rules: [sampleRule(money)] },
    },
  ]
}

if (import.meta.main) runCommand(main)
