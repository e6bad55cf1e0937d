import { hkdfSync } from 'node:crypto'
import { deleteCookie, getSignedCookie, setSignedCookie } from 'hono/cookie'
import type { SignInSettings } from '#config/environment.ts'
import { SAFE_METHODS } from '#config/loopback.ts'
import { sessionId } from '#db/sessions.ts'
import type { AppContext } from './app-types.ts'
import { Problem } from './problems.ts'

// Sessions of the store: what a browser shows instead of a token, which it never gets.

const NAME = 'unicorn-session'

/** Sent to this host alone, over TLS alone (or to this machine), and read by no script; it ends with the browser at the latest. */
const COOKIE = { prefix: 'host', path: '/', secure: true, httpOnly: true, sameSite: 'Lax' } as const

/** The cookie of a session. It is signed, so that what somebody has made up costs no look into the database. */
export function sessionCookie({ clientSecret }: SignInSettings) {
  const key = hkdfSync('sha256', clientSecret, '', 'sessions of the store', 32)
  return {
    set: (c: AppContext, token: string): Promise<void> => setSignedCookie(c, NAME, token, key, COOKIE),
    clear: (c: AppContext): void => void deleteCookie(c, NAME, COOKIE),
    /** The id of the session that a request shows, alive or not; undefined for what was never given to anybody. */
    async sessionIdOf(c: AppContext): Promise<string | undefined> {
      const token = await getSignedCookie(c, key, NAME, 'host')
      return token ? sessionId(token) : undefined
    },
  }
}

export type SessionCookie = ReturnType<typeof sessionCookie>

/**
 * Browsers send a cookie along whichever page makes the request: what changes something must come from ours.
 *
 * @throws Problem `foreign_request`
 */
export function requireOwnOrigin({ req }: AppContext, { origin }: URL): void {
  if (SAFE_METHODS.has(req.method) || req.header('Origin') === origin) return
  throw new Problem('foreign_request', 'Signed in with a cookie, only pages of the store change something.')
}
