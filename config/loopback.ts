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

/** Of HTTP: they read (RFC 9110, section 9.2.1). */
export const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Its own pages, and what a person asked for. A page of the same site may be one on another port of this machine. */
const OWN_SITES = new Set(['same-origin', 'none'])

/** A request to a server that listens on loopback without authentication. */
export type LoopbackRequest = {
  method: string
  /** As in the request line: a path, or an address with its host, which counts more than `Host` (RFC 9112, section 3.2.2). */
  target: string
  host: string | undefined
  origin: string | undefined
  secFetchSite: string | undefined
  /** Whether pages of other sites may make browsers send it, if it changes nothing. */
  mayBeEmbedded: boolean
}

/**
 * Why a server without authentication must not answer, though it listens on loopback only: that excludes other machines, but
 * not pages in a browser on this one.
 *
 * - `not_loopback`: a hostname of another site that resolves to 127.0.0.1 (DNS rebinding), detected by `Host` and the target;
 * - `foreign`: a form or request of another page that would change something, or read what is not for it, detected by `Origin` or
 *   `Sec-Fetch-Site`.
 *
 * @param allowedOrigins of other pages that may
 */
export function refuseOnLoopback(
  { method, target, host: hostHeader, origin, secFetchSite, mayBeEmbedded }: LoopbackRequest,
  allowedOrigins: readonly string[] = [],
): 'not_loopback' | 'foreign' | undefined {
  const host = URL.parse(`http://${hostHeader ?? ''}`)
  if (!host || !isLoopbackHost(host.hostname)) return 'not_loopback'
  const asked = target.startsWith('/') ? host : URL.parse(target)
  if (!asked || !isLoopbackHost(asked.hostname)) return 'not_loopback'
  if (SAFE_METHODS.has(method) && mayBeEmbedded) return undefined
  if (origin !== undefined && allowedOrigins.includes(origin)) return undefined
  if (secFetchSite !== undefined && !OWN_SITES.has(secFetchSite)) return 'foreign'
  return origin === undefined || URL.parse(origin)?.host === asked.host ? undefined : 'foreign'
}
