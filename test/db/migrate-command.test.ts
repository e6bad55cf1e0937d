import { Connection } from '@temporalio/client'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { openDatabase } from '#db/client.ts'
import { newestMigration, readSchemaVersion } from '#db/functions.ts'
import { runEntryPoint } from '#test/support/entry-point.ts'
import { createEmptyDatabase, type TestDatabase } from '#test/support/test-database.ts'
import { registerSearchAttributes } from '#worker/temporal-setup.ts'

const namespace = `migrate-${crypto.randomUUID()}`
let database: TestDatabase
let connection: Connection

beforeAll(async () => {
  database = await createEmptyDatabase()
  connection = await Connection.connect({ address: inject('temporalAddress') })
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
  })
})
afterAll(async () => {
  await connection.close()
  await database.drop()
})

const migrate = (temporalAddress: string | undefined) =>
  runEntryPoint('scripts/migrate.ts', {
    DATABASE_URL: database.databaseUrl,
    MIGRATE_DATABASE_URL: database.migrateDatabaseUrl,
    TEMPORAL_ADDRESS: temporalAddress,
    TEMPORAL_NAMESPACE: namespace,
  })

async function attributes(): Promise<string[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace })
  return Object.keys(customAttributes)
}

test('migrates without a Temporal, and says which commands are left to run', async () => {
  const { code, out } = await migrate('127.0.0.1:1')
  expect(code).toBe(0)
  expect(out).toContain('Schema: applied ')
  expect(out).toContain('Temporal: 127.0.0.1:1 does not answer.')
  for (const name of ['Customer --type Keyword', 'PurchaseStatus --type Keyword', 'TotalMinor --type Int']) {
    expect(out).toContain(
      `temporal operator search-attribute create --address 127.0.0.1:1 --namespace ${namespace} --name ${name}`,
    )
  }
  const sql = openDatabase({ databaseUrl: database.databaseUrl, applicationName: 'test', maxConnections: 1 })
  expect(await readSchemaVersion(sql)).toBe(await newestMigration())
  await sql.end()
})

test('registers the search attributes where it may, and finds nothing to do the second time', async () => {
  // A namespace is known to the server a moment after it was registered.
  await expect
    .poll(async () =>
      attributes().then(
        () => true,
        () => false,
      ),
    )
    .toBe(true)
  const first = await migrate(inject('temporalAddress'))
  expect(first.code).toBe(0)
  expect(first.out).toContain('Temporal: registered search attributes Customer, PurchaseStatus, TotalMinor.')
  await expect.poll(attributes).toEqual(expect.arrayContaining(['Customer', 'PurchaseStatus', 'TotalMinor']))

  const second = await migrate(inject('temporalAddress'))
  expect(second.code).toBe(0)
  expect(second.out).toBe('Schema: nothing to do.\nTemporal: nothing to do.\n')
})

test('does not fail where it may not register them, but says why', async () => {
  const refused = Object.assign(new Error('denied'), { code: 7, details: 'Request unauthorized.', metadata: {} })
  const strict = { operatorService: { listSearchAttributes: () => Promise.reject(refused) } } as unknown as Connection
  expect(await registerSearchAttributes(strict, namespace)).toEqual({
    registered: [],
    refused: 'Request unauthorized.',
  })
})

test('of a database that another version made it says so, in one line, and changes nothing', async () => {
  const owner = openDatabase({ databaseUrl: database.migrateDatabaseUrl, applicationName: 'test', maxConnections: 1 })
  await owner`update schema_migrations set md5 = 'of another version' where version = 1`
  expect(await migrate('127.0.0.1:1')).toEqual({
    code: 1,
    out: '',
    err:
      'This database was made by another version of the schema, which until 1.0 cannot be upgraded: start with an empty one. ' +
      'That of "npm start" is in DATA_DIR: delete it, or set another one.\n',
  })
  const versions = await owner`select md5 from schema_migrations where version > 0`
  expect(versions).toEqual([{ md5: 'of another version' }])
  await owner.end()
})
