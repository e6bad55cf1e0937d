import { readdir } from 'node:fs/promises'
import type { Sql } from './client.ts'

/** Version of the newest migration that was applied; 0 in a database without our schema. */
export async function readSchemaVersion(sql: Sql): Promise<number> {
  const [table] = await sql<{ exists: boolean }[]>`select to_regclass('schema_migrations') is not null as exists`
  if (!table?.exists) return 0
  const [row] = await sql<
    { version: number }[]
  >`select coalesce(max(version), 0)::int as version from schema_migrations`
  return row?.version ?? 0
}

/** Version of the newest migration that this code knows. */
export async function newestMigration(): Promise<number> {
  const names = await readdir(new URL('./migrations/', import.meta.url))
  return Math.max(0, ...names.map((name) => Number.parseInt(name, 10)).filter(Number.isInteger))
}
