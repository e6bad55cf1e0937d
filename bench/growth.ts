import { type Database, openDatabase, type Sql } from '#db/client.ts'
import { plainPurchase } from './contenders.ts'
import type { Figures } from './figures.ts'
import { compared } from './history.ts'
import { createHttpClient, expectStatus } from './http.ts'
import { closedLoop } from './load.ts'
import { type BenchDatabase, type Machine, orderOf, type Product, requireSoundBooks } from './machine.ts'

export type GrowthSizes = {
  /** In the tables of the large one; those of the small one have 1,000. A multiple of 1,000. */
  readonly purchases: number
  /** Of each, in each of five rounds. */
  readonly calls: number
}

export type GrowthResults = { readonly purchases: number; readonly figures: Figures }

/** The product with 1,000 purchases in its tables, and with many: two of them, so that both see the same machine. */
export type GrownProducts = { small: GrownProduct; large: GrownProduct }
type GrownProduct = { database: BenchDatabase; product: Product }

const SMALL = 1_000
/** Purchases that are made; all others are copies of them. */
const MADE = 100
/** As many purchases each. */
const BUYERS = 20

/**
 * Starts the product twice: on 1,000 purchases, and on many. A hundred are bought, so that they are what the product makes of a
 * purchase, and copied with new ids: buyers, purchases, and all that they left in the books.
 */
export async function startGrownProducts(machine: Machine, { purchases }: GrowthSizes): Promise<GrownProducts> {
  machine.say(`growth: ${SMALL.toLocaleString('en')} purchases, and ${purchases.toLocaleString('en')} beside them`)
  const original = await machine.createDatabase('bench_grown_original')
  await buyOriginals(original)
  await Promise.all([original.sql.end({ timeout: 5 }), original.owner.end({ timeout: 5 })])
  const databases = [
    await machine.createDatabase('bench_grown_small', original.name),
    await machine.createDatabase('bench_grown_large', original.name),
  ] as const
  for (const [index, count] of [SMALL, purchases].entries()) {
    await copyPurchases(databases[index] as BenchDatabase, count / MADE, machine.say)
  }
  const start = async (database: BenchDatabase, name: string): Promise<GrownProduct> => {
    const temporal = await machine.startTemporal(name, 'tuned')
    return { database, product: await machine.startProduct(database, temporal) }
  }
  return {
    small: await start(databases[0], 'temporal-grown-small'),
    large: await start(databases[1], 'temporal-grown-large'),
  }
}

/** Purchases one at a time, over HTTP, alternating between the two. */
export async function benchGrowth(
  machine: Machine,
  { small, large }: GrownProducts,
  { purchases, calls }: GrowthSizes,
): Promise<GrowthResults> {
  machine.say(`growth: purchases with ${purchases.toLocaleString('en')} in the tables against 1,000`)
  const [mostBuyer, fewBuyer] = [large, small].map(({ product }) => {
    const http = createHttpClient(product.url)
    machine.closeLater(http.close)
    let n = 0
    return () => expectStatus(http, 200, 'POST', '/purchase', orderOf(n++))
  }) as [() => Promise<unknown>, () => Promise<unknown>]
  await Promise.all([mostBuyer, fewBuyer].map((buy) => closedLoop({ atOnce: 5, durationMs: 3_000 }, buy)))
  const ratio = await compared(calls, mostBuyer, fewBuyer)
  await requireSoundBooks(small.database, large.database)
  return { purchases, figures: { purchase_growth: ratio } }
}

/** Buyers whose names, which are their ids, hold a UUID, so that copies get new ones as purchases do. */
async function buyOriginals({ sql, owner }: BenchDatabase): Promise<void> {
  const [row] = await owner<{ names: string[] }[]>`
    select array_agg('buyer-' || uuidv7()) as names from generate_series(1, ${BUYERS}::int)`
  const names = row?.names ?? []
  await sql`select add_sample_users(${sql.json(names.map((username) => ({ username, balanceMinor: 100_000_000_000 })))})`
  const buy = plainPurchase(sql, (n) => ({ ...orderOf(n), userId: names[n % BUYERS] ?? '' }))
  await closedLoop({ atOnce: 10, durationMs: 60_000, total: MADE }, buy)
}

