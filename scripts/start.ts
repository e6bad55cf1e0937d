import { setTimeout as sleep } from 'node:timers/promises'
import { runCommand } from '#config/command.ts'
import { ConfigurationError, readEnvironment } from '#config/environment.ts'
import { STOP_STARTING_MS } from '#config/shutdown.ts'
import { keepRunning } from './launcher/keep-running.ts'
import type { PartContext } from './launcher/parts.ts'
import { takeDataDir } from './launcher/runtime-record.ts'
import { startSystem } from './launcher/start-system.ts'
import { stopAtOnce, stopInOrder } from './launcher/stop-in-order.ts'
import { listenForStop } from './launcher/stop-request.ts'

/** `npm start`: the whole system on one machine, until Ctrl-C. */
runCommand(async () => {
  if (process.platform === 'win32')
    throw new ConfigurationError('"npm start" needs Linux or macOS: use WSL on Windows.')
  const environment = readEnvironment()
  const stop = listenForStop(environment)
  const record = await takeDataDir(environment.dataDir, say)
  // Whatever ends us, short of SIGKILL, leaves no process behind.
  process.once('exit', () => stopAtOnce(record.current().processes))

  const { failure, starting } = await runUntilStopped({ environment, record, say, stopping: stop.signal })
  record.update({ state: 'stopping' })
  if (Object.keys(record.current().processes).length > 0) say('stopping (Ctrl-C again to hurry) ...')
  void stop.again.then(() => stopAtOnce(record.current().processes))
  if (!stop.signal.aborted) stop.request('everything has to end')
  const settled = starting.catch(() => {})
  await Promise.all([
    stopInOrder(record.current().processes),
    Promise.race([settled, sleep(STOP_STARTING_MS, undefined, { ref: false })]),
  ])
  // It may have got a process up before it noticed.
  await stopInOrder(record.current().processes)
  record.remove()
  if (failure !== undefined) throw failure
  say(`stopped; the data is kept in ${environment.dataDir}`)
  // Whatever was still being started is of no more interest.
  process.exit(0)
})

/**
 * @returns why it could not be started or go on; undefined if it was asked to stop. `starting` settles when nothing more is
 * being started
 */
async function runUntilStopped(context: PartContext): Promise<{ failure: unknown; starting: Promise<unknown> }> {
  const { say, stopping } = context
  const stopped = new Promise<undefined>((resolve) => {
    stopping.addEventListener('abort', () => resolve(undefined), { once: true })
  })
  const given = Promise.withResolvers<never>()
  const starting = startSystem(context, (part, running) => {
    void keepRunning(part, running, context).catch(given.reject)
  })
  try {
    await Promise.race([starting.then((introduction) => introduction.forEach(say)), stopped, given.promise])
    return { failure: await Promise.race([stopped, given.promise]), starting }
  } catch (error) {
    return { failure: stopping.aborted ? undefined : error, starting }
  }
}

function say(line: string): void {
  console.log(line)
}
