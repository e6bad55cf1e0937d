import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Api, openApiWorld } from '#test/support/api-world.ts'
import { rawRequest } from '#test/support/raw-request.ts'
import { shared } from '#test/support/shared-world.ts'

const BUILT =
  '<!doctype html><html lang="en"><title>The store</title><script type="module" src="/store/assets/index-Bq3x.js"></script></html>'
/** As it is served: with what amounts are shown by. */
const PAGE = BUILT.replace('<html', '<html data-currency="USD" data-minor-digits="2" data-locale="en-US"')
const SCRIPT = `console.log("${'unicorn '.repeat(500)}")`

const world = await shared(openApiWorld())
let store: Api
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'unicorn-store-built-'))
  const files = {
    'index.html': BUILT,
    'icon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
    '.vite/manifest.json': '{}',
    '.built-from': 'digest',
    'assets/index-Bq3x.js': SCRIPT,
    'assets/index-Cd4y.css': 'body { margin: 0 }',
    'assets/inter-Ef5z.woff2': 'font',
    '../secret.txt': 'secret',
  }
  for (const name of ['assets', '.vite']) mkdirSync(join(folder, 'store', name), { recursive: true })
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, 'store', name), content)
  store = await world.serve({ storeDir: join(folder, 'store') })
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
})

/** With a path as it is, which fetch would tidy up, and nothing that is understood to be compressed. */
const getRaw = (path: string, method = 'GET') => rawRequest(store.url, path, { method })

describe('the store', () => {
  test.each(['/', '/store'])('is where %s leads to', async (path) => {
    const { status, headers } = await store.get(path)
    expect([status, headers.get('Location')]).toEqual([302, '/store/'])
  })

  test.each([
    '/store/',
    '/store/index.html',
    '/store/purchases/0199d6a4-7f1e-7c3a-9b0e-5a1c2d3e4f50',
    '/store/users/der.ick',
    '/store/campaigns/summer.css',
    '/store/campaigns/10%25%20off.js',
    '/store/campaigns/.hidden',
    '/store/purchases?status=refused',
  ])('is one page, whichever of its addresses is opened (%s)', async (path) => {
    const { status, headers, body } = await store.get(path)
    expect([status, body]).toEqual([200, PAGE])
    expect(headers.get('Content-Type')).toMatch(/^text\/html; charset=utf-8$/i)
  })

  test('has a page that browsers ask for again, and get 304 if it has not changed', async () => {
    const { headers } = await store.get('/store/purchases')
    expect(headers.get('Cache-Control')).toBe('no-cache')
    const again = { headers: { 'If-None-Match': headers.get('ETag') ?? '' } }
    const unchanged = await store.call('GET', '/store/', again)
    expect([unchanged.status, unchanged.body]).toEqual([304, ''])
    // What browsers have kept takes these headers over.
    for (const name of ['Cache-Control', 'Content-Security-Policy', 'ETag'])
      expect(unchanged.headers.get(name)).toBe(headers.get(name))
  })

  test.each([
    ['index-Bq3x.js', /^text\/javascript/],
    ['index-Cd4y.css', /^text\/css/],
    ['inter-Ef5z.woff2', /^font\/woff2$/],
  ])('has files with a hash in their name (%s), which browsers keep for good', async (name, type) => {
    const { status, headers } = await store.get(`/store/assets/${name}`)
    expect(status).toBe(200)
    expect(headers.get('Content-Type')).toMatch(type)
    expect(headers.get('Cache-Control')).toBe('public, max-age=31536000, immutable')
  })

  test.each(['/store/.vite/manifest.json', '/store/.built-from'])(
    'keeps what is about its building (%s)',
    async (path) => {
      expect(await store.get(path)).toMatchObject({ status: 404, body: { code: 'unknown_route' } })
    },
  )

  test('has other files, which are asked for again', async () => {
    const { headers } = await store.get('/store/icon.svg')
    expect(headers.get('Content-Type')).toMatch(/^image\/svg\+xml/)
    expect(headers.get('Cache-Control')).toBe('no-cache')
  })

  test('is sent compressed to those who understand it, and as it is to others', async () => {
    const path = '/store/assets/index-Bq3x.js'
    const compressed = await store.get(path)
    expect(compressed.headers.get('Content-Encoding')).toBe('gzip')
    expect(compressed.headers.get('Vary')).toMatch(/Accept-Encoding/i)
    expect(compressed.body).toBe(SCRIPT)
    const plain = await getRaw(path)
    expect(plain.headers).not.toHaveProperty('content-encoding')
    expect(plain.text).toBe(SCRIPT)
  })

  test.each(['/store/', '/store/purchases', '/store/icon.svg', '/store/assets/index-Bq3x.js'])(
    'answers HEAD of %s as GET, without the body',
    async (path) => {
      const [head, get] = [await getRaw(path, 'HEAD'), await getRaw(path)]
      expect([head.status, head.text]).toEqual([200, ''])
      for (const name of ['content-type', 'cache-control', 'content-security-policy'])
        expect(head.headers).toHaveProperty(name, get.headers[name])
    },
  )

  test.each(['/store/assets/index-Gone.js', '/store/assets/page', '/store/robots.txt'])(
    'has no %s, and nobody keeps that in mind',
    async (path) => {
      const { status, headers, body } = await store.get(path)
      expect([status, body.code]).toEqual([404, 'unknown_route'])
      expect(headers.get('Cache-Control')).toBe('no-store')
    },
  )

  test.each([
    '/store/../secret.txt',
    '/store/%2e%2e/secret.txt',
    '/store/..%2fsecret.txt',
    '/store/assets/..%2f..%2fsecret.txt',
    '/store/..%5csecret.txt',
    '/store/..\\secret.txt',
    '/store//../secret.txt',
    '/store/./../secret.txt',
    '/store/%00/../../secret.txt',
    '/store/assets/%252e%252e%252f..%252fsecret.txt',
  ])('gives away nothing outside of its folder (%s)', async (path) => {
    const { status, text } = await getRaw(path)
    expect(text).not.toBe('secret')
    expect([400, 404]).toContain(status)
  })

  test('may load and run nothing that is not its own', async () => {
    const { headers } = await store.get('/store/')
    const policy = headers.get('Content-Security-Policy')
    expect(policy?.split('; ')).toEqual(
      expect.arrayContaining(["default-src 'none'", "script-src 'self'", "base-uri 'none'", "frame-ancestors 'none'"]),
    )
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval/)
    expect(headers.get('X-Content-Type-Options')).toBe('nosniff')
  })

  test('takes nothing', async () => {
    const { status, headers } = await store.post('/store/purchases', {})
    expect([status, headers.get('Allow')]).toEqual([405, 'GET, HEAD'])
  })
})

test('a store that was not built says how to build it, and all else is served', async () => {
  const { status, body } = await world.api.get('/store/')
  expect([status, body.code]).toEqual([503, 'store_not_built'])
  expect(body.detail).toContain('npm run web:build')
  expect((await world.api.get('/products')).status).toBe(200)
})

test('a store that is built while the server runs is served from then on', async () => {
  const storeDir = join(folder, 'later')
  const api = await world.serve({ storeDir })
  expect((await api.get('/store/')).status).toBe(503)
  mkdirSync(storeDir)
  writeFileSync(join(storeDir, 'index.html'), BUILT)
  expect(await api.get('/store/')).toMatchObject({ status: 200, body: PAGE })
})
