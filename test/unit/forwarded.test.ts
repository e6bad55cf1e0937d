import { describe, expect, test } from 'vitest'
import { connectionOf, networkOf } from '#api/forwarded.ts'
import { canonicalAddress, parseTrustedProxies } from '#config/proxies.ts'

const PEER = '10.0.0.1'

/** The connection of a request from `PEER`, or from another address. */
function connection(trust: string | undefined, headers: Record<string, string>, { peer = PEER, url = '/' } = {}) {
  const trusted = trust === undefined ? undefined : parseTrustedProxies(trust)
  if (trust !== undefined) expect(trusted, trust).toBeDefined()
  return connectionOf({ headers: { host: 'api:3000', ...headers }, url, socket: { remoteAddress: peer } }, trusted)
}

describe('the address of the client', () => {
  const chain = '203.0.113.9, 198.51.100.7, 10.0.0.2'

  test.each([
    // Nobody is believed, or only whoever is named.
    [undefined, chain, PEER],
    ['192.168.0.0/16', chain, PEER],
    // So many proxies from our end of the chain, or those in the networks.
    ['1', chain, '10.0.0.2'],
    ['2', chain, '198.51.100.7'],
    ['3', chain, '203.0.113.9'],
    ['9', chain, '203.0.113.9'],
    ['10.0.0.1', chain, '10.0.0.2'],
    ['10.0.0.0/8', chain, '198.51.100.7'],
    ['10.0.0.0/8, 198.51.100.0/24', chain, '203.0.113.9'],
    // What the client itself wrote is further away than the address that it came from.
    ['1', '127.0.0.1, 198.51.100.7', '198.51.100.7'],
    ['10.0.0.0/8', '10.0.0.9, 198.51.100.7', '198.51.100.7'],
    ['1', 'no address at all, 198.51.100.7', '198.51.100.7'],
    // Nothing was forwarded.
    ['1', '', PEER],
    ['10.0.0.0/8', '', PEER],
    // With ports, and in all forms of IPv6.
    ['1', '198.51.100.7:4711', '198.51.100.7'],
    ['1', '[2001:DB8:0::7]:4711', '2001:db8::7'],
    ['1', '2001:db8::7', '2001:db8::7'],
    ['1', '::ffff:198.51.100.7', '198.51.100.7'],
    ['1', '::FFFF:c633:6407', '198.51.100.7'],
    ['1', '0:0:0:0:0:ffff:0:1', '0.0.0.1'],
  ])('with TRUST_PROXY=%s and X-Forwarded-For: %s is %s', (trust, forwarded, address) => {
    expect(connection(trust, { 'x-forwarded-for': forwarded }).address).toBe(address)
  })

  test('is that of the socket, in the form that it is compared in', () => {
    expect(connection(undefined, {}, { peer: '::ffff:10.0.0.1' }).address).toBe('10.0.0.1')
    expect(connection('10.0.0.0/8', { 'x-forwarded-for': '192.0.2.1' }, { peer: '::ffff:10.0.0.1' }).address).toBe(
      '192.0.2.1',
    )
    expect(connection('fd00::/8', { 'x-forwarded-for': '192.0.2.1' }, { peer: 'fd00::1' }).address).toBe('192.0.2.1')
    expect(canonicalAddress('fe80::1%eth0')).toBe('fe80::1')
  })
})

test.each([
  [{ 'x-forwarded-for': 'unknown' }],
  [{ 'x-forwarded-for': '198.51.100.7,' }],
  [{ 'x-forwarded-for': '198.51.100.300' }],
  [{ 'x-forwarded-for': '198.51.100.7 10.0.0.2' }],
  [{ 'x-forwarded-for': '[198.51.100.7' }],
  [{ 'x-forwarded-proto': 'ftp' }],
  [{ 'x-forwarded-proto': 'https, http' }],
  [{ 'x-forwarded-host': 'shop.example, evil.example' }],
])('%j of a trusted proxy cannot be read, and of anybody else is ignored', (headers) => {
  expect(() => connection('1', headers as unknown as Record<string, string>)).toThrow(
    /as a proxy of this server has sent it/,
  )
  expect(connection(undefined, headers as unknown as Record<string, string>)).toEqual({
    address: PEER,
    scheme: undefined,
    hosts: ['api'],
  })
})

describe('what a request was sent to', () => {
  const forwarded = { 'x-forwarded-host': 'Shop.example:8443', 'x-forwarded-proto': 'https' }

  test('is what a trusted proxy says, and else its Host', () => {
    expect(connection('1', forwarded)).toMatchObject({ scheme: 'https', hosts: ['shop.example'] })
    expect(connection('192.168.0.0/16', forwarded)).toMatchObject({ scheme: undefined, hosts: ['api'] })
    expect(connection('1', {})).toMatchObject({ scheme: undefined, hosts: ['api'] })
  })

  test('is the host of its target as well, if there is one', () => {
    expect(connection(undefined, {}, { url: 'http://evil.example/users' }).hosts).toEqual(['api', 'evil.example'])
    expect(connection('1', forwarded, { url: 'http://evil.example/' }).hosts).toEqual(['shop.example', 'evil.example'])
  })

  test.each(['', 'a b', 'user@shop.example', 'shop.example/path', '[::1', 'shop.example:port'])(
    'is nothing that we have a name for when Host is %j',
    (host) => {
      expect(connection(undefined, { host }).hosts).toEqual([''])
    },
  )
})

test.each([
  ['198.51.100.7', '198.51.100.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::7', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['2001:db8:1:2::', '2001:db8:1:2::/64'],
  ['', ''],
])('requests from %j count as %j', (address, network) => {
  expect(networkOf({ address, scheme: undefined, hosts: [] })).toBe(network)
})

test.each([
  ...['', '0', '11', '-1', '1.5', 'true', 'all', 'proxy.example', '10.0.0.0/33', '10.0.0.0/0', '::/0', 'fd00::/129'],
  ...['10.0.0.0/8/8', '10.0.0.0/', '10.0.0.1,', '10.0.0.1 10.0.0.2', '2,10.0.0.1', '10.0.0.1:80'],
])('%j says nobody to be trusted', (text) => {
  expect(parseTrustedProxies(text)).toBeUndefined()
})
