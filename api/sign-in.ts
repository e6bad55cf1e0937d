import { hkdfSync, randomInt } from 'node:crypto'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { createRemoteJWKSet, EncryptJWT, type JWTPayload, jwtDecrypt, jwtVerify } from 'jose'
import {
  AuthorizationResponseError,
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  ClientError,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  enableNonRepudiationChecks,
  ResponseBodyError,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client'
import type { AuthSettings, SignInSettings } from '#config/environment.ts'
import { hostnameOf } from '#config/proxies.ts'
import { endProviderSessions, endSession, openSession } from '#db/sessions.ts'
import { openAccount } from '#db/wallets.ts'
import { hasInvisible } from '#domain/names.ts'
import type { App, AppContext, AppDependencies } from './app-types.ts'
import { ALGORITHMS, isTokenError, keysUnavailable, rolesIn, unauthenticated } from './auth.ts'
import { invalidRequest } from './errors.ts'
import { username } from './schemas.ts'
import { requireOwnOrigin, type SessionCookie, sessionCookie } from './sessions.ts'

// Sign-in of the store by OpenID Connect: the API is the client (authorization code flow with PKCE). What the provider issues stays
// here; the browser gets a cookie. These addresses are for browsers and the provider, not for programs.

const CALLBACK = '/auth/callback'

/** What the provider posts is a form, as the standard has it. */
export const BACK_CHANNEL = '/auth/backchannel-logout'

/** What the routes of a sign-in share. */
type SignIn = {
  auth: AuthSettings
  settings: SignInSettings
  provider: () => Promise<Configuration>
  attempts: ReturnType<typeof attemptsOf>
  cookie: SessionCookie
  /** Where the provider sends the browser back to. */
  callback: URL
}

/** `/auth/...`; nothing of it without `AUTH_CLIENT_ID`. */
export function registerSignIn(app: App, deps: AppDependencies): void {
  const { auth } = deps
  const settings = auth?.signIn
  if (auth === undefined || settings === undefined) return
  const signIn: SignIn = {
    auth,
    settings,
    provider: providerOf(auth, settings),
    attempts: attemptsOf(settings),
    cookie: sessionCookie(settings),
    callback: new URL(CALLBACK, settings.publicUrl),
  }
  registerStart(app, deps, signIn)
  registerCallback(app, deps, signIn)
  registerSignOut(app, deps, signIn)
  registerBackChannelLogout(app, deps, signIn)
}

function registerStart(
  app: App,
  { logger, rateLimits }: AppDependencies,
  { settings, provider, attempts, callback }: SignIn,
): void {
  app.get('/auth/sign-in', async (c) => {
    // A provider that knows somebody sends them straight back: nobody is signed in who has not asked for it here.
    if (isCrossSite(c)) return c.redirect('/store/', 303)
    await rateLimits?.refuseAfterFailures(c)
    const returnTo = returnAddress(c.req.query('returnTo'), settings.publicUrl)
    // The provider sends the browser back to PUBLIC_URL, where cookies of another host are not known.
    if (c.get('connection').hosts[0] !== hostnameOf(settings.publicUrl.host))
      return c.redirect(new URL(returnTo, settings.publicUrl).href, 303)
    try {
      const attempt = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier(), returnTo }
      const url = buildAuthorizationUrl(await provider(), {
        redirect_uri: callback.href,
        scope: 'openid profile',
        state: attempt.state,
        nonce: attempt.nonce,
        code_challenge: await calculatePKCECodeChallenge(attempt.verifier),
        code_challenge_method: 'S256',
      })
      await attempts.remember(c, attempt)
      return c.redirect(url.href, 303)
    } catch (error) {
      logger.warn({ err: error }, 'the provider of identities cannot be asked to sign somebody in')
      return c.redirect(failedAddress('unavailable'), 303)
    }
  })
}

function registerCallback(
  app: App,
  deps: AppDependencies,
  { auth, provider, attempts, cookie, callback }: SignIn,
): void {
  const { writes, logger, rateLimits } = deps
  app.get(CALLBACK, async (c) => {
    await rateLimits?.refuseAfterFailures(c)
    const attempt = await attempts.recall(c)
    // Any page can make a browser come here: it costs nothing, and says nothing of whoever comes.
    if (attempt === undefined) return c.redirect(failedAddress('failed'), 303)
    try {
      // As the browser has it, whatever a proxy has made of it.
      const url = new URL(callback)
      url.search = new URL(c.req.url).search
      const tokens = await authorizationCodeGrant(await provider(), url, {
        pkceCodeVerifier: attempt.verifier,
        expectedState: attempt.state,
        expectedNonce: attempt.nonce,
        idTokenExpected: true,
      })
      const claims = tokens.claims() as JWTPayload & { sub: string; iat: number }
      if (claims.iss !== auth.issuer) throw new Error(`an ID token of ${claims.iss}, and AUTH_ISSUER is ${auth.issuer}`)
      const userId = await openAccountOf(deps, auth, claims)
      const token = await openSession(writes, {
        userId,
        roles: rolesIn(claims, auth),
        providerSession: typeof claims.sid === 'string' ? claims.sid : null,
        signedInAt: new Date(claims.iat * 1_000),
        replaces: await cookie.sessionIdOf(c),
      })
      // Erased while they were signing in.
      if (token === undefined) return c.redirect(failedAddress('failed'), 303)
      await cookie.set(c, token)
      return c.redirect(attempt.returnTo, 303)
    } catch (error) {
      logger.warn({ err: error }, 'a sign-in failed')
      const why = whyFailed(error)
      if (why === 'failed') await rateLimits?.countFailure(c)
      return c.redirect(failedAddress(why), 303)
    }
  })
}

