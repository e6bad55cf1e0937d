import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { App } from '#api/app-types.ts'

/** Our own page around Swagger UI: everything it needs comes from this server, nothing of it is inline. */
const ASSETS = {
  'initializer.js': { type: 'text/javascript; charset=utf-8', url: new URL('./initializer.js', import.meta.url) },
  'swagger-ui-bundle.js': {
    type: 'text/javascript; charset=utf-8',
    url: new URL(import.meta.resolve('swagger-ui-dist/swagger-ui-bundle.js')),
  },
  'swagger-ui.css': {
    type: 'text/css; charset=utf-8',
    url: new URL(import.meta.resolve('swagger-ui-dist/swagger-ui.css')),
  },
  'icon.svg': { type: 'image/svg+xml', url: new URL('../images/unicorn-air.svg', import.meta.url) },
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

const PAGE = new URL('./index.html', import.meta.url)

/** `/docs`: the OpenAPI document to read and to try out, on a machine without internet access too. */
export function registerReference(app: App): void {
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
