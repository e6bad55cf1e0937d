import { BlockList, isIP, isIPv6 } from 'node:net'

/**
 * Whose forwarded headers are believed: those of the last `hops` proxies on the way, or of proxies in `networks`. What is further away
 * could have been written by anybody.
 */
export type TrustedProxies = { readonly hops: number } | { readonly networks: BlockList }

/** More is a mistake, and would let a client say who it is. */
const MAX_HOPS = 10

/** @returns undefined for what is neither a number of hops nor a list of addresses and subnets */
export function parseTrustedProxies(text: string): TrustedProxies | undefined {
  if (/^\d+$/.test(text)) {
    const hops = Number(text)
    return hops >= 1 && hops <= MAX_HOPS ? { hops } : undefined
  }
  const networks = new BlockList()
  return text.split(',').every((entry) => addNetwork(networks, entry.trim())) ? { networks } : undefined
}

function addNetwork(networks: BlockList, entry: string): boolean {
  const [address = '', prefix, ...more] = entry.split('/')
  const family = isIP(address)
  if (family === 0 || address.includes('%') || more.length > 0) return false
  const bits = family === 4 ? 32 : 128
  if (prefix !== undefined && !(/^\d{1,3}$/.test(prefix) && Number(prefix) >= 1 && Number(prefix) <= bits)) return false
  networks.addSubnet(address, prefix === undefined ? bits : Number(prefix), `ipv${family}` as 'ipv4' | 'ipv6')
  return true
}

/**
 * An address in the one form that it is compared in: without a zone, and one of IPv4 as such, though a socket for both kinds has it in a
 * form of IPv6. Undefined for what is none.
 */
export function canonicalAddress(text: string): string | undefined {
  const bare = text.replace(/%.*$/, '')
  if (!isIPv6(bare)) return isIP(bare) === 0 ? undefined : bare
  const address = new URL(`http://[${bare}]`).hostname.slice(1, -1)
  const mapped = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(address)
  if (!mapped) return address
  return mapped
    .slice(1)
    .map((group) => Number.parseInt(group, 16))
    .flatMap((group) => [group >> 8, group & 255])
    .join('.')
}

/** The name or address in a `Host` header, without its port, as URLs have it (IPv6 in brackets). Undefined for what is none. */
export function hostnameOf(host: string): string | undefined {
  if (!/^(?:\[[\da-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i.test(host)) return undefined
  return URL.parse(`http://${host}`)?.hostname
}