function registerSignOut(app: App, { writes }: AppDependencies, { settings, provider, cookie }: SignIn): void {
  for (const [path, everywhere] of [
    ['/auth/sign-out', false],
    ['/auth/sign-out-everywhere', true],
  ] as const)
    app.post(path, async (c) => {
      requireOwnOrigin(c, settings.publicUrl)
      const id = await cookie.sessionIdOf(c)
      const hasEnded = id !== undefined && (await endSession(writes, id, { everywhere }))
      cookie.clear(c)
      // Whose they are is known by this session alone: those elsewhere go on, and nobody may believe otherwise.
      if (everywhere && !hasEnded)
        throw unauthenticated(c, 'This session had ended before: sign in again to end the others.')
      return c.json({ next: await signOutAddress(provider, settings) })
    })
}

function registerBackChannelLogout(app: App, { writes }: AppDependencies, { auth, settings }: SignIn): void {
  const verify = logoutVerifier(auth, settings)
  app.post(BACK_CHANNEL, async (c) => {
    const form = await c.req.parseBody().catch(() => ({}) as Record<string, unknown>)
    const ended = typeof form.logout_token === 'string' ? await verify(form.logout_token) : undefined
    if (ended === undefined)
      throw invalidRequest('body', [{ path: 'logout_token', message: 'must be a logout token of the provider' }])
    await endProviderSessions(writes, ended)
    return c.body(null, 200)
  })
}

/**
 * Found out when it is first needed, and then kept: the API starts without the provider. Its issuer must be ours to the letter: of some
 * providers with many tenants, discovery takes tokens of all of them.
 */
function providerOf(
  { issuer }: AuthSettings,
  { clientId, clientSecret }: SignInSettings,
): () => Promise<Configuration> {
  let found: Promise<Configuration> | undefined
  const isInsecure = new URL(issuer).protocol === 'http:'
  return () => {
    found ??= discovery(new URL(issuer), clientId, clientSecret, undefined, {
      timeout: 5,
      // The signature of the ID token is checked as well, though it comes from the provider over TLS.
      execute: [enableNonRepudiationChecks, ...(isInsecure ? [allowInsecureRequests] : [])],
    })
      .then((config) => {
        const said = config.serverMetadata().issuer
        if (said !== issuer) throw new Error(`the provider says that it is ${said}, and AUTH_ISSUER is ${issuer}`)
        return config
      })
      .catch((error: unknown) => {
        found = undefined
        throw error
      })
    return found
  }
}

/** What of a sign-in under way must be known when the browser comes back. */
type Attempt = { state: string; nonce: string; verifier: string; returnTo: string }

const ATTEMPT = 'unicorn-sign-in'
const ATTEMPT_MINUTES = 10

/** It is kept by the browser that began it, sealed: there is nothing here that strangers could fill. */
function attemptsOf({ clientSecret }: SignInSettings) {
  const key = new Uint8Array(hkdfSync('sha256', clientSecret, '', 'sign-in of the store', 32))
  const cookie = { prefix: 'host', path: '/', secure: true, httpOnly: true, sameSite: 'Lax' } as const
  return {
    async remember(c: AppContext, attempt: Attempt): Promise<void> {
      const sealed = await new EncryptJWT(attempt)
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
        .setExpirationTime(`${ATTEMPT_MINUTES} minutes`)
        .encrypt(key)
      setCookie(c, ATTEMPT, sealed, { ...cookie, maxAge: ATTEMPT_MINUTES * 60 })
    },
    /** Once: undefined when there is none of this browser, or it was long ago. */
    async recall(c: AppContext): Promise<Attempt | undefined> {
      const sealed = getCookie(c, ATTEMPT, 'host')
      deleteCookie(c, ATTEMPT, cookie)
      if (sealed === undefined) return undefined
      const opened = await jwtDecrypt<Attempt>(sealed, key).catch(() => undefined)
      return opened?.payload
    },
  }
}

