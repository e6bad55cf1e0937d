import { cors } from 'hono/cors'
import { secureHeaders } from 'hono/secure-headers'

/**
 * JSON and pictures only: nothing that is served here may load or run anything. `/docs` sets a policy of its own.
 * Strict-Transport-Security is left to whoever ends TLS in front of this server.
 */
export const securityHeaders = secureHeaders({
  overwrite: false,
  strictTransportSecurity: false,
  xFrameOptions: 'DENY',
  contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
})

/** Lets pages of the given origins call the API from a browser. */
export function crossOriginAccess(origins: readonly string[]) {
  return cors({
    origin: [...origins],
    allowMethods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
    allowHeaders: ['Content-Type', 'Idempotency-Key', 'If-Match', 'Last-Event-ID', 'Prefer', 'X-Request-Id'],
    exposeHeaders: ['ETag', 'Location', 'Retry-After', 'Idempotency-Replayed', 'Preference-Applied', 'X-Request-Id'],
    maxAge: 600,
  })
}
