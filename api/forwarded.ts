import type { IncomingMessage } from 'node:http'
import { isIPv6 } from 'node:net'
import type { MiddlewareHandler } from 'hono'
import { isLoopbackHost } from '#config/loopback.ts'
import { canonicalAddress, hostnameOf, type TrustedProxies } from '#config/proxies.ts'
import type { AppDependencies, AppEnv, Connection } from './app-types.ts'
import { Problem } from './problems.ts'

// Where a request comes from and what it was sent to, as seen by the outermost proxy of ours. Whatever else stands in forwarded headers
// was written by the client.

/** Sets `connection`. @throws Problem `malformed_http` for a forwarded header of a trusted proxy that cannot be read */
export function findConnection({ trustedProxies, auth, logger }: AppDependencies): MiddlewareHandler<AppEnv> {
  let isWarned = trustedProxies !== undefined || auth === undefined
  return async (c, next) => {
    const { incoming } = (c.env ?? {}) as { incoming?: IncomingMessage }
    if (!isWarned && incoming?.headers['x-forwarded-for'] !== undefined) {
      isWarned = true
      logger.warn(
        'X-Forwarded-For is ignored: if a proxy of yours sends it, set TRUST_PROXY, or all clients count as one',
      )
    }
    c.set(
      'connection',
      incoming ? connectionOf(incoming, trustedProxies) : { address: '', scheme: undefined, hosts: [] },
    )
    await next()
  }
}

/** @throws Problem `malformed_http` */
export function connectionOf(
  {
    headers,
    socket,
    url = '',
  }: Pick<IncomingMessage, 'headers' | 'url'> & { socket: { remoteAddress?: string | undefined } },
  trusted: TrustedProxies | undefined,
): Connection {
  const peer = canonicalAddress(socket.remoteAddress ?? '') ?? ''
  const target = url.startsWith('/') ? [] : [URL.parse(url)?.hostname ?? '']
  const isForwarded = trusted !== undefined && isTrusted(peer, 0, trusted)
  if (!isForwarded)
    return { address: peer, scheme: undefined, hosts: [hostnameOf(headers.host ?? '') ?? '', ...target] }
  const host = single(headers, 'x-forwarded-host') ?? headers.host ?? ''
  return {
    address: clientAddress(peer, forwardedFor(headers), trusted),
    scheme: forwardedScheme(headers),
    hosts: [hostnameOf(host) ?? '', ...target],
  }
}

/** @param hop how many proxies are nearer to us */
function isTrusted(address: string, hop: number, trusted: TrustedProxies): boolean {
  if ('hops' in trusted) return hop < trusted.hops
  return address !== '' && trusted.networks.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}

/** Each proxy adds the address that it was asked by at the end. */
function forwardedFor(headers: IncomingMessage['headers']): string[] {
  const given = [headers['x-forwarded-for'] ?? []].flat().join(',')
  return given.trim() === '' ? [] : given.split(',').map((entry) => entry.trim())
}

function clientAddress(peer: string, forwarded: string[], trusted: TrustedProxies): string {
  let address = peer
  for (const [hop, entry] of forwarded.toReversed().entries()) {
    if (!isTrusted(address, hop, trusted)) break
    const next = addressIn(entry)
    if (next === undefined) throw malformed('X-Forwarded-For', 'has something that is no address')
    address = next
  }
  return address
}

/** Some proxies add the port. */
function addressIn(entry: string): string | undefined {
  const [, bracketed, v4] = /^(?:\[([^\]]+)\](?::\d{1,5})?|([\d.]+):\d{1,5})$/.exec(entry) ?? []
  return canonicalAddress(bracketed ?? v4 ?? entry)
}

function forwardedScheme(headers: IncomingMessage['headers']): Connection['scheme'] {
  const scheme = single(headers, 'x-forwarded-proto')?.toLowerCase()
  if (scheme === undefined || scheme === 'http' || scheme === 'https') return scheme
  throw malformed('X-Forwarded-Proto', 'must be http or https')
}

/** Of several values, nobody could tell which one is of a trusted proxy. */
function single(headers: IncomingMessage['headers'], name: string): string | undefined {
  const value = headers[name]
  if (value === undefined || (typeof value === 'string' && !value.includes(','))) return value?.trim()
  throw malformed(name === 'x-forwarded-host' ? 'X-Forwarded-Host' : 'X-Forwarded-Proto', 'must have one value')
}

function malformed(header: string, why: string): Problem {
  return new Problem('malformed_http', `${header}, as a proxy of this server has sent it, ${why}.`)
}

/** What load balancers and orchestrators ask for by address: it is nobody's, and says nothing of a site. */
const PROBES = /^\/(?:healthz|readyz)$/

/**
 * Outside of demo mode: answers what is meant for one of our names, or a loopback address. For another, such as that of a site whose owner
 * made it resolve to us, browsers would take the answers for that site's own; and secrets must not come in clear.
 */
export function ownHostsOnly({ allowedHosts, publicUrl }: AppDependencies): MiddlewareHandler<AppEnv> {
  const allowed = new Set(allowedHosts)
  return async (c, next) => {
    const { hosts, scheme } = c.get('connection')
    const isProbe = PROBES.test(c.req.path)
    if (!isProbe && !hosts.every((host) => allowed.has(host) || isLoopbackHost(host))) {
      throw new Problem('misdirected_request', 'This server has another name. PUBLIC_URL and ALLOWED_HOSTS say which.')
    }
    if (!isProbe && scheme === 'http' && publicUrl?.protocol === 'https:') {
      throw new Problem('misdirected_request', 'This server is reached by https only.')
    }
    await next()
  }
}

/** Whose requests count together while nobody knows who asks: of IPv6, where everybody has a network to themselves, the network. */
export function networkOf({ address }: Connection): string {
  if (!isIPv6(address)) return address
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const rest = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? [] : Array<string>(8 - groups.length - rest.length).fill('0')
  return `${[...groups, ...zeros, ...rest].slice(0, 4).join(':')}::/64`
}
