import type { MiddlewareHandler } from 'hono'
import type { AppEnv } from '#api/app-types.ts'

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
export function storeHeaders(assets: string): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    await next()
    if (!c.res.ok && c.res.status !== 304) return
    c.header('Content-Security-Policy', CONTENT_SECURITY_POLICY)
    c.header('Cache-Control', c.req.path.startsWith(assets) ? 'public, max-age=31536000, immutable' : 'no-cache')
  }
}
