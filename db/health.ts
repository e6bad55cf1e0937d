import type { Database } from './client.ts'

export type DatabaseHealth = {
  /** What is wrong, as a sentence, if this process could not use its database for a while; undefined while it can. */
  failing(): string | undefined
  stop(): void
}

/** For how long every statement must have failed. */
const FAILING_MS = 60_000
/** After so long without an answer a pool is tried, so that a process with nothing to do knows how it stands, too. */
const PROBE_MS = 15_000

/**
 * Watches whether a process can use its pools. It cannot when for a minute no statement was answered although some were
 * sent: a process that has nothing to do is well as long as its probes are answered, and an error of the database is an
 * answer, too.
 */
export function watchHealth(
  databases: Record<string, Database>,
  { failingMs = FAILING_MS, probeMs = PROBE_MS }: { failingMs?: number; probeMs?: number } = {},
): DatabaseHealth {
  const probe = () => {
    for (const database of Object.values(databases)) {
      const isQuiet = performance.now() - database.health().answeredAt >= probeMs
      // What comes of it is on record in the pool.
      if (isQuiet) database`select 1`.catch(() => {})
    }
  }
  const timer = setInterval(probe, probeMs)
  timer.unref()
  return {
    failing() {
      for (const [name, database] of Object.entries(databases)) {
        const { failingSince } = database.health()
        const failedForMs = failingSince === undefined ? 0 : performance.now() - failingSince
        if (failedForMs >= failingMs) {
          return `No statement was answered for ${Math.floor(failedForMs / 1000)} s (pool: ${name}).`
        }
      }
      return undefined
    },
    stop: () => clearInterval(timer),
  }
}
