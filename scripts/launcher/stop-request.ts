/** Why work that was under way ends early. */
class StopRequested extends Error {}

export interface StopRequest {
  /** Aborted by the first request to stop. */
  readonly signal: AbortSignal
  /** Resolves at the second one: somebody is in a hurry. */
  readonly again: Promise<void>
  /** Requests it from within. */
  request(why: string): void
}

/** One Ctrl-C can arrive twice: from the terminal, and passed on by npm. */
const SAME_REQUEST_MS = 1_000
/** How often to look whether the parent still lives. */
const PARENT_CHECK_MS = 100

/**
 * Listens for Ctrl-C, `kill`, and a terminal that is closed. Under npm it also listens for npm's end: npm passes signals
 * on, but cannot when it is killed hard, and nobody would be left who knows of us.
 */
export function listenForStop(options: { readonly underNpm: boolean }): StopRequest {
  const controller = new AbortController()
  const again = Promise.withResolvers<void>()
  let firstAt = 0
  const request = (why: string) => {
    if (!controller.signal.aborted) {
      firstAt = performance.now()
      controller.abort(new StopRequested(why))
    } else if (performance.now() - firstAt > SAME_REQUEST_MS) again.resolve()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => request(signal))
  // A closed terminal must not end us before everything else has ended.
  process.stdout.on('error', () => {})
  process.stderr.on('error', () => {})

  if (options.underNpm) {
    const parent = process.ppid
    const timer = setInterval(() => {
      if (process.ppid === parent) return
      clearInterval(timer)
      request('npm is gone')
    }, PARENT_CHECK_MS)
    timer.unref()
  }
  return { signal: controller.signal, again: again.promise, request }
}
