import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive, type ProcessIdentity } from '#config/runtime-file.ts'

/** A signal, and how long to wait for the process to be gone before the next one. */
export type StopStep = readonly [signal: NodeJS.Signals, waitMs: number]

/** Postgres'sFast shutdown: open transactions are rolled back and everything is written. Then: recovery at the next start. */
export const postgresStopSteps: readonly StopStep[] = [
  ['SIGINT', 6_000],
  ['SIGQUIT', 2_000],
  ['SIGKILL', 1_000],
]

/**
 * Sends one signal after the other until this very process is gone. Never signals a later process with the same pid.
 *
 * @returns whether it is gone
 */
export async function stopProcess(identity: ProcessIdentity, steps: readonly StopStep[]): Promise<boolean> {
  for (const [signal, waitMs] of steps) {
    sendSignal(identity, signal)
    if (await waitForEnd(identity, waitMs)) return true
  }
  return false
}

/** @returns whether the process was there to be signalled */
export function sendSignal(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false
  try {
    return process.kill(identity.pid, signal)
  } catch (error) {
    // It ended between the look and the signal.
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
    throw error
  }
}

/** @returns whether the process ended within the time */
export async function waitForEnd(identity: ProcessIdentity, waitMs: number): Promise<boolean> {
  const deadline = performance.now() + waitMs
  while (isAlive(identity)) {
    if (performance.now() >= deadline) return false
    await sleep(20)
  }
  return true
}
