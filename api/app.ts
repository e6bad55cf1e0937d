import { OpenAPIHono } from '@hono/zod-openapi'
import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { cors } from 'hono/cors'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { requestId } from 'hono/request-id'
import { routePath } from 'hono/route'
import { secureHeaders } from 'hono/secure-headers'
import { refuseOnLoopback } from '#config/loopback.ts'
import type { App, AppContext, AppDependencies, AppEnv } from './app-types.ts'
import { authenticate } from './auth.ts'
import { registerBacktest } from './backtest.ts'
import { registerCampaigns } from './campaigns.ts'
import { registerCheckout } from './checkout.ts'
import { errorResponse, rejectInvalidInput } from './errors.ts'
import { registerEvents } from './events.ts'
import { registerHealth } from './health.ts'
import { registerOperations } from './operations.ts'
import { registerPoints } from './points.ts'
import { registerPointsTransactions } from './points-transactions.ts'
import { Problem } from './problems.ts'
import { registerProducts } from './products.ts'
import { registerPurchaseStream } from './purchase-stream.ts'
import { registerPurchases } from './purchases.ts'
import { registerReference } from './reference.ts'
import { registerSettings } from './settings.ts'
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
  app.use(requestId({ limitLength: 128 }))
  app.use(requestLog(deps))
  app.use(securityHeaders)
  app.use(notStored)
  if (deps.auth === undefined) app.use(loopbackOnly(deps))
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
  app.use(authenticate(app, deps.auth, deps.sql))
  app.use(bodySizeLimit)
  app.use(strictRequests(app))
}

function registerRoutes(app: App, deps: AppDependencies): void {
  registerStore(app, deps)
  registerReference(app, deps)
  registerProducts(app, deps)
  registerUsers(app, deps)
  registerCheckout(app, deps)
  registerPurchases(app, deps)
  registerPurchaseStream(app, deps)
  registerPoints(app, deps)
  registerPointsTransactions(app, deps)
  registerCampaigns(app, deps)
  registerSimulation(app, deps)
  registerBacktest(app, deps)
  registerEvents(app, deps)
  registerOperations(app, deps)
  registerSettings(app, deps)
  registerHealth(app, deps)
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
      purchaseId: c.get('purchaseId'),
    }
    if (status === 500) logger.error({ ...line, err: c.error }, 'request failed')
    else if (status > 500) logger.warn({ ...line, why: rootCause(c.error) }, 'request not served')
    else if (isProbe(c.req.path)) logger.debug(line, 'request')
    else logger.info(line, 'request')
  }
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

/**
 * Answers are JSON and images, which may load and run nothing; `/docs` and the store set policies of their own.
 * Strict-Transport-Security is up to the proxy that terminates TLS.
 */
const securityHeaders = secureHeaders({
  overwrite: false,
  strictTransportSecurity: false,
  xFrameOptions: 'DENY',
  contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
})

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
      'Retry-After',
      'Idempotency-Replayed',
      'Preference-Applied',
      'X-Request-Id',
    ],
    maxAge: 600,
  })
}

/** What holds a connection, or takes long to read: a page that embeds a thousand of them would keep others waiting. */
const COSTLY_TO_READ = /^\/(?:purchases|events)\/[^/]+\/(?:events|evaluation|refund-quote)$|^\/operations\/|^\/readyz$/

/** Demo mode has no authentication: only this machine is answered, and of pages of other sites or ports only what reads. */
function loopbackOnly({ corsOrigins }: AppDependencies): MiddlewareHandler<AppEnv> {
  return async ({ req }, next) => {
    const [host, origin, secFetchSite] = [req.header('Host'), req.header('Origin'), req.header('Sec-Fetch-Site')]
    const { method, url: target } = req
    const mayBeEmbedded = !COSTLY_TO_READ.test(req.path)
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

const MAX_BODY_BYTES = 64 * 1024

const bodySizeLimit = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError: () => {
    throw new Problem('body_too_large', `The maximum size of a body is ${MAX_BODY_BYTES} bytes.`)
  },
})
