import { inject } from 'vitest'
import { createDatabase, type TestDatabase } from './databases.ts'

export type { TestDatabase } from './databases.ts'

/** A migrated database of its own for a test file: a copy of the run's template, made in a fraction of a second. */
export async function createTestDatabase(): Promise<TestDatabase> {
  return await createDatabase(inject('adminUrl'))
}

/** A database without any schema, for tests of the migrations themselves. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  return await createDatabase(inject('adminUrl'), 'template1')
}
