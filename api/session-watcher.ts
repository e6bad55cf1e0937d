import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '#config/logging.ts'
import type { Database } from '#db/client.ts'
import { sessionsAlive } from '#db/sessions.ts'

/** Tells those who hold a connection open for somebody that the session has ended. */
export type SessionWatcher = { watch(id: string, signal: AbortSignal, ended: () => void): void }

const ASK_EVERY_MS = 2_000

/** One query for all sessions with open connections, however many those are. */
export function createSessionWatcher({ sql, logger }: { sql: Database; logger: Logger }): SessionWatcher {
  const watched = new Map<string, Set<() => void>>()
  let isAsking = false

  async function ask() {
    while (watched.size > 0) {
      await sleep(ASK_EVERY_MS, undefined, { ref: false })
      const asked = [...watched.keys()]
      try {
        const alive = new Set(await sessionsAlive(sql, asked))
        for (const id of asked.filter((one) => !alive.has(one))) for (const end of watched.get(id) ?? []) end()
      } catch (error) {
        logger.warn({ err: error }, 'whether sessions have ended cannot be read')
      }
    }
    isAsking = false
  }

  return {
    watch(id, signal, ended) {
      if (signal.aborted) return
      const forSession = watched.get(id) ?? new Set()
      watched.set(id, forSession.add(ended))
      signal.addEventListener(
        'abort',
        () => {
          forSession.delete(ended)
          if (forSession.size === 0) watched.delete(id)
        },
        { once: true },
      )
      if (isAsking) return
      isAsking = true
      void ask()
    },
  }
}
