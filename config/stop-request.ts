/**
 * Resolves once when this process is asked to stop: by signal, or because the launcher that started it is gone (its IPC
 * channel closes even when the launcher was killed hard).
 */
export function stopRequested(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve(signal))
    process.once('disconnect', () => resolve('the launcher is gone'))
  })
}
