import { openDatabase, type Sql } from '#db/client.ts'

export const DATABASE = 'unicorn'
/** Owns the database and everything in it; migrations run as this role. */
export const OWNER_ROLE = 'unicorn_owner'
/** What worker and API run as; migrations grant it what it needs. It owns nothing, so it cannot lift a protection. */
export const APPLICATION_ROLE = 'unicorn_app'

/**
 * Creates the two roles and the database, or sees that they are there with the passwords that we know. Safe to repeat,
 * also after it was interrupted anywhere.
 *
 * @param passwords made of letters, digits, `-` and `_` only
 */
export async function provisionDatabase(
  adminUrl: string,
  passwords: { readonly owner: string; readonly application: string },
): Promise<void> {
  const sql = openDatabase({ databaseUrl: adminUrl, applicationName: 'unicorn-launcher', maxConnections: 1 })
  try {
    await ensureRole(sql, OWNER_ROLE, passwords.owner)
    await ensureRole(sql, APPLICATION_ROLE, passwords.application)
    const [present] = await sql`select from pg_database where datname = ${DATABASE}`
    if (present === undefined) await sql`create database ${sql(DATABASE)} owner ${sql(OWNER_ROLE)}`
  } finally {
    await sql.end({ timeout: 1 })
  }
}

async function ensureRole(sql: Sql, name: string, password: string): Promise<void> {
  const [present] = await sql`select from pg_roles where rolname = ${name}`
  const action = present === undefined ? 'create' : 'alter'
  await sql.unsafe(`${action} role ${name} login password '${password}'`)
}
