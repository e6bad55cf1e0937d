import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { serveWebUi } from '#scripts/launcher/web-ui.ts'
import { freePort } from '#scripts/platform/processes.ts'
import { rawRequest } from '#test/support/raw-request.ts'

/** In place of the Web UI of the dev server: records what it was asked. */
let upstream: Server
let proxy: Server
let port: number
beforeEach(async () => {
  upstream = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    outgoing.writeHead(201, { 'X-From': 'upstream', 'Set-Cookie': ['a=1', 'b=2'] })
    outgoing.end(
      `${incoming.method} ${incoming.url} ${incoming.headers['x-csrf-token'] ?? ''} ${Buffer.concat(chunks)}`,
    )
  })
  upstream.listen(0, '127.0.0.1')
  await once(upstream, 'listening')
  port = await freePort()
  proxy = await serveWebUi(port, (upstream.address() as AddressInfo).port)
})
afterEach(async () => {
  for (const server of [proxy, upstream]) {
    server.closeAllConnections()
    server.close()
  }
})

/** To loopback by its Host, unless the headers say otherwise. */
const ask = (method: string, headers: Record<string, string> = {}, body = '', target = '/namespaces?x=1') =>
  rawRequest(`http://127.0.0.1:${port}`, target, { method, headers, body })

describe('the Web UI', () => {
  test('is what the dev server serves, with its headers', async () => {
    expect(await ask('GET')).toMatchObject({
      status: 201,
      headers: { 'x-from': 'upstream', 'set-cookie': ['a=1', 'b=2'] },
      text: 'GET /namespaces?x=1  ',
    })
  })

  test('takes what its own page sends', async () => {
    const own = { origin: `http://127.0.0.1:${port}`, 'sec-fetch-site': 'same-origin', 'x-csrf-token': 't' }
    expect(await ask('POST', own, 'body')).toMatchObject({ status: 201, text: 'POST /namespaces?x=1 t body' })
  })

  test.each(['evil.example', 'evil.example:8233', '192.168.1.7', '127.0.0.1.evil.example'])(
    'does not answer a page whose name was made to lead here: %s',
    async (host) => {
      expect((await ask('GET', { host })).status).toBe(421)
    },
  )

  test.each(['localhost', '127.0.0.1:8233', '[::1]:8233'])(
    'answers this machine by any of its names: %s',
    async (host) => {
      expect((await ask('GET', { host })).status).toBe(201)
    },
  )

  test.each([
    ['another origin', { origin: 'https://evil.example' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['a page without an origin of its own', { origin: 'null' }],
    ['another site, by what the browser says', { 'sec-fetch-site': 'cross-site' }],
    ['another port of this machine, by what the browser says', { 'sec-fetch-site': 'same-site' }],
  ])('lets nothing be changed or read from %s', async (_what, headers) => {
    for (const method of ['POST', 'GET', 'HEAD']) expect((await ask(method, headers)).status, method).toBe(403)
    for (const destination of ['iframe', 'image', 'empty']) {
      const embedded = { ...headers, 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': destination }
      expect((await ask('GET', embedded)).status).toBe(403)
      expect((await ask('GET', { ...embedded, 'sec-fetch-mode': 'navigate' })).status).toBe(403)
    }
  })

  test('is shown by a link from another site, which can do nothing but lead there', async () => {
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
    expect((await ask('GET', link)).status).toBe(201)
    expect((await ask('POST', link)).status).toBe(403)
  })

  test('is read by what is typed, a program, and its own page', async () => {
    for (const site of ['none', 'same-origin']) expect((await ask('GET', { 'sec-fetch-site': site })).status).toBe(201)
  })

  test.each([
    ['http://evil.example/namespaces', 421],
    ['https://evil.example:8233/namespaces', 421],
    ['*', 421],
    ['http://localhost/namespaces?x=1', 201],
    ['//evil.example/namespaces', 201],
  ])('looks at the host in the target of a request, too: %s', async (target, status) => {
    const answer = await ask('GET', {}, '', target)
    expect(answer.status).toBe(status)
    if (status === 201) expect(answer.text).toContain(`GET ${target.replace('http://localhost', '')} `)
  })

  test('says so when Temporal is not there', async () => {
    upstream.close()
    upstream.closeAllConnections()
    expect(await ask('GET')).toMatchObject({ status: 502, text: 'Temporal does not answer.\n' })
  })

  test('listens on loopback only, and reports a taken port with the variable that chooses another', async () => {
    expect((proxy.address() as AddressInfo).address).toBe('127.0.0.1')
    await expect(serveWebUi(port, 1)).rejects.toThrow(/TEMPORAL_UI_PORT/)
  })
})
