import { fork } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createEmptyDatabase, type TestDatabase } from '#test/support/test-database.ts'

const ROOT = join(import.meta.dirname, '../..')
const COPIED = ['package.json', 'db', 'test/support/migrate-process.ts']

let parent: string
let database: TestDatabase
beforeAll(async () => {
  parent = mkdtempSync(join(tmpdir(), 'unicorn-odd-'))
  database = await createEmptyDatabase()
})
afterAll(async () => {
  rmSync(parent, { recursive: true })
  await database.drop()
})

/** As much of the repository as it takes to migrate. */
function copyTo(name: string): string {
  const folder = join(parent, name)
  mkdirSync(folder)
  for (const path of COPIED) cpSync(join(ROOT, path), join(folder, path), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

/** Migrates the test's database by the code in this folder. */
async function migrateFrom(folder: string) {
  const args = [database.migrateDatabaseUrl, new URL(database.databaseUrl).username]
  const child = fork(join(folder, 'test/support/migrate-process.ts'), args, {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const answer: { applied?: unknown; err: string } = { err: '' }
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    answer.err += text
  })
  child.on('message', (applied) => {
    answer.applied = applied
  })
  const [[code]] = await Promise.all([once(child, 'exit'), child.stderr && once(child.stderr, 'close')])
  return { code, ...answer }
}

test('a copy without migrations says so, and leaves the database alone', async () => {
  const folder = copyTo('empty')
  rmSync(join(folder, 'db/migrations'), { recursive: true })
  const { code, err } = await migrateFrom(folder)
  expect(code).toBe(1)
  expect(err).toContain(`No migration was found in ${join(folder, 'db/migrations')}`)
})

test('the schema is migrated wherever the repository lies, whatever the folder is called', async () => {
  const all = readdirSync(join(ROOT, 'db/migrations')).sort()
  const folder = copyTo('unicörn store #1 [new] {a,b} (copy) 50% !?')
  expect(await migrateFrom(folder)).toEqual({ code: 0, applied: all, err: '' })
})
