import { ConfigurationError } from '#config/environment.ts'

/** Rejects when somebody presses Ctrl-C, so that what was started can be stopped. */
export function interruption(): Promise<never> {
  const interrupted = Promise.withResolvers<never>()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => interrupted.reject(new ConfigurationError('Interrupted.')))
  }
  interrupted.promise.catch(() => {})
  return interrupted.promise
}
