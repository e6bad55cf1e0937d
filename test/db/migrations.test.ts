import { fork } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { migrateDatabase } from '#db/migrate.ts'
import { createEmptyDatabase } from '#test/support/test-database.ts'

const migrateProcess = new URL('../support/migrate-process.ts', import.meta.url)

test('processes that migrate an empty database at once apply each migration once', async () => {
  const { migrateDatabaseUrl, databaseUrl, drop } = await createEmptyDatabase()
  const applicationRole = new URL(databaseUrl).username
  try {
    const runs = await Promise.all(
      Array.from({ length: 3 }, async () => {
        const child = fork(migrateProcess, [migrateDatabaseUrl, applicationRole])
        const applied = once(child, 'message')
        const [code] = await once(child, 'exit')
        expect(code).toBe(0)
        return (await applied)[0] as string[]
      }),
    )
    const idle = runs.filter((applied) => applied.length === 0)
    const busy = runs.filter((applied) => applied.length > 0)
    expect([idle.length, busy.length]).toEqual([2, 1])
    expect(await migrateDatabase({ migrateDatabaseUrl, applicationRole })).toEqual({ applied: [] })
  } finally {
    await drop()
  }
})
