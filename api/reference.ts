import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { App } from './app-types.ts'

/** `/openapi.json` and `/docs`. */
export function registerReference(app: App): void {
  registerOpenApiDocument(app)
  registerReferencePage(app)
}

const DESCRIPTION = `Buys unicorns, durably: a purchase that was accepted is carried out or undone, whatever crashes.

**Money** is a JSON number in major units with at most two decimals (\`1700\`, \`19.99\`).

**Problems** are \`application/problem+json\` (RFC 9457). Branch on \`code\`; \`detail\` is for people.

**Idempotency-Key**: whatever moves something takes one. Send a fresh key with each new request and the same key when
you repeat it; it then happens once. The answer to a repeat has \`Idempotency-Replayed: true\`, and shows how things stand by
then: of what was deleted since, 404. Refusals are remembered under the key; bad input (400) and outages (503) are not.
Keys of purchases never expire, the others are kept for a day at least.`

/** `/openapi.json`: the schemas that validate the requests, as OpenAPI 3.1. */
function registerOpenApiDocument(app: App): void {
  app.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: { title: 'Unicorn Store', version: '1', description: DESCRIPTION, license: { name: 'MIT' } },
    servers: [{ url: '/' }],
    tags: [
      { name: 'Purchases', description: 'Buying, and what became of it.' },
      { name: 'Products', description: 'What there is to buy.' },
      { name: 'Users', description: 'Who buys, and their wallets.' },
      { name: 'Points', description: 'What members have earned, spend and lose.' },
      { name: 'Campaigns', description: 'The rules that points are earned by.' },
      { name: 'Operations', description: 'What waits for somebody to decide or to try again.' },
      { name: 'Settings', description: 'What a client has to know of this installation.' },
      { name: 'Operation', description: 'Whether the server is well, for those who run it.' },
    ],
  })
}

/** Our own page around Swagger UI: everything it needs comes from this server, nothing of it is inline. */
const ASSETS = {
  'initializer.js': {
    type: 'text/javascript; charset=utf-8',
    url: new URL('./reference/initializer.js', import.meta.url),
  },
  'swagger-ui-bundle.js': {
    type: 'text/javascript; charset=utf-8',
    url: new URL(import.meta.resolve('swagger-ui-dist/swagger-ui-bundle.js')),
  },
  'swagger-ui.css': {
    type: 'text/css; charset=utf-8',
    url: new URL(import.meta.resolve('swagger-ui-dist/swagger-ui.css')),
  },
  'icon.svg': { type: 'image/svg+xml', url: new URL('./images/unicorn-air.svg', import.meta.url) },
}

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  // Swagger UI sets style attributes on elements.
  "style-src-attr 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const PAGE = new URL('./reference/index.html', import.meta.url)

/** `/docs`: the OpenAPI document to read and to try out, on a machine without internet access too. */
function registerReferencePage(app: App): void {
  app.get('/docs', async (c) => {
    c.header('Content-Security-Policy', CONTENT_SECURITY_POLICY)
    return c.html(await readFile(fileURLToPath(PAGE), 'utf8'))
  })
  for (const [name, { type, url }] of Object.entries(ASSETS)) {
    app.get(`/docs/${name}`, async (c) => {
      c.header('Content-Type', type)
      c.header('Cache-Control', 'public, max-age=3600')
      return c.body(new Uint8Array(await readFile(url)))
    })
  }
}
