import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { DefaultLogger } from '@temporalio/worker'
import type { TestProject } from 'vitest/node'
import { readEnvironment } from '#config/environment.ts'
import { identify, type ProcessIdentity, type Runtime, writeRuntime } from '#config/runtime-file.ts'
import { buildStore } from '#scripts/launcher/build-store.ts'
import { stopInOrder } from '#scripts/launcher/supervisor.ts'
import { startPostgresServer } from '#scripts/platform/postgres.ts'
import { freePort, sendSignal } from '#scripts/platform/processes.ts'
import { obtainTemporal, startTemporalServer } from '#scripts/platform/temporal.ts'
import { buildWorkflowBundle } from '#worker/create-worker.ts'
import { createTemplateDatabase } from './databases.ts'
import { makeTemporaryFolder, removeAbandonedFolders } from './temporary-folders.ts'

/** What test files get by `inject(...)`. */
declare module 'vitest' {
  export interface ProvidedContext {
    /** URL of Postgres as its superuser; tests want `createTestDatabase()` instead. */
    adminUrl: string
    /** `host:port` of a Temporal dev server with our search attributes, namespace `default`. */
    temporalAddress: string
    /** File with the bundle of workflows/index.ts, for `workflowBundle: { codePath }`: where production workers look for it. */
    workflowBundlePath: string
    /** Folder with the store as it is served. */
    storeDir: string
  }
}

const ROOT = join(import.meta.dirname, '../..')
const dataDir = makeTemporaryFolder({ inMemory: true })
const processes: Runtime['processes'] = {}

/**
 * Starts one Postgres and one Temporal dev server for the whole run, in a temporary folder, by the code that `npm start`
 * uses. Nothing of a test run has to survive a crash of the machine, so Postgres does without the disk, or does not wait for it.
 */
export async function setup(project: TestProject): Promise<void> {
  process.once('exit', stopAtOnce)
  try {
    await removeAbandonedFolders()
    const [adminUrl, temporalAddress, workflowBundlePath] = await Promise.all([
      startPostgres(),
      startTemporal(),
      buildWorkflowBundle(new DefaultLogger('WARN')),
      buildStore({ root: ROOT, notify, stopping: new AbortController().signal }),
    ])
    project.provide('storeDir', join(ROOT, 'dist/store'))
    project.provide('adminUrl', adminUrl)
    project.provide('temporalAddress', temporalAddress)
    project.provide('workflowBundlePath', workflowBundlePath)
  } catch (error) {
    await teardown()
    throw error
  }
}

export async function teardown(): Promise<void> {
  await stopInOrder(processes)
  rmSync(dataDir, { recursive: true, force: true })
}

/** Vitest leaves without teardown on a second Ctrl-C and on its own errors. Only synchronous work is possible here. */
function stopAtOnce(): void {
  for (const identity of Object.values(processes)) sendSignal(identity, 'SIGKILL')
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 })
}

function remember(name: 'postgres' | 'temporal', identity: ProcessIdentity): void {
  processes[name] = identity
  const self = identify(process.pid)
  if (self !== undefined) writeRuntime(dataDir, { launcher: self, state: 'running', processes, urls: {} })
}

async function startPostgres(): Promise<string> {
  const server = await startPostgresServer({
    dataDir,
    port: await freePort(),
    logFile: join(dataDir, 'postgres.log'),
    settings: { fsync: 'off', full_page_writes: 'off', max_wal_size: '256MB' },
    onSpawn: (identity) => remember('postgres', identity),
  })
  await createTemplateDatabase(server.adminUrl)
  return server.adminUrl
}

async function startTemporal(): Promise<string> {
  const { address } = await startTemporalServer({
    program: await obtainTemporal(readEnvironment(), notify),
    port: await freePort(),
    logFile: join(dataDir, 'temporal.log'),
    onSpawn: (identity) => remember('temporal', identity),
  })
  return address
}

function notify(line: string): void {
  process.stdout.write(`${line}\n`)
}
