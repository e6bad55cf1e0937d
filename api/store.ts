import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { serveStatic } from '@hono/node-server/serve-static'
import type { MiddlewareHandler } from 'hono'
import { compress } from 'hono/compress'
import { etag } from 'hono/etag'
import { getMimeType } from 'hono/utils/mime'
import type { App, AppContext, AppDependencies, AppEnv } from './app-types.ts'
import { Problem } from './problems.ts'

/** Vite puts a hash of the content into the name of everything that is in here. */
const ASSETS = '/store/assets/'

/** What lies beside the page. Further down there are pages only, which may be of something that is called `summer.css`. */
const BESIDE = /^\/store\/[^/]+$/

/**
 * `/store/`: the store as it was built. Addresses that are no file are pages which the store makes in the browser, so
 * they get its one page. Nothing is read before it is asked for: the store can be built while the server runs.
 */
export function registerStore(app: App, { storeDir }: AppDependencies): void {
  // It serves no path with `..`, `//`, a backslash or an escape in it, and leaves those to the next handler.
  const files = serveStatic<AppEnv>({ rewriteRequestPath: (path) => join(storeDir, path.slice('/store'.length)) })

  app.get('/', (c) => c.redirect('/store/'))
  app.get('/store', (c) => c.redirect('/store/'))
  // Tags are weak because the same file is sent as it is and compressed.
  app.get('/store/*', storeHeaders(ASSETS), compress(), etag({ weak: true }))
  app.get('/store/', (c) => servePage(c, storeDir))
  // What the builder has left for the tests, and for itself.
  app.get('/store/:hidden{[.].+}', (c) => c.notFound())
  app.get('/store/*', files, (c) => {
    const { path } = c.req
    const isFile = path.startsWith(ASSETS) || (BESIDE.test(path) && getMimeType(path) !== undefined)
    return isFile ? c.notFound() : servePage(c, storeDir)
  })
}

async function servePage(c: AppContext, storeDir: string): Promise<Response> {
  try {
    return c.html(await readFile(join(storeDir, 'index.html'), 'utf8'))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    throw new Problem('store_not_built', 'Run "npm run web:build", or "npm start", which does.')
  }
}

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  // Mantine and CodeMirror put style elements into the page.
  "style-src 'self' 'unsafe-inline'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/**
 * What the store may load and run, and how long browsers keep its files: those in `assets` for good, for a new version has
 * a new name; of all others they ask each time whether they have changed. "Not changed" carries both, too: browsers take
 * its headers over into what they have kept.
 *
 * @param assets start of the paths of files whose names change with their content
 */
function storeHeaders(assets: string): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    await next()
    if (!c.res.ok && c.res.status !== 304) return
    c.header('Content-Security-Policy', CONTENT_SECURITY_POLICY)
    c.header('Cache-Control', c.req.path.startsWith(assets) ? 'public, max-age=31536000, immutable' : 'no-cache')
  }
}
