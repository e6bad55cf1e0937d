import postgres from 'postgres'
import { inject } from 'vitest'

/**
 * Brings a test's database back to an earlier moment: what a failover to a replica that lagged, or a restore, does. Everything that was
 * committed in between is lost.
 */
export function openMoments(databaseUrl: string) {
  const url = new URL(inject('adminUrl'))
  url.pathname = new URL(databaseUrl).pathname
  const sql = postgres(url.href, { max: 1, onnotice: () => {} })
  let moments = 0

  /** With the columns that do not follow from others. */
  async function tables(): Promise<{ name: string; columns: string }[]> {
    return await sql<{ name: string; columns: string }[]>`
      select t.table_name as name, string_agg(quote_ident(c.column_name), ', ') as columns
      from information_schema.tables t join information_schema.columns c using (table_schema, table_name)
      where t.table_schema = 'public' and t.table_type = 'BASE TABLE' and t.table_name <> 'schema_migrations'
        and c.is_generated = 'NEVER'
      group by t.table_name`
  }

  return {
    /** Remembers how everything is now. @returns brings it all back */
    async remember(): Promise<() => Promise<void>> {
      const kept = `moment_${++moments}`
      const all = await tables()
      await sql.begin('isolation level repeatable read', async (tx) => {
        await tx.unsafe(`create schema ${kept}`)
        for (const { name } of all) await tx.unsafe(`create table ${kept}.${name} as table public.${name}`)
      })
      return async () => {
        await sql.begin(async (tx) => {
          await tx`set local session_replication_role = replica`
          for (const { name, columns } of all) {
            await tx.unsafe(`delete from public.${name}`)
            await tx.unsafe(`
              insert into public.${name} (${columns}) overriding system value select ${columns} from ${kept}.${name}`)
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