/**
 * Copies all rows that hold a UUIDv7 until there are `times` as many of them. The first eight digits of each id, which are its time
 * in steps of 65 s, become one step earlier with each copy, the same in whatever row and column it stands: so the copies refer to
 * each other as the originals do, and are older. Ids of campaigns stay whole: all copies are of the same ones.
 *
 * As the superuser, without triggers and foreign keys, which hold by construction; the audit has the last word.
 */
async function copyPurchases(database: BenchDatabase, times: number, say: (line: string) => void): Promise<void> {
  const sql = openDatabase({
    databaseUrl: database.adminUrl,
    applicationName: 'bench-copy',
    maxConnections: WRITERS,
    statementTimeoutMs: 0,
    lockTimeoutMs: 0,
  })
  try {
    const tables = await listTables(sql)
    const [clock] = await sql<{ step: number }[]>`select ('x' || left(uuidv7()::text, 8))::bit(32)::bigint as step`
    const before = (clock?.step ?? 0) - BEFORE_ORIGINALS
    for (const { name } of tables) {
      await sql.unsafe(`create table bench_originals_${name} as
        select replace(regexp_replace(replace(row, c.id, '<campaign>'), '${UUID}', '<copy>\\1', 'g'), '<campaign>', c.id) as row
        from (select to_jsonb(t)::text as row from ${name} t) as rows, (select id::text from campaigns limit 1) as c
        where replace(row, c.id, '') ~ '${UUID}'`)
    }
    const filled = tables.map((table) => async () => {
      const { name } = table
      for (let from = 1; from < times; from += COPIES) {
        await insertCopies(sql, table, { from, to: Math.min(from + COPIES, times) - 1, before })
      }
      await sql.unsafe(`drop table bench_originals_${name}`)
      if (times > COPIES) say(`growth: ${name} is filled`)
    })
    await inParallel(WRITERS, filled)
    // What is kept of the whole is summed up anew.
    await sql`
      update products p set on_hand = (select sum(quantity) from stock_movements m where m.product_id = p.id)
      where exists (select from stock_movements m where m.product_id = p.id)`
    await sql`
      update campaigns c set
        given_points = coalesce((select sum(points) from campaign_grants g where g.campaign_id = c.id), 0)
          - coalesce((select sum(points) from campaign_counters counted where counted.campaign_id = c.id), 0)`
    await sql`vacuum analyze`
    await sql`checkpoint`
  } finally {
    await sql.end({ timeout: 5 })
  }
}

/** As many as two cores have a use for. */
const WRITERS = 3
/** Copies of all rows of a table in one statement. */
const COPIES = 250
const UUID = '[0-9a-f]{8}(-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})'
/** Steps of 65 s, within which the originals were made for sure. */
const BEFORE_ORIGINALS = 100

/** With the columns that Postgres does not give by itself. */
type Table = { name: string; columns: string[] }

/** All of ours that may hold what belongs to a purchase. */
async function listTables(sql: Sql): Promise<Table[]> {
  return await sql<Table[]>`
    select t.table_name as name, array_agg(c.column_name::text order by c.ordinal_position) as columns
    from information_schema.tables t
    join information_schema.columns c using (table_schema, table_name)
    where t.table_schema = 'public' and t.table_type = 'BASE TABLE'
      and t.table_name not in ('products', 'campaigns', 'campaign_history', 'schema_migrations')
      and t.table_name not like 'bench_%' and c.is_identity = 'NO' and c.is_generated = 'NEVER'
    group by t.table_name`
}

async function insertCopies(
  sql: Database,
  { name: table, columns }: Table,
  { from, to, before }: { from: number; to: number; before: number },
): Promise<void> {
  const names = columns.map((column) => `"${column}"`)
  await sql.begin({ unlimited: true }, async (tx) => {
    await tx`set local session_replication_role = replica`
    await tx`set local synchronous_commit = off`
    await tx.unsafe(`
      insert into ${table} (${names.join(', ')})
      select ${names.map((name) => `made.${name}`).join(', ')}
      from bench_originals_${table} as original
      cross join generate_series(${from}, ${to}) as copy
      cross join lateral jsonb_populate_record(
        null::${table}, replace(original.row, '<copy>', lpad(to_hex(${before} - copy), 8, '0'))::jsonb
      ) as made`)
  })
}

/** So many at a time, in their order. */
async function inParallel(width: number, works: readonly (() => Promise<void>)[]): Promise<void> {
  const left = [...works]
  const one = async () => {
    for (let work = left.shift(); work; work = left.shift()) await work()
  }
  await Promise.all(Array.from({ length: width }, one))
}
