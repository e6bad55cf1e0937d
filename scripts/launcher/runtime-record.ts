import { mkdirSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConfigurationError } from '#config/configuration-error.ts'
import { identify, isAlive, type ProcessIdentity } from '#config/process-identity.ts'
import { type Runtime, readRuntime, runtimePath, writeRuntime } from '#config/runtime-file.ts'
import { waitForEnd } from '#scripts/platform/stop-process.ts'
import { stopInOrder } from './stop-in-order.ts'

/** The launcher's own entry in DATA_DIR/runtime.json, kept as the system comes up and goes down. */
export interface RuntimeRecord {
  current(): Runtime
  /** Merges into what is there, one level deep. */
  update(change: Partial<Omit<Runtime, 'launcher'>>): void
  remove(): void
}

/**
 * Takes DATA_DIR for this launcher, and ends what a launcher that was killed hard left running.
 *
 * @throws ConfigurationError if another launcher runs with it
 */
export async function takeDataDir(dataDir: string, say: (line: string) => void): Promise<RuntimeRecord> {
  makeFolder(dataDir)
  const self = identify(process.pid)
  if (self === undefined) throw new Error('this process cannot find itself')
  await letPredecessorEnd(dataDir, say)
  const leftovers = readRuntime(dataDir)?.processes ?? {}
  // Until they are stopped they stay on record: whoever comes after us must find them if we are killed, too.
  let content: Runtime = { launcher: self, state: 'starting', processes: leftovers, urls: {} }
  writeRuntime(dataDir, content)
  await yieldToRival(dataDir, self)

  if (Object.values(leftovers).some(isAlive)) {
    say('stopping what an earlier start, which was killed, left running')
    await stopInOrder(leftovers)
  }
  const update: RuntimeRecord['update'] = (change) => {
    const processes = { ...content.processes, ...change.processes }
    content = { ...content, ...change, processes, urls: { ...content.urls, ...change.urls } }
    writeRuntime(dataDir, content)
  }
  content = { ...content, processes: {} }
  update({})
  return { current: () => content, update, remove: () => rmSync(runtimePath(dataDir), { force: true }) }
}

function makeFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true })
  } catch (error) {
    const why = error instanceof Error ? error.message : error
    throw new ConfigurationError(`DATA_DIR ${dataDir} cannot be used (${why}): set it to a folder that can be written.`)
  }
}

/** A predecessor that is stopping already is waited for; one that runs is left alone. */
async function letPredecessorEnd(dataDir: string, say: (line: string) => void): Promise<void> {
  let found = readRuntime(dataDir)
  if (found === undefined || !isAlive(found.launcher)) return
  // One whose npm was killed just now notices within this time.
  await sleep(300)
  found = readRuntime(dataDir)
  if (found === undefined || !isAlive(found.launcher)) return
  const { pid } = found.launcher
  if (found.state === 'stopping') {
    say(`waiting for the earlier start (pid ${pid}), which is stopping`)
    if (await waitForEnd(found.launcher, 20_000)) return
  }
  throw new ConfigurationError(
    `"npm start" (pid ${pid}) already runs with DATA_DIR ${dataDir}: stop that one (kill ${pid}), or set DATA_DIR, PORT, ` +
      'TEMPORAL_PORT and TEMPORAL_UI_PORT to run another beside it.',
  )
}

/** Two that found the folder free at the same moment both wrote; the file has room for one. */
async function yieldToRival(dataDir: string, self: ProcessIdentity): Promise<void> {
  await sleep(50)
  const winner = readRuntime(dataDir)?.launcher
  if (winner === undefined || winner.pid === self.pid) return
  throw new ConfigurationError(`Another "npm start" (pid ${winner.pid}) was just started with DATA_DIR ${dataDir}.`)
}
