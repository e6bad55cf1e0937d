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
  process.stdout.on('error', unlessTerminalIsGone)
  process.stderr.on('error', unlessTerminalIsGone)

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

/**
 * A terminal or pipe that is closed must not end us before everything else has ended. Whatever else is wrong with our
 * output, such as a full disk, is a defect or has to be mended.
 */
export function unlessTerminalIsGone(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error
}
