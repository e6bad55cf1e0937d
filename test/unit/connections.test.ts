import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { resolveConnections, resolveDatabase } from '#config/connections.ts'
import { readEnvironment, type Variables } from '#config/environment.ts'
import { identify, type ProcessIdentity, readRuntime, runtimePath, writeRuntime } from '#config/runtime-file.ts'

const urls = {
  database: 'postgres://app:secret@127.0.0.1:5433/unicorn',
  migrateDatabase: 'postgres://owner:secret@127.0.0.1:5433/unicorn',
  webUi: 'http://127.0.0.1:8233',
  api: 'http://127.0.0.1:3000',
}
const temporal = { address: '127.0.0.1:7233', namespace: 'default', external: false }
const self = identify(process.pid) as ProcessIdentity

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'unicorn-connections-'))
})
afterEach(() => {
  rmSync(dataDir, { recursive: true })
})

function environment(variables: Variables = {}) {
  return readEnvironment({ DATA_DIR: dataDir, ...variables })
}

test('a running "npm start" is found through its runtime file', () => {
  writeRuntime(dataDir, { launcher: self, state: 'running', processes: {}, temporal, urls })
  expect(resolveConnections(environment())).toMatchObject({
    databaseUrl: urls.database,
    migrateDatabaseUrl: urls.migrateDatabase,
    temporal,
    webUiUrl: urls.webUi,
    apiUrl: urls.api,
  })
})

test('variables win over a running system, and the owner defaults to the role that was given', () => {
  writeRuntime(dataDir, { launcher: self, state: 'running', processes: {}, temporal, urls })
  const DATABASE_URL = 'postgres://u:p@db.example/store'
  const TEMPORAL_ADDRESS = 'temporal.example:7233'
  expect(resolveConnections(environment({ DATABASE_URL, TEMPORAL_ADDRESS }))).toMatchObject({
    databaseUrl: DATABASE_URL,
    migrateDatabaseUrl: DATABASE_URL,
    temporal: { address: TEMPORAL_ADDRESS, external: true },
  })
})

test('the Web UI is that of the Temporal that is used, never of another one that happens to run', () => {
  writeRuntime(dataDir, { launcher: self, state: 'running', processes: {}, temporal, urls })
  const TEMPORAL_ADDRESS = 'temporal.example:7233'
  const TEMPORAL_UI_URL = 'https://temporal.example'
  expect(resolveConnections(environment({ TEMPORAL_ADDRESS })).webUiUrl).toBeUndefined()
  expect(resolveConnections(environment({ TEMPORAL_ADDRESS, TEMPORAL_UI_URL })).webUiUrl).toBe(TEMPORAL_UI_URL)
})

test('nothing running: the error names what to do about it', () => {
  expect(() => resolveConnections(environment())).toThrow(/npm start.*DATABASE_URL/)
})

test('a launcher that was killed is not taken for a running one, nor is a stranger with its pid', () => {
  const stranger = { pid: process.pid, startedAt: 'another time' }
  writeRuntime(dataDir, { launcher: stranger, state: 'running', processes: {}, temporal, urls })
  expect(() => resolveDatabase(environment())).toThrow(/no longer runs.*npm start/)
})

test('a launcher that is still starting is distinguished from none', () => {
  writeRuntime(dataDir, { launcher: self, state: 'starting', processes: {}, urls: {} })
  expect(() => resolveDatabase(environment())).toThrow(/still starting/)
})

test('the runtime file is readable by its owner only, for it carries passwords', () => {
  writeRuntime(dataDir, { launcher: self, state: 'running', processes: {}, temporal, urls })
  expect(statSync(runtimePath(dataDir)).mode & 0o777).toBe(0o600)
  expect(readRuntime(dataDir)?.urls).toEqual(urls)
})
