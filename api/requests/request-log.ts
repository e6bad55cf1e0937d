import type { MiddlewareHandler } from 'hono'
import type { AppDependencies, AppEnv } from '#api/app-types.ts'

/** One line per request, with the error when the fault is ours. Bodies and query strings are never logged. */
export function requestLog({ logger }: AppDependencies): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const startedAt = performance.now()
    await next()
    const { status } = c.res
    const line = {
      requestId: c.get('requestId'),
      method: c.req.method,
      path: c.req.path,
      status,
      durationMs: Math.round(performance.now() - startedAt),
      purchaseId: c.get('purchaseId'),
    }
    if (status === 500) logger.error({ ...line, err: c.error }, 'request failed')
    else if (status > 500) logger.warn({ ...line, why: rootCause(c.error) }, 'request not served')
    else if (isProbe(c.req.path)) logger.debug(line, 'request')
    else logger.info(line, 'request')
  }
}

/** What the server that was away said, or the socket to it. */
function rootCause(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  return rootCause(error.cause) ?? error.message
}

function isProbe(path: string): boolean {
  return path === '/healthz' || path === '/readyz'
}
