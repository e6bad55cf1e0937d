import type { MiddlewareHandler } from 'hono'
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyResult, jwtVerify } from 'jose'
import type { AuthSettings, SignInSettings } from '#config/environment.ts'
import type { Database } from '#db/client.ts'
import { readSession, touchSession } from '#db/sessions.ts'
import { findUserByIdentity, type Grant, type Identified, type Identity, openIdentity } from '#db/wallets.ts'
import { canonicalClient } from '#domain/campaigns/campaign.ts'
import { ID } from '#domain/names.ts'
import type { App, AppContext, AppDependencies, AppEnv, Caller, Role } from './app-types.ts'
import { Problem } from './problems.ts'
import { publishedRoutes } from './published-routes.ts'
import { requireOwnOrigin, type SessionCookie, sessionCookie } from './sessions.ts'

// Who asks, and what they may do. Each route says who may use it; it is decided here, before anything of the request is looked at.

/** In demo mode nobody signs in, and everybody may do everything. */
const DEMO: Caller = { actor: 'demo', scope: 'demo', role: 'operator', username: undefined }

/** What a route says of who may use it, to be spread into its definition; it is in the OpenAPI document as well. */
function access(...roles: Role[]) {
  return { security: [{ [BEARER]: [] }], 'x-roles': roles }
}

/** The name of the scheme in the OpenAPI document. */
export const BEARER = 'bearer'

export const ANYBODY = { security: [], 'x-roles': [] as Role[] }
/** Customers for themselves, the others for all users. */
export const CUSTOMERS = access('customer', 'service', 'operator')
export const SERVICES = access('service', 'operator')
export const CLIENT_OPERATORS = access('client_operator', 'operator')
export const OPERATORS = access('operator')
export const EVERYBODY = access('customer', 'service', 'client_operator', 'operator')

/** Pages, documents and addresses of the sign-in, which are no routes of the OpenAPI document; they have nobody's data. */
const PAGES = /^\/(?:$|(?:store|docs|auth)(?:\/|$)|openapi\.json$)/

/** Finds out who asks, and refuses who may not. A route that does not say who may use it is for nobody. */
export function authenticate(app: App, { auth, sql, writes, rateLimits }: AppDependencies): MiddlewareHandler<AppEnv> {
  if (auth === undefined) {
    return async (c, next) => {
      c.set('caller', DEMO)
      await next()
    }
  }
  const verify = tokenVerifier(auth)
  const signIn = auth.signIn && { ...auth.signIn, cookie: sessionCookie(auth.signIn) }
  const routeOf = publishedRoutes(app)
  return async (c, next) => {
    const route = routeOf(c)
    const roles = route === undefined || route === 'unpublished' ? undefined : route.roles
    // Where there is no route, that is what everybody is told.
    const isOpen = route === undefined || roles?.length === 0 || PAGES.test(c.req.path) || c.req.method === 'OPTIONS'
    if (!isOpen) {
      try {
        c.set('caller', await admit(c, { auth, verify, signIn, sql, writes, roles: roles ?? [] }))
      } catch (refused) {
        // What is not for somebody costs as much as what is.
        await rateLimits?.countRefused(c)
        throw refused
      }
    }
    await next()
  }
}

type Admission = {
  auth: AuthSettings
  verify: (token: string) => Promise<JWTPayload>
  /** Undefined: the store has no sign-in. */
  signIn: (SignInSettings & { cookie: SessionCookie }) | undefined
  sql: Database
  writes: Database
  roles: readonly Role[]
}

/** @throws Problem `unauthenticated`, `not_permitted`, `foreign_request` or `identity_unavailable` */
async function admit(c: AppContext, { roles, ...admission }: Admission): Promise<Caller> {
  const isToken = c.req.header('Authorization') !== undefined
  const signIn = isToken ? undefined : admission.signIn
  const who = signIn ? await bySession(c, { ...admission, signIn }) : await byToken(c, admission)
  const { known, claimed, ends } = who
  if (known) c.set('userId', known.userId)
  const given = pick(roles, [...claimed, ...(known?.grants ?? []).map(effective)])
  if (given === undefined) throw new Problem('not_permitted', 'Your roles are not for this route.')
  const { role, clients } = given
  const username = known?.username ?? undefined
  if (role === 'customer') {
    if (known === undefined || username === undefined)
      throw new Problem('not_permitted', 'There is no user of this token yet: a service or an operator adds one.')
    const user = { userId: known.userId, username }
    return { role, scope: known.userId, actor: `customer:${known.userId}`, username, user, ends }
  }
  const userId = who.known ? who.known.userId : await openIdentity(admission.writes, who.identity)
  // Without any, an operator is for all clients, and a service for none.
  const limits =
    role === 'operator' ? {} : { clients: clients.filter((client) => ID.test(client)).map(canonicalClient) }
  return { role, scope: userId, actor: `${role}:${userId}`, username, ends, ...limits }
}

