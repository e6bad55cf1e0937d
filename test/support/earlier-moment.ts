import postgres from 'postgres'
import { inject } from 'vitest'

/** The rows of each table, as the text of an array of them; null: there are none. */
type Rows = Record<string, string | null>

/**
 * Brings a test's database back to an earlier moment: what a failover to a replica that lagged, or a restore, does. Everything that was
 * committed in between is lost.
 */
export function openMoments(databaseUrl: string) {
  const url = new URL(inject('adminUrl'))
  url.pathname = new URL(databaseUrl).pathname
  const sql = postgres(url.href, { max: 1, onnotice: () => {} })
  let tables: Promise<{ name: string; columns: string }[]> | undefined

  /** With the columns that do not follow from others. */
  async function readTables(): Promise<{ name: string; columns: string }[]> {
    return await sql<{ name: string; columns: string }[]>`
      select t.table_name as name, string_agg(quote_ident(c.column_name), ', ') as columns
      from information_schema.tables t join information_schema.columns c using (table_schema, table_name)
      where t.table_schema = 'public' and t.table_type = 'BASE TABLE' and t.table_name <> 'schema_migrations'
        and c.is_generated = 'NEVER'
      group by t.table_name`
  }

  /** How everything is now, which one statement sees at one moment. */
  async function readRows(tables: readonly { name: string }[]): Promise<Rows> {
    const kept = tables.map(({ name }) => `(select array_agg(one)::text from ${name} as one) as ${name}`)
    const [rows = {}] = await sql.unsafe<Rows[]>(`select ${kept.join(', ')}`)
    return rows
  }

  return {
    /** Remembers how everything is now. @returns brings it all back */
    async remember(): Promise<() => Promise<void>> {
      tables ??= readTables()
      const all = await tables
      const rows = await readRows(all)
      return async () => {
        const now = await readRows(all)
        await sql.begin(async (tx) => {
          await tx`set local session_replication_role = replica`
          for (const { name, columns } of all.filter(({ name }) => now[name] !== rows[name])) {
            await tx.unsafe(`delete from ${name}`)
            await tx.unsafe(
              `insert into ${name} (${columns}) overriding system value
              select ${columns} from unnest($1::text::${name}[])`,
              [rows[name] ?? null],
            )
          }
        })
      }
    },
    /** Changes rows as nothing and nobody may: without triggers, foreign keys and rights. */
    async tamper(change: (sql: postgres.TransactionSql) => Promise<unknown>): Promise<void> {
      await sql.begin(async (tx) => {
        await tx`set local session_replication_role = replica`
        await change(tx)
      })
    },
    close: () => sql.end({ timeout: 1 }),
  }
}