/** Whether a page of another site, or on another port of this host, sent the browser. */
function isCrossSite({ req }: AppContext): boolean {
  return ['cross-site', 'same-site'].includes(req.header('Sec-Fetch-Site') ?? '')
}

/** A page of the store, and nothing else. */
function returnAddress(wanted: string | undefined, publicUrl: URL): string {
  const url = wanted === undefined ? null : URL.parse(wanted, publicUrl.href)
  const isOurs = url?.origin === publicUrl.origin && url.pathname.startsWith('/store/')
  return isOurs ? `${url.pathname}${url.search}` : '/store/'
}

function failedAddress(why: 'denied' | 'failed' | 'unavailable'): string {
  return `/store/?signIn=${why}`
}

/** `failed`: what came from the browser was wrong; `unavailable`: the provider, or something of ours, was. */
function whyFailed(error: unknown): 'denied' | 'failed' | 'unavailable' {
  if (error instanceof AuthorizationResponseError) return error.error === 'access_denied' ? 'denied' : 'failed'
  if (error instanceof ResponseBodyError && error.error === 'invalid_grant') return 'failed'
  return error instanceof ClientError && error.code !== undefined && WRONG.has(error.code) ? 'failed' : 'unavailable'
}

/** The state, the nonce or a token of the answer is not that of the attempt. */
const WRONG = new Set([
  'OAUTH_INVALID_RESPONSE',
  'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
  'OAUTH_JWT_TIMESTAMP_CHECK_FAILED',
])

const MAX_DISPLAY_NAME = 200

/** The user who has signed in: one with a name and a wallet, which is empty at first. */
async function openAccountOf(
  { writes }: AppDependencies,
  { issuer }: AuthSettings,
  claims: JWTPayload & { sub: string },
): Promise<string> {
  const { name, sub: subject } = claims
  const isShown = typeof name === 'string' && name !== '' && name.length <= MAX_DISPLAY_NAME && !hasInvisible(name)
  const said = [claims.preferred_username, claims.nickname, claims.given_name].flatMap(asUsername)
  const numbered = Array.from({ length: 5 }, () => `${(said[0] ?? 'customer').slice(0, 50)}-${randomInt(1_000_000)}`)
  const names = [...new Set([...said, ...numbered])]
  const given = { issuer, subject, names, displayName: isShown ? name : null }
  // A name that was free may be taken by somebody else at the same moment: then it is not free the second time.
  return await openAccount(writes, given).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === UNIQUE_VIOLATION) return openAccount(writes, given)
    throw error
  })
}

const UNIQUE_VIOLATION = '23505'

/** What of it can be a username; of a mail address, what is before the at sign. */
function asUsername(said: unknown): string[] {
  if (typeof said !== 'string') return []
  const plain = said.replace(/@.*$/s, '').normalize('NFKD').replaceAll(/\p{M}/gu, '')
  const name = plain
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replaceAll(/^[^A-Za-z0-9]+|-+$/g, '')
    .slice(0, 64)
  return username.safeParse(name).success ? [name] : []
}

/** Where the provider ends its own session, if it says so. Without the ID token, which is not for a URL: the provider asks the person. */
async function signOutAddress(provider: () => Promise<Configuration>, { publicUrl }: SignInSettings): Promise<string> {
  const store = new URL('/store/', publicUrl).href
  try {
    const config = await provider()
    if (config.serverMetadata().end_session_endpoint === undefined) return store
    return buildEndSessionUrl(config, { post_logout_redirect_uri: store }).href
  } catch {
    return store
  }
}

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout'

/** @see https://openid.net/specs/openid-connect-backchannel-1_0.html#Validation */
function logoutVerifier({ issuer, keys }: AuthSettings, { clientId }: SignInSettings) {
  const published = 'jwksUrl' in keys ? createRemoteJWKSet(keys.jwksUrl, { timeoutDuration: 5_000 }) : undefined
  return async (token: string) => {
    if (published === undefined) return undefined
    const verified = await jwtVerify(token, published, {
      issuer,
      audience: clientId,
      algorithms: [...ALGORITHMS],
      requiredClaims: ['iat', 'exp', 'jti', 'events'],
      maxTokenAge: '10 minutes',
      clockTolerance: 5,
    }).catch((error: unknown) => {
      if (isTokenError(error)) return undefined
      throw keysUnavailable()
    })
    if (verified === undefined) return undefined
    const { events, nonce, sub: subject, sid, iat = 0 } = verified.payload
    const providerSession = typeof sid === 'string' ? sid : undefined
    const isLogout = typeof events === 'object' && events !== null && LOGOUT_EVENT in events
    if (!isLogout || nonce !== undefined || (subject === undefined && providerSession === undefined)) return undefined
    return { issuer, subject, providerSession, at: new Date(iat * 1_000) }
  }
}
