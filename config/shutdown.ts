/**
 * How long everything may take to stop, in milliseconds. They are in one place because they only mean something
 * together: a process must finish its own work before the timeout of whoever stops it, and the launcher's timeouts for
 * all four, one after the other, must add up to less than the 15 s that `npm start` promises.
 */

/** Within this the launcher stops everything, however slow each part is. */
export const STOP_ALL_MS = 14_000
/** From SIGKILL until a process is gone. */
export const GONE_AFTER_KILL_MS = 300

/** The API waits so long for requests in flight; what would wait longer, such as a purchase, is answered when it is asked to stop. */
export const API_DRAIN_MS = 2_000
/** The worker waits so long for steps that run; then it cancels them. */
export const WORKER_GRACE_MS = 4_000
/** The worker waits so long for everything that it has begun; what is left, another worker does again. */
export const WORKER_FORCE_MS = 5_500
/** After that, both wait so long for their connections to close. */
export const DISCONNECT_MS = 500

/** The launcher waits so long for each process, then sends SIGKILL. */
export const STOP_API_MS = 3_000
export const STOP_WORKER_MS = 6_500
export const STOP_TEMPORAL_MS = 1_500
/** Postgres gets what the others leave of STOP_ALL_MS, which is 2 s at least; the last part of it to end without a checkpoint. */
export const STOP_POSTGRES_AT_ONCE_MS = 700

/**
 * Resolves once when this process is asked to stop: by signal, or because the launcher that started it is gone (its IPC
 * channel closes even when the launcher was killed hard). To be called before anything else, for what happens earlier
 * is not heard.
 */
export function stopRequested(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve(signal))
    const gone = () => resolve('the launcher is gone')
    process.once('disconnect', gone)
    // It was gone before we could listen: there is still a `send`, but nobody at the other end.
    if (process.send !== undefined && !process.connected) gone()
  })
}

/**
 * Starts a server, unless it is asked to stop meanwhile: then this process ends at once, with 0. Nothing has been begun
 * yet that would have to be finished.
 */
export async function startUnlessStopped<T>(stop: Promise<string>, start: () => Promise<T>): Promise<T> {
  let starting = true
  void stop.then(() => {
    if (starting) process.exit(0)
  })
  const started = await start()
  starting = false
  return started
}

/** Notifies the launcher, if one started us and is still there. */
export function notifyReady(): void {
  // Should the launcher be gone after all, the closed channel shows it.
  if (process.connected) process.send?.('ready', undefined, undefined, () => {})
}
