import { randomUUID } from 'node:crypto'
import postgres from 'postgres'
import { migrateDatabase, setRoleSettings } from '#db/migrate.ts'
import { APPLICATION_ROLE, OWNER_ROLE } from '#scripts/platform/postgres.ts'

const TEMPLATE = 'unicorn_template'
/** Roles belong to the server, not to a database: one password each for the whole run. */
const PASSWORD = 'test'

export interface TestDatabase {
  /** As the application's role. */
  readonly databaseUrl: string
  /** As the owner. */
  readonly migrateDatabaseUrl: string
  /** Ends all connections and removes it. */
  drop(): Promise<void>
}

/** Called once per run, before any test. */
export async function createTemplateDatabase(adminUrl: string): Promise<void> {
  await asAdmin(adminUrl, async (admin) => {
    for (const role of [OWNER_ROLE, APPLICATION_ROLE]) await admin.unsafe(`alter role ${role} password '${PASSWORD}'`)
    await admin.unsafe(`create database ${TEMPLATE} owner ${OWNER_ROLE}`)
  })
  const migrateDatabaseUrl = urlOf(adminUrl, OWNER_ROLE, TEMPLATE)
  await migrateDatabase({ migrateDatabaseUrl, applicationRole: APPLICATION_ROLE })
  await setRoleSettings(urlOf(adminUrl, APPLICATION_ROLE, TEMPLATE))
}

/** A copy of the template, which is migrated, or of another one. */
export async function createDatabase(adminUrl: string, template = TEMPLATE): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await asAdmin(adminUrl, (admin) => admin.unsafe(`create database ${name} template ${template} owner ${OWNER_ROLE}`))
  return {
    databaseUrl: urlOf(adminUrl, APPLICATION_ROLE, name),
    migrateDatabaseUrl: urlOf(adminUrl, OWNER_ROLE, name),
    drop: () => asAdmin(adminUrl, (admin) => admin.unsafe(`drop database ${name} with (force)`)),
  }
}

function urlOf(adminUrl: string, role: string, database: string): string {
  const url = new URL(adminUrl)
  url.username = role
  url.password = PASSWORD
  url.pathname = `/${database}`
  return url.href
}

async function asAdmin(adminUrl: string, work: (admin: postgres.Sql) => Promise<unknown>): Promise<void> {
  const admin = postgres(adminUrl, { max: 1, onnotice: () => {} })
  try {
    await work(admin)
  } finally {
    await admin.end({ timeout: 5 })
  }
}
