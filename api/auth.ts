import { createHash } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose'
import type { AuthSettings } from '#config/environment.ts'
import type { Database } from '#db/client.ts'
import { findUserByIdentity } from '#db/wallets.ts'
import { canonicalClient } from '#domain/campaigns/campaign.ts'
import type { App, AppContext, AppEnv, Caller, Role } from './app-types.ts'
import { Problem } from './problems.ts'
import { publishedRoutes } from './published-routes.ts'

// Who asks, and what they may do. Each route says who may use it; it is decided here, before anything of the request is looked at.

/** In demo mode nobody signs in, and everybody may do everything. */
const DEMO: Caller = { actor: 'demo', scope: 'demo', role: 'operator' }

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

/** Pages and documents that are no routes of the OpenAPI document; they have nobody's data. */
const PAGES = /^\/(?:$|(?:store|docs)(?:\/|$)|openapi\.json$)/

/** Finds out who asks, and refuses who may not. A route that does not say who may use it is for nobody. */
export function authenticate(app: App, auth: AuthSettings | undefined, sql: Database): MiddlewareHandler<AppEnv> {
  if (auth === undefined) {
    return async (c, next) => {
      c.set('caller', DEMO)
      await next()
    }
  }
  const verify = tokenVerifier(auth)
  const routeOf = publishedRoutes(app)
  return async (c, next) => {
    const route = routeOf(c)
    const roles = route === undefined || route === 'unpublished' ? undefined : route.roles
    // Where there is no route, that is what everybody is told.
    const isOpen = route === undefined || roles?.length === 0 || PAGES.test(c.req.path) || c.req.method === 'OPTIONS'
    if (!isOpen) c.set('caller', await admit(c, { auth, verify, sql, roles: roles ?? [] }))
    await next()
  }
}

type Admission = {
  auth: AuthSettings
  verify: (token: string) => Promise<JWTPayload>
  sql: Database
  roles: readonly Role[]
}

/** @throws Problem `unauthenticated`, `not_permitted` or `identity_unavailable` */
async function admit(c: AppContext, { auth, verify, sql, roles }: Admission): Promise<Caller> {
  const token = /^Bearer ([\w\-.~+/]+=*)$/i.exec(c.req.header('Authorization') ?? '')?.[1]
  if (token === undefined) throw unauthenticated(c, 'Send an access token: Authorization: Bearer.')
  const claims = await verify(token).catch((error: unknown) => {
    throw refusedToken(c, error)
  })
  const subject = claims.sub as string
  const claimed = rolesIn(claims, auth)
  const strongest = BY_POWER.find((role) => roles.includes(role))
  // Only customers have to be users; others are looked up where a role that is granted here could be more than theirs.
  const isUserNeeded = pick(roles, claimed)?.role !== strongest || strongest === 'customer'
  const user = isUserNeeded ? await findUserByIdentity(sql, identityOf(auth, subject)) : undefined
  const given = pick(roles, [...claimed, ...(user?.grants ?? []).map(effective)])
  if (given === undefined) throw new Problem('not_permitted', 'The roles of this token are not for this route.')
  const { role, clients } = given
  const scope = `id:${createHash('sha256')
    .update(JSON.stringify([auth.issuer, subject]))
    .digest('base64url')}`
  if (role !== 'customer') {
    // Without any, an operator is for all clients, and a service for none.
    const limits = role === 'operator' ? {} : { clients: (clients ?? []).map(canonicalClient) }
    return { role, scope, actor: `${role}:${encodeURIComponent(subject)}`, ...limits }
  }
  if (!user)
    throw new Problem('not_permitted', 'There is no user of this token yet: a service or an operator adds one.')
  return { role, scope, actor: `customer:${user.userId}`, user }
}

/** A role, with the clients that it is limited to; null: it is not. */
type Given = { role: string; clients: string[] | null }

/** Whatever the claim of clients says limits them, even if it is nothing that we can read. */
function rolesIn(claims: JWTPayload, { rolesClaim, clientsClaim }: AuthSettings): Given[] {
  const clients = claims[clientsClaim] === undefined ? null : textsOf(claims[clientsClaim])
  return textsOf(claims[rolesClaim]).map((role) => effective({ role, clients }))
}

function effective({ role, clients }: Given): Given {
  return { role: role === 'operator' && clients !== null ? 'client_operator' : role, clients }
}

/** The most powerful of them that a route is for. */
function pick(roles: readonly Role[], given: readonly Given[]): (Given & { role: Role }) | undefined {
  const role = BY_POWER.find((one) => roles.includes(one) && given.some(({ role }) => role === one))
  const found = given.find((one) => one.role === role)
  return role && found && { ...found, role }
}

function identityOf(auth: AuthSettings, subject: string) {
  return { issuer: auth.issuer, subject, isOurs: 'secret' in auth.keys }
}

const BY_POWER: Role[] = ['operator', 'client_operator', 'service', 'customer']

/** A claim has one text or several. */
function textsOf(claim: unknown): string[] {
  return (Array.isArray(claim) ? claim : [claim]).filter((one): one is string => typeof one === 'string')
}

/** Public keys are kept for ten minutes, and fetched anew for a key that is not among them, at most twice a minute. */
function tokenVerifier({ issuer, audience, keys }: AuthSettings): (token: string) => Promise<JWTPayload> {
  const options = { issuer, audience, requiredClaims: ['sub', 'exp'], clockTolerance: 5 }
  if ('secret' in keys) {
    const secret = new TextEncoder().encode(keys.secret)
    return async (token) => (await jwtVerify(token, secret, { ...options, algorithms: ['HS256'] })).payload
  }
  const published = createRemoteJWKSet(keys.jwksUrl, { timeoutDuration: 5_000 })
  return async (token) =>
    (await jwtVerify(token, published, { ...options, algorithms: ['RS256', 'ES256', 'EdDSA'] })).payload
}

/** Of a token that is no good, or of keys that cannot be had to tell. */
function refusedToken(c: AppContext, error: unknown): Problem {
  if (error instanceof errors.JWTExpired) return unauthenticated(c, 'The access token has expired.', 'invalid_token')
  const isOfToken =
    error instanceof errors.JOSEError &&
    !(error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid || error.code === 'ERR_JOSE_GENERIC')
  if (isOfToken) return unauthenticated(c, 'The access token is not valid here.', 'invalid_token')
  return new Problem(
    'identity_unavailable',
    'The keys that tokens are signed with cannot be read. Try again in a moment.',
  )
}

/** @see https://www.rfc-editor.org/rfc/rfc6750#section-3 */
function unauthenticated(c: AppContext, detail: string, error?: 'invalid_token'): Problem {
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

/** Who did it, for entries, events and histories. */
export function actorOf(c: AppContext): string {
  return c.get('caller').actor
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