/** Whom a token or a session vouches for, and until when. Nobody may be known of an identity that was not here before. */
type Vouched = { claimed: Grant[]; ends: Caller['ends'] } & (
  | { known: Identified; identity?: undefined }
  | { known: undefined; identity: Identity }
)

async function byToken(c: AppContext, { auth, verify, sql }: Omit<Admission, 'roles'>): Promise<Vouched> {
  const token = /^Bearer ([\w\-.~+/]+=*)$/i.exec(c.req.header('Authorization') ?? '')?.[1]
  if (token === undefined) throw unauthenticated(c, 'Send an access token: Authorization: Bearer.')
  const claims = await verify(token).catch((error: unknown) => {
    throw refusedToken(c, error)
  })
  const { sub: subject } = claims
  // The types say that it is a text, the issuer may say otherwise.
  if (typeof subject !== 'string' || !SUBJECT.test(subject))
    throw unauthenticated(c, 'The access token names nobody.', 'invalid_token')
  const identity: Identity = { issuer: auth.issuer, subject, isOurs: 'secret' in auth.keys }
  const known = await findUserByIdentity(sql, identity)
  if (known?.isErased) throw unauthenticated(c, 'The user of this access token was erased.', 'invalid_token')
  const said = { claimed: rolesIn(claims, auth), ends: { at: (claims.exp as number) * 1_000 } }
  return known ? { ...said, known } : { ...said, known, identity }
}

type SignInAdmission = Omit<Admission, 'roles' | 'signIn'> & { signIn: NonNullable<Admission['signIn']> }

/** Of what a page of the store asks by itself while nobody touches it: that keeps no session alive. */
const UNATTENDED = 'Unattended'

/** Whoever has signed in to the store may buy there, whatever else they may. */
async function bySession(c: AppContext, { signIn, sql, writes }: SignInAdmission): Promise<Vouched> {
  const id = await signIn.cookie.sessionIdOf(c)
  const session = id === undefined ? undefined : await readSession(sql, id)
  if (session === undefined) throw unauthenticated(c, 'Sign in, or send an access token: Authorization: Bearer.')
  // From now on it counts for them, whatever becomes of it.
  c.set('userId', session.userId)
  requireOwnOrigin(c, signIn.publicUrl)
  if (session.isSeenLate && c.req.header(UNATTENDED) === undefined) await touchSession(writes, session.id)
  const claimed = [...session.roles, { role: 'customer', clients: null }]
  return { known: session, claimed, ends: { session: session.id } }
}

/** Up to 255 printable characters of ASCII (OpenID Connect Core 1.0, section 2). */
const SUBJECT = /^[ -~]{1,255}$/

/** Whatever the claim of clients says limits them, even if it is nothing that we can read. */
export function rolesIn(claims: JWTPayload, { rolesClaim, clientsClaim }: AuthSettings): Grant[] {
  const clients = claims[clientsClaim] === undefined ? null : textsOf(claims[clientsClaim])
  return textsOf(claims[rolesClaim]).map((role) => effective({ role, clients }))
}

/** `client_operator` instead of an operator of some clients. */
function effective({ role, clients }: Grant): Grant {
  return { role: role === 'operator' && clients !== null ? 'client_operator' : role, clients }
}

/** The most powerful of them that a route is for, with the clients of all that have it. */
function pick(roles: readonly Role[], given: readonly Grant[]): { role: Role; clients: string[] } | undefined {
  const role = BY_POWER.find((one) => roles.includes(one) && given.some(({ role }) => role === one))
  const clients = given.filter((one) => one.role === role).flatMap((one) => one.clients ?? [])
  return role && { role, clients: [...new Set(clients)] }
}

const BY_POWER: Role[] = ['operator', 'client_operator', 'service', 'customer']

