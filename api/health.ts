import { createRoute, z } from '@hono/zod-openapi'
import { type Client, isGrpcServiceError } from '@temporalio/client'
import type { Database } from '#db/client.ts'
import { OtherCurrency, requireCurrency } from '#db/currency.ts'
import { missingFunctions, newestMigration, readSchemaVersion } from '#db/functions.ts'
import type { Money } from '#domain/money.ts'
import { SEARCH_ATTRIBUTES } from '#workflows/contract.ts'
import type { App, AppDependencies } from './app-types.ts'
import { ANYBODY } from './auth.ts'
import { Problem, readinessCheck } from './problems.ts'
import { NOT_COUNTED } from './rate-limits.ts'
import { json, PROBE, problems } from './responses.ts'

/** `/healthz` and `/readyz`. */
export function registerHealth(app: App, deps: AppDependencies): void {
  registerHealthz(app, deps)
  registerReadyz(app, deps)
}

const healthzRoute = createRoute({
  method: 'get',
  path: '/healthz',
  ...ANYBODY,
  ...NOT_COUNTED,
  operationId: 'healthz',
  tags: ['Operation'],
  summary: 'Liveness: whether this process can use its database',
  description:
    'Answers without a query of its own; fails when no statement was answered for a minute. `/readyz` answers whether ' +
    'requests can be served now.',
  responses: {
    200: { description: 'Alive.', content: json(z.object({ status: z.literal('ok') }).openapi('Health')) },
    ...problems(...PROBE, 'unhealthy'),
  },
})

function registerHealthz(app: App, { health }: AppDependencies): void {
  app.openapi(healthzRoute, (c) => {
    const failing = health.failing()
    if (failing !== undefined) throw new Problem('unhealthy', failing)
    return c.json({ status: 'ok' as const }, 200)
  })
}

const readinessSchema = z.object({ status: z.literal('ready'), checks: z.array(readinessCheck) }).openapi('Readiness')

const readyzRoute = createRoute({
  method: 'get',
  path: '/readyz',
  ...ANYBODY,
  ...NOT_COUNTED,
  operationId: 'readyz',
  tags: ['Operation'],
  summary: 'Readiness: whether requests can be served',
  description:
    'Checks that the database answers, has the schema and is in the currency of this process, and that Temporal answers. Whether the search attributes of the ' +
    'workflows are registered there is among the checks, but requests are served without them.',
  responses: {
    200: { description: 'Ready.', content: json(readinessSchema) },
    ...problems(...PROBE, 'foreign_request', 'not_ready'),
  },
})

function registerReadyz(app: App, { sql, temporal, money }: AppDependencies): void {
  // Anybody may ask, as often as they like: one look is for all who ask meanwhile.
  let look: Promise<Check[]> | undefined
  const checkAll = async () => {
    const checks = await Promise.all([checkDatabase(sql, money), checkTemporal(temporal)])
    return checks.flat()
  }
  app.openapi(readyzRoute, async (c) => {
    look ??= checkAll().finally(() => {
      look = undefined
    })
    const checks = await look
    const failed = checks.filter((check) => !check.ok && check.name !== SEARCH)
    if (failed.length === 0) return c.json({ status: 'ready' as const, checks }, 200)
    const detail = failed.map((check) => `${check.name}: ${check.detail}.`).join(' ')
    throw new Problem('not_ready', detail, { checks })
  })
}

/** Search attributes are for people who search: purchases are carried out without them. */
const SEARCH = 'search attributes'

/** The result of one check; `detail` says what to do about a failed one. */
type Check = { name: string; ok: boolean; detail?: string }

const CHECK_TIMEOUT_MS = 3_000

/** A schema newer than this code is ready: migrations run before the code is rolled out. */
async function checkDatabase(sql: Database, money: Money): Promise<Check[]> {
  const found = await withTimeout(Promise.all([readSchemaVersion(sql), missingFunctions(sql)]))
  if (!found.ok) return [{ name: 'database', ok: false, detail: 'cannot be reached' }]
  const needed = await newestMigration()
  const [version, missing] = found.value
  const isMigrated = version >= needed && missing.length === 0
  const lacks = version >= needed ? `lacks ${missing.join(', ')}` : `has version ${version}, ${needed} is needed`
  return [
    { name: 'database', ok: true },
    {
      name: 'schema',
      ok: isMigrated,
      ...(!isMigrated && { detail: `${lacks}: run "npm run migrate"` }),
    },
    ...(isMigrated ? [await checkCurrency(sql, money)] : []),
  ]
}

async function checkCurrency(sql: Database, { currency: code, digits }: Money): Promise<Check> {
  const required = await withTimeout(requireCurrency(sql, { code, digits }))
  if (required.ok) return { name: 'currency', ok: true }
  const detail = required.error instanceof OtherCurrency ? required.error.message : 'cannot be read'
  return { name: 'currency', ok: false, detail }
}

async function checkTemporal(temporal: Client): Promise<Check[]> {
  const { namespace } = temporal.options
  const attributes = await withTimeout(
    temporal.withDeadline(Date.now() + CHECK_TIMEOUT_MS, () =>
      temporal.connection.operatorService.listSearchAttributes({ namespace }),
    ),
  )
  // A server that denies permission is reachable.
  if (!attributes.ok && isNotPermitted(attributes.error)) return [{ name: 'temporal', ok: true }]
  if (!attributes.ok) return [{ name: 'temporal', ok: false, detail: 'cannot be reached' }]
  const registered = attributes.value.customAttributes
  const missing = SEARCH_ATTRIBUTES.filter(({ name }) => !(name in registered)).map(({ name }) => name)
  return [
    { name: 'temporal', ok: true },
    {
      name: SEARCH,
      ok: missing.length === 0,
      ...(missing.length > 0 && { detail: `${missing.join(', ')} not registered: run "npm run migrate"` }),
    },
  ]
}

type Result<Value> = { ok: true; value: Value } | { ok: false; error: unknown }

/** The value within `CHECK_TIMEOUT_MS`, or the error. */
async function withTimeout<Value>(asked: Promise<Value>): Promise<Result<Value>> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Result<Value>>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, error: new Error('no answer in time') }), CHECK_TIMEOUT_MS)
  })
  const answer = asked.then(
    (value) => ({ ok: true as const, value }),
    (error: unknown) => ({ ok: false as const, error }),
  )
  return await Promise.race([answer, late]).finally(() => clearTimeout(timer))
}

/** PERMISSION_DENIED, UNIMPLEMENTED, UNAUTHENTICATED: Temporal Cloud, and servers with an authorizer. */
function isNotPermitted(error: unknown): boolean {
  return isGrpcServiceError(error) && [7, 12, 16].includes(error.code)
}
