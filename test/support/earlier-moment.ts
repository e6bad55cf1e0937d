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

  async function tables(): Promise<string[]> {
    const rows = await sql<{ name: string }[]>`
      select table_name as name from information_schema.tables
      where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> 'schema_migrations'`
    return rows.map(({ name }) => name)
  }

  return {
    /** Remembers how everything is now. @returns brings it all back */
    async remember(): Promise<() => Promise<void>> {
      const kept = `moment_${++moments}`
      const names = await tables()
      await sql.begin('isolation level repeatable read', async (tx) => {
        await tx.unsafe(`create schema ${kept}`)
        for (const name of names) await tx.unsafe(`create table ${kept}.${name} as table public.${name}`)
      })
      return async () => {
        await sql.begin(async (tx) => {
          await tx`set local session_replication_role = replica`
          for (const name of names) {
            await tx.unsafe(`delete from public.${name}`)
            await tx.unsafe(`insert into public.${name} overriding system value table ${kept}.${name}`)
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
