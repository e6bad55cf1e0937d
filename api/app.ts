import { randomUUID } from 'node:crypto'
import { OpenAPIHono } from '@hono/zod-openapi'
import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { cors } from 'hono/cors'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { routePath } from 'hono/route'
import { secureHeaders } from 'hono/secure-headers'
import { isLoopbackHost, refuseOnLoopback } from '#config/loopback.ts'
import type { App, AppContext, AppDependencies, AppEnv } from './app-types.ts'
import { authenticate } from './auth.ts'
import { registerBacktest } from './backtest.ts'
import { registerCampaigns } from './campaigns.ts'
import { registerCheckout } from './checkout.ts'
import { registerErasure } from './erasure.ts'
import { errorResponse, rejectInvalidInput } from './errors.ts'
import { registerEvents } from './events.ts'
import { findConnection, ownHostsOnly } from './forwarded.ts'
import { registerHealth } from './health.ts'
import { registerOperations } from './operations.ts'
import { registerPoints } from './points.ts'
import { registerPointsTransactions } from './points-transactions.ts'
import { Problem } from './problems.ts'
import { registerProducts } from './products.ts'
import { registerPurchaseStream } from './purchase-stream.ts'
import { registerPurchases } from './purchases.ts'
import { limitFailures, limitRequests } from './rate-limits.ts'
import { registerReference } from './reference.ts'
import { registerRefunds } from './refunds.ts'
import { registerReports } from './reports.ts'
import { registerSettings } from './settings.ts'
import { registerSignIn } from './sign-in.ts'
import { registerSimulation } from './simulation.ts'
import { registerStore } from './store.ts'
import { singleHeaders, strictRequests } from './strict-requests.ts'
import { registerUsers } from './wallets.ts'

/** The API as a function from requests to responses, without state of its own. */
export function createApp(deps: AppDependencies): App {
  const app: App = new OpenAPIHono<AppEnv>({ defaultHook: rejectInvalidInput })
  app.onError(errorResponse)
  app.notFound((c) => errorResponse(new Problem('unknown_route', 'See /docs for the routes of this API.'), c))
  useMiddleware(app, deps)
  registerRoutes(app, deps)
  return app
}

function useMiddleware(app: App, deps: AppDependencies): void {
  app.use(identifyRequest)
  app.use(requestLog(deps))
  app.use(securityHeaders(deps))
  app.use(notStored)
  app.use(findConnection(deps))
  app.use(deps.auth === undefined ? loopbackOnly(deps) : ownHostsOnly(deps))
  if (deps.corsOrigins.length > 0) app.use(crossOriginAccess(deps.corsOrigins))
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) => {
        c.header('Allow', methods.join(', '))
        return errorResponse(new Problem('method_not_allowed', `The allowed methods are ${methods.join(', ')}.`), c)
      },
    }),
  )
  app.use(singleHeaders)
  if (deps.rateLimits) app.use(limitFailures(deps.rateLimits))
  app.use(authenticate(app, deps))
  if (deps.rateLimits) app.use(limitRequests(app, deps.rateLimits))
  app.use(bodySizeLimit)
  app.use(strictRequests(app))
}

function registerRoutes(app: App, deps: AppDependencies): void {
  registerStore(app, deps)
  registerReference(app, deps)
  registerProducts(app, deps)
  registerUsers(app, deps)
  registerErasure(app, deps)
  registerCheckout(app, deps)
  registerPurchases(app, deps)
  registerRefunds(app, deps)
  registerPurchaseStream(app, deps)
  registerPoints(app, deps)
  registerPointsTransactions(app, deps)
  registerCampaigns(app, deps)
  registerSimulation(app, deps)
  registerBacktest(app, deps)
  registerEvents(app, deps)
  registerOperations(app, deps)
  registerReports(app, deps)
  registerSettings(app, deps)
  registerHealth(app, deps)
  registerSignIn(app, deps)
}

/** Ids that programs make, of 16 to 64 hexadecimal digits with hyphens in between: a UUID, a trace id. */
const REQUEST_ID = /^(?=.{16,64}$)[\da-f]+(?:-[\da-f]+)*$/i

/** A client may give its request an id, by which the log has it. Not in words: logs are never searched for what is to be erased. */
const identifyRequest: MiddlewareHandler<AppEnv> = async (c, next) => {
  const given = c.req.header('X-Request-Id') ?? ''
  const id = REQUEST_ID.test(given) ? given : randomUUID()
  c.set('requestId', id)
  c.header('X-Request-Id', id)
  await next()
}

