import { BlockList, isIP } from 'node:net'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** Whether a host name or address (without a port; IPv6 with or without brackets) can only mean this machine. */
export function isLoopbackHost(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase()
  if (bare === 'localhost') return true
  const family = isIP(bare)
  return family !== 0 && loopback.check(bare, family === 6 ? 'ipv6' : 'ipv4')
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/** What holds a connection, or takes long to read: a page that embeds a thousand of them would keep others waiting. */
const COSTLY_TO_READ = /^\/(?:purchases|events)\/[^/]+\/(?:events|evaluation|refund-quote)$|^\/operations\/|^\/readyz$/

/** Of a request to a server that listens on loopback without authentication: the method and headers, by lower-case name. */
export type LoopbackRequest = {
  method: string
  path: string
  host: string | undefined
  origin: string | undefined
  secFetchSite: string | undefined
}

/**
 * Why a server without authentication must not answer, though it listens on loopback only: that excludes other machines, but
 * not pages in a browser on this one.
 *
 * - `not_loopback`: a hostname of another site that resolves to 127.0.0.1 (DNS rebinding), detected by `Host`;
 * - `foreign`: a form or request of another site that would change something, or read what is costly, detected by `Origin` or
 *   `Sec-Fetch-Site`.
 *
 * @param allowedOrigins other sites that may
 */
export function refuseOnLoopback(
  { method, path, host: hostHeader, origin, secFetchSite }: LoopbackRequest,
  allowedOrigins: readonly string[] = [],
): 'not_loopback' | 'foreign' | undefined {
  const host = URL.parse(`http://${hostHeader ?? ''}`)
  if (!host || !isLoopbackHost(host.hostname)) return 'not_loopback'
  if (SAFE_METHODS.has(method) && !COSTLY_TO_READ.test(path)) return undefined
  if (origin === undefined) return secFetchSite === 'cross-site' ? 'foreign' : undefined
  return allowedOrigins.includes(origin) || URL.parse(origin)?.host === host.host ? undefined : 'foreign'
}
