import type { MiddlewareHandler } from 'hono'
import type { AppDependencies, AppEnv } from '#api/app-types.ts'
import { Problem } from '#api/problems/problem.ts'
import { isLoopbackHost } from '#config/environment.ts'

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * The rules of demo mode, where nobody signs in. Listening on loopback keeps other machines away, but not the browser
 * of this one:
 *
 * - a page whose name was made to resolve to 127.0.0.1 (DNS rebinding) shows by its `Host`: 421;
 * - a page of another site that sends forms or requests here shows by `Origin` or `Sec-Fetch-Site`: 403.
 */
export function loopbackOnly({ corsOrigins }: AppDependencies): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const host = URL.parse(`http://${c.req.header('Host') ?? ''}`)
    if (!host || !isLoopbackHost(host.hostname)) {
      throw new Problem('misdirected_request', 'In demo mode the API answers to localhost and loopback addresses only.')
    }
    const origin = c.req.header('Origin')
    const known = origin !== undefined && (corsOrigins.includes(origin) || URL.parse(origin)?.host === host.host)
    const foreign = origin === undefined ? c.req.header('Sec-Fetch-Site') === 'cross-site' : !known
    if (foreign && !SAFE_METHODS.has(c.req.method)) {
      throw new Problem('foreign_request', 'Pages of other sites may not change anything: see CORS_ORIGINS.')
    }
    await next()
  }
}
