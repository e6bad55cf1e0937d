import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConfigurationError } from '#config/environment.ts'
import { identify, isAlive, type Runtime, readRuntime, runtimePath, writeRuntime } from '#config/runtime-file.ts'
import { releaseClaim, takeClaim } from '#scripts/platform/claim.ts'
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
  const claim = join(dataDir, 'launcher')
  await claimDataDir(dataDir, claim, say)
  const leftovers = readRuntime(dataDir)?.processes ?? {}
  // Until they are stopped they stay on record: whoever comes after us must find them if we are killed, too.
  let content: Runtime = { launcher: self, state: 'starting', processes: leftovers, urls: {} }
  writeRuntime(dataDir, content)

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
  const remove = () => {
    rmSync(runtimePath(dataDir), { force: true })
    releaseClaim(claim)
  }
  return { current: () => content, update, remove }
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
async function claimDataDir(dataDir: string, claim: string, say: (line: string) => void): Promise<void> {
  if (takeClaim(claim) === undefined) return
  // One whose npm was killed just now notices within this time.
  await sleep(300)
  const holder = takeClaim(claim)
  if (holder === undefined) return
  const { pid } = holder
  const found = readRuntime(dataDir)
  if (found?.launcher.pid === pid && found.state === 'stopping') {
    say(`waiting for the earlier start (pid ${pid}), which is stopping`)
    if ((await waitForEnd(holder, 20_000)) && takeClaim(claim) === undefined) return
  }
  throw new ConfigurationError(
    `"npm start" (pid ${pid}) already runs with DATA_DIR ${dataDir}: stop that one (kill ${pid}), or set DATA_DIR, PORT, ` +
      'TEMPORAL_PORT and TEMPORAL_UI_PORT to run another beside it.',
  )
}
