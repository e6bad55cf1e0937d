import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { serveStatic } from '@hono/node-server/serve-static'
import type { MiddlewareHandler } from 'hono'
import { compress } from 'hono/compress'
import { etag } from 'hono/etag'
import { getMimeType } from 'hono/utils/mime'
import type { Money } from '#domain/money.ts'
import type { App, AppContext, AppDependencies, AppEnv } from './app-types.ts'
import { Problem } from './problems.ts'

/** Files in here have a hash of their content in their name (Vite). */
const ASSETS = '/store/assets/'

/** Files beside the page. Deeper paths are pages only, possibly of a campaign called `summer.css`. */
const BESIDE = /^\/store\/[^/]+$/

/**
 * `/store/`: the built store. Paths that are no file are pages that the store renders in the browser, so they get its one
 * HTML page. Files are read on request: the store can be built while the server runs.
 */
export function registerStore(app: App, { storeDir, money }: AppDependencies): void {
  // It leaves paths with `..`, `//`, a backslash or an escape to the next handler.
  const files = serveStatic<AppEnv>({ rewriteRequestPath: (path) => join(storeDir, path.slice('/store'.length)) })

  app.get('/', (c) => c.redirect('/store/'))
  app.get('/store', (c) => c.redirect('/store/'))
  // ETags are weak because the same file is sent compressed and uncompressed.
  app.get('/store/*', storeHeaders(ASSETS), compress(), etag({ weak: true }))
  const page = (c: AppContext) => servePage(c, storeDir, money)
  app.get('/store/', page)
  app.get('/store/index.html', page)
  // Hidden files that the build leaves for itself and the tests.
  app.get('/store/:hidden{[.].+}', (c) => c.notFound())
  app.get('/store/*', files, (c) => {
    const { path } = c.req
    const isFile = path.startsWith(ASSETS) || (BESIDE.test(path) && getMimeType(path) !== undefined)
    return isFile ? c.notFound() : page(c)
  })
}

/** The page, which says in what currency and how it shows amounts (`web/format/money.ts`). */
async function servePage(c: AppContext, storeDir: string, { currency, digits, locale }: Money): Promise<Response> {
  try {
    const page = await readFile(join(storeDir, 'index.html'), 'utf8')
    const told = `data-currency="${currency}" data-minor-digits="${digits}" data-locale="${locale}"`
    return c.html(page.replace('<html ', `<html ${told} `))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    throw new Problem('store_not_built', 'Run "npm run web:build", or "npm start", which includes it.')
  }
}

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  // Mantine and CodeMirror add style elements to the page.
  "style-src 'self' 'unsafe-inline'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/**
 * Content security policy and caching: files in `assets` are cached forever, because a new version has a new name; all
 * others are revalidated each time. A 304 has both headers, too: browsers update the cached response with them.
 *
 * @param assets path prefix of files whose names change with their content
 */
function storeHeaders(assets: string): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    await next()
    if (!c.res.ok && c.res.status !== 304) return
    c.header('Content-Security-Policy', CONTENT_SECURITY_POLICY)
    c.header('Cache-Control', c.req.path.startsWith(assets) ? 'public, max-age=31536000, immutable' : 'no-cache')
  }
}