/** Logs one line per request, with the error of a 5xx. Bodies, query strings and names in paths are never logged. */
function requestLog({ logger }: AppDependencies): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const startedAt = performance.now()
    await next()
    const { status } = c.res
    const line = {
      requestId: c.get('requestId'),
      method: c.req.method,
      path: loggedPath(c),
      status,
      durationMs: Math.round(performance.now() - startedAt),
      code: c.error instanceof Problem ? c.error.code : undefined,
      purchaseId: c.get('purchaseId'),
      ...whoAsked(c),
    }
    if (status === 500) logger.error({ ...line, err: c.error }, 'request failed')
    else if (status > 500) logger.warn({ ...line, why: rootCause(c.error) }, 'request not served')
    else if (isProbe(c.req.path)) logger.debug(line, 'request')
    else logger.info(line, 'request')
  }
}

/** The id of who asked; of somebody who is not known, the address, without which nobody could tell an attack from a mistake. */
function whoAsked(c: AppContext): { caller: string } | { address: string | undefined } {
  const { caller, userId, connection } = c.var as Partial<AppEnv['Variables']>
  const id = caller?.scope ?? userId
  return id === undefined ? { address: connection?.address } : { caller: id }
}

/** The path of the route with the ids that were asked for. What else stands in a path may be the name of somebody. */
function loggedPath(c: AppContext): string {
  const given = c.req.path.split('/')
  const segments = routePath(c, -1).split('/')
  return segments
    .map((segment, index) => (segment.startsWith(':') && UUID.test(given[index] ?? '') ? given[index] : segment))
    .join('/')
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

/** The message of the server that was unavailable, or of the socket to it. */
function rootCause(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  return rootCause(error.cause) ?? error.message
}

function isProbe(path: string): boolean {
  return path === '/healthz' || path === '/readyz'
}

/** Answers are JSON and images, which may load and run nothing; `/docs` and the store set policies of their own. */
function securityHeaders({ publicUrl }: AppDependencies) {
  return secureHeaders({
    overwrite: false,
    // A year; other names of the domain are not ours.
    strictTransportSecurity: publicUrl?.protocol === 'https:' && 'max-age=31536000',
    xFrameOptions: 'DENY',
    // What is not fetched does not fall back to default-src.
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  })
}

/** Answers are about somebody, or about this very moment: nobody on the way stores them, but those that say otherwise. */
const notStored: MiddlewareHandler = async (c, next) => {
  await next()
  if (!c.res.headers.has('Cache-Control')) c.header('Cache-Control', 'no-store')
}

/** Lets pages of the given origins call the API from a browser. */
function crossOriginAccess(origins: readonly string[]) {
  return cors({
    origin: [...origins],
    allowMethods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
    allowHeaders: [
      'Authorization',
      'Content-Type',
      'Idempotency-Key',
      'If-Match',
      'If-None-Match',
      'Last-Event-ID',
      'Prefer',
      'X-Request-Id',
    ],
    exposeHeaders: [
      'Allow',
      'WWW-Authenticate',
      'ETag',
      'Location',
      'RateLimit',
      'RateLimit-Policy',
      'Retry-After',
      'Idempotency-Replayed',
      'Preference-Applied',
      'X-Request-Id',
    ],
    maxAge: 600,
  })
}

/** What holds a connection, or takes long to read: a page that embeds a thousand of them would keep others waiting. */
const COSTLY_TO_READ =
  /^\/(?:purchases|events)\/[^/]+\/(?:events|evaluation|refund-quote)$|^\/(?:operations|reports)\/|^\/readyz$/

/** Demo mode has no authentication: only this machine is answered, and of pages of other sites or ports only what reads. */
function loopbackOnly({ corsOrigins }: AppDependencies): MiddlewareHandler<AppEnv> {
  return async ({ req }, next) => {
    const [host, origin, secFetchSite] = [req.header('Host'), req.header('Origin'), req.header('Sec-Fetch-Site')]
    const { method, url: target } = req
    const mayBeEmbedded = !COSTLY_TO_READ.test(req.path)
    if (isForwardedForOthers(req))
      throw new Problem(
        'misdirected_request',
        'In demo mode the API serves this machine only, and a proxy says that the request is from another one.',
      )
    const refusal = refuseOnLoopback({ method, target, host, origin, secFetchSite, mayBeEmbedded }, corsOrigins)
    if (refusal === 'not_loopback') {
      throw new Problem('misdirected_request', 'In demo mode the API answers to localhost and loopback addresses only.')
    }
    if (refusal === 'foreign') {
      throw new Problem(
        'foreign_request',
        'Pages of other sites or ports may only read, and not everything. CORS_ORIGINS allows more.',
      )
    }
    await next()
  }
}

/** A proxy on this machine reaches us by a loopback address, whomever it serves. */
function isForwardedForOthers(req: AppContext['req']): boolean {
  if (req.header('Forwarded') !== undefined) return true
  const addresses = req.header('X-Forwarded-For')?.split(',') ?? []
  return addresses.some((address) => !isLoopbackHost(address.trim()))
}

const MAX_BODY_BYTES = 64 * 1024

const bodySizeLimit = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError: () => {
    throw new Problem('body_too_large', `The maximum size of a body is ${MAX_BODY_BYTES} bytes.`)
  },
})
