import type { Database } from '#db/client.ts'

/** A text that is another one when anything in the database has changed. */
export async function allRows(sql: Database): Promise<string> {
  const tables = await sql<{ name: string }[]>`
    select quote_ident(tablename) as name from pg_tables where schemaname = 'public' order by 1`
  const rows: string[] = []
  for (const { name } of tables) {
    const [row] = await sql.unsafe<{ sum: string }[]>(
      `select md5(coalesce(string_agg(t::text, ',' order by t::text), '')) as sum from ${name} t`,
    )
    rows.push(`${name} ${row?.sum}`)
  }
  return rows.join('\n')
}