/** A claim has one text or several. */
function textsOf(claim: unknown): string[] {
  return (Array.isArray(claim) ? claim : [claim]).filter((one): one is string => typeof one === 'string')
}

/** With public keys; a key that is published can be no secret. */
export const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'] as const

/** Public keys are kept for ten minutes, and fetched anew for a key that is not among them, at most twice a minute. */
function tokenVerifier({ issuer, audience, keys }: AuthSettings): (token: string) => Promise<JWTPayload> {
  const options = { issuer, audience, requiredClaims: ['sub', 'exp'], clockTolerance: 5 }
  if ('secret' in keys) {
    const secret = new TextEncoder().encode(keys.secret)
    return async (token) => accessTokenOf(await jwtVerify(token, secret, { ...options, algorithms: ['HS256'] }))
  }
  const published = createRemoteJWKSet(keys.jwksUrl, { timeoutDuration: 5_000 })
  return async (token) => accessTokenOf(await jwtVerify(token, published, { ...options, algorithms: [...ALGORITHMS] }))
}

/** Members of tokens that say who signed in, or that somebody left. Some providers have "nonce" in access tokens, too. */
const NOT_OF_ACCESS_TOKENS = ['at_hash', 'c_hash', 'events']

/**
 * What the same issuer signs for other purposes says nothing of what may be done here, even for the same audience.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8725#section-3.11
 */
function accessTokenOf({ payload, protectedHeader }: JWTVerifyResult): JWTPayload {
  const { typ = 'JWT' } = protectedHeader
  if (/^(?:application\/)?(?:at\+)?jwt$/i.test(typ) && !NOT_OF_ACCESS_TOKENS.some((name) => name in payload))
    return payload
  throw new errors.JWTInvalid('not an access token')
}

/** Whether a token is no good; else the keys could not be had to tell. */
export function isTokenError(error: unknown): boolean {
  return (
    error instanceof errors.JOSEError &&
    !(error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid || error.code === 'ERR_JOSE_GENERIC')
  )
}

export function keysUnavailable(): Problem {
  return new Problem(
    'identity_unavailable',
    'The keys that tokens are signed with cannot be read. Try again in a moment.',
  )
}

function refusedToken(c: AppContext, error: unknown): Problem {
  if (error instanceof errors.JWTExpired) return unauthenticated(c, 'The access token has expired.', 'invalid_token')
  return isTokenError(error)
    ? unauthenticated(c, 'The access token is not valid here.', 'invalid_token')
    : keysUnavailable()
}

/** @see https://www.rfc-editor.org/rfc/rfc6750#section-3 */
export function unauthenticated(c: AppContext, detail: string, error?: 'invalid_token'): Problem {
  c.header(
    'WWW-Authenticate',
    error ? `Bearer realm="unicorn-store", error="${error}"` : 'Bearer realm="unicorn-store"',
  )
  return new Problem('unauthenticated', detail)
}

/** Whose idempotency keys they are: the same whatever roles somebody has by then. */
export function scopeOf(c: AppContext): string {
  return c.get('caller').scope
}

/** Who did it, for entries, events and histories. @param client whose it is: on record of whoever acts for some clients only */
export function actorOf(c: AppContext, client?: string): string {
  const { actor, clients } = c.get('caller')
  return client === undefined || clients === undefined ? actor : `${actor}:${client}`
}

/** Whether it is an operator, of all clients. */
export function isOperator(c: AppContext): boolean {
  return c.get('caller').role === 'operator'
}

/** The user to whom everything that is read or changed must belong; undefined when it may be anybody's. */
export function ownerOf(c: AppContext): string | undefined {
  return c.get('caller').user?.userId
}

/** @throws Problem `code`, as if there was no such user, when the caller is for another one only */
export function requireOwn(c: AppContext, username: string, code: 'unknown_user' | 'unknown_account'): void {
  const { user } = c.get('caller')
  if (user === undefined || user.username.toLowerCase() === username.toLowerCase()) return
  throw new Problem(code, `There is no user "${username}".`)
}

/** The clients that the caller is for; undefined when it is for all. */
export function clientsOf(c: AppContext): readonly string[] | undefined {
  return c.get('caller').clients
}

/** @throws Problem `not_permitted` when the caller is for other clients only */
export function requireClient(c: AppContext, client: string): void {
  const clients = clientsOf(c)
  if (clients === undefined || clients.includes(client)) return
  throw new Problem('not_permitted', `The token is not for the client "${client}".`)
}
