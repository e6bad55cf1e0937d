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

/** Tells the launcher, if one started us and is still there. */
export function tellReady(): void {
  // Should the launcher be gone after all, the closed channel tells.
  if (process.connected) process.send?.('ready', undefined, undefined, () => {})
}
