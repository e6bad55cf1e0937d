import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { App, AppDependencies } from './app-types.ts'
import { BEARER } from './auth.ts'
import { EVENT_VALUE_PUBLISHED } from './events.ts'
import { KEY_SPACES } from './idempotency.ts'
import { TEXTS_PUBLISHED } from './schemas.ts'

/** `/openapi.json` and `/docs`. */
export function registerReference(app: App, { auth }: AppDependencies): void {
  registerOpenApiDocument(app, auth === undefined)
  registerReferencePage(app)
}

const DESCRIPTION = `Durable purchases of unicorns: once accepted, a purchase is completed or undone, whatever crashes.

**Money** is a JSON number in major units with at most as many decimals as the currency has minor digits (\`1700\`, \`19.99\`):
\`GET /settings\` names it.

**Problems** are \`application/problem+json\` (RFC 9457). Branch on \`code\`; \`detail\` is for people.

**Limits**: where they are on, what a caller sends is counted by kind (\`x-rate-limit\` of an operation; of a service, everything together as
\`services\`); \`RateLimit\` and \`RateLimit-Policy\` say what is left. Above it: 429 \`too_many_requests\` with \`Retry-After\`.

**Idempotency-Key**: every request that changes something takes one, but for those of which the purchase or award is the key: to
cancel, refund, repair, retry or dismiss one takes effect once however often it is sent. Send a new key with each new request and the same key
when you repeat it; it then takes effect once. The answer to a repeat has \`Idempotency-Replayed: true\` and the present
state: 404 for a resource that was deleted since. Refusals (409) are stored under the key. Where nothing could be done yet, nothing is: invalid
input (400), something that is not there (404), a precondition that does not hold (412), and outages (503). ${KEY_SPACES.trim()}
Of a key only its SHA-256 is kept.

**X-Request-Id** of 16 to 64 hexadecimal digits, with hyphens in between, is in the log and in the answer; any other is replaced.`

/** The identifier is of SPDX (OpenAPI 3.1). */
const LICENSE = { name: 'MIT', identifier: 'MIT' }

/** `/openapi.json`: the schemas that validate the requests, as OpenAPI 3.1. */
function registerOpenApiDocument(app: App, isDemo: boolean): void {
  const schemas = { ...TEXTS_PUBLISHED, EventValue: EVENT_VALUE_PUBLISHED }
  if (!isDemo)
    app.openAPIRegistry.registerComponent('securitySchemes', BEARER, {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: 'An access token.',
    })
  for (const [name, header] of Object.entries(RATE_LIMIT_HEADERS))
    app.openAPIRegistry.registerComponent('headers', name, header)
  for (const [name, schema] of Object.entries(schemas)) app.openAPIRegistry.registerComponent('schemas', name, schema)
  let document: ReturnType<App['getOpenAPI31Document']> | undefined
  // Made once, when all routes are there: it takes longer than any answer.
  app.get('/openapi.json', (c) => {
    document ??= documentOf(app, isDemo)
    return c.json(document)
  })
}

function documentOf(app: App, isDemo: boolean) {
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Unicorn Store',
      version: '1',
      description: DESCRIPTION,
      license: LICENSE,
    },
    servers: [{ url: '/' }],
    security: [],
    tags: [
      { name: 'Purchases', description: 'Buying, and the progress of purchases.' },
      { name: 'Products', description: 'Products and their stock.' },
      { name: 'Users', description: 'Users and their wallets.' },
      { name: 'Points', description: 'The points ledger.' },
      { name: 'Campaigns', description: 'Rules that award points.' },
      { name: 'Operations', description: 'Work for operators.' },
      { name: 'Reports', description: 'What is owed, at an instant.' },
      { name: 'Settings', description: 'Settings of this installation.' },
      { name: 'Operation', description: 'Health checks.' },
    ],
  })
  for (const path of Object.values(document.paths ?? {}))
    for (const [method, operation] of Object.entries(path)) {
      // What is not asked for is not in the document either.
      if (isDemo) delete operation.security
      operation['x-rate-limit'] ??=
        operation['x-roles']?.length === 0 ? 'anonymous' : method === 'get' ? 'reads' : 'writes'
      if (operation['x-rate-limit'] === 'none') continue
      for (const response of Object.values<{ headers?: object }>(operation.responses))
        response.headers = { ...response.headers, ...RATE_LIMIT_REFERENCES }
    }
  return document
}

/** Of whatever is counted: https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ */
const RATE_LIMIT_HEADERS = {
  'RateLimit-Policy': {
    description:
      'The limit that the request counts for: its name, so many requests (`q`), within so many seconds (`w`).',
    schema: { type: 'string' as const, pattern: '^"[a-z]+";q=[0-9]+;w=[0-9]+$', example: '"reads";q=600;w=60' },
  },
  RateLimit: {
    description: 'How many requests are left (`r`), for so many seconds (`t`).',
    schema: { type: 'string' as const, pattern: '^"[a-z]+";r=[0-9]+;t=[0-9]+$', example: '"reads";r=598;t=42' },
  },
}

const RATE_LIMIT_REFERENCES = Object.fromEntries(
  Object.keys(RATE_LIMIT_HEADERS).map((name) => [name, { $ref: `#/components/headers/${name}` }]),
)

/** Assets of our page around Swagger UI: all of them served here, none inline. */
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
  'icon.svg': { type: 'image/svg+xml; charset=utf-8', url: new URL('./images/unicorn-air.svg', import.meta.url) },
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

/** `/docs`: the OpenAPI document to read and to try out; works offline. */
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
