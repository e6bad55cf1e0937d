import { createRoute, z } from '@hono/zod-openapi'
import type { App, AppDependencies } from '#api/app-types.ts'
import { problems, READING } from '#api/problems/problem-responses.ts'
import { orNull } from '#api/schemas/or-null.ts'
import { pageQuery, pointsPage, pointsPageOf } from '#api/schemas/paging.ts'
import { timestamp } from '#api/schemas/text.ts'
import { listLots, readClock, readLapsingNext, type StoredLot } from '#db/points.ts'
import { accountId, findAccount, pointsShown, transactionId } from './points-transaction.ts'

const lotSchema = z
  .object({
    id: transactionId.openapi({ description: 'Of the transaction that issued it.' }),
    issued_at: timestamp,
    expires_at: timestamp.openapi({ description: 'From this moment on its points cannot be spent.' }),
    original: pointsShown.openapi({ description: 'How many points were issued.' }),
    remaining: pointsShown.openapi({ description: 'How many are left.' }),
    expired: pointsShown.openapi({ description: 'How many were lost at the end.', example: 0 }),
    source: z.object({
      reason: z.string().openapi({ example: 'purchase' }),
      reference: z.string().openapi({ description: 'The purchase, or the Idempotency-Key of the request.' }),
    }),
  })
  .openapi('PointsLot')

const lapseSchema = z
  .object({ at: timestamp, amount: pointsShown })
  .openapi('PointsLapse', { description: 'The points that lapse next unless they are spent before.' })

const lotPage = pointsPageOf(lotSchema)
  .extend({ lapses_next: orNull(lapseSchema) })
  .openapi('PointsLotPage')

const route = createRoute({
  method: 'get',
  path: '/points/lots',
  operationId: 'listPointsLots',
  tags: ['Points'],
  summary: 'Where the points of an account come from, and when they end',
  description: 'Newest first.',
  request: {
    query: pageQuery(z.uuid()).extend({
      account_id: accountId,
      open_only: z
        .enum(['true', 'false'])
        .default('false')
        .openapi({ description: '`true`: only lots that have points left.' }),
    }),
  },
  responses: {
    200: { description: 'A page of lots.', content: { 'application/json': { schema: lotPage } } },
    ...problems(...READING, 'invalid_request'),
  },
})

export function registerListLots(app: App, { sql }: AppDependencies): void {
  app.openapi(route, async (c) => {
    const { account_id, cursor, limit, open_only } = c.req.valid('query')
    const account = await findAccount(sql, account_id)
    const [lots, lapsing] = await Promise.all([
      listLots(sql, {
        accountId: account,
        openOnly: open_only === 'true',
        ...(cursor && { before: cursor }),
        limit: limit + 1,
      }),
      readClock(sql).then((now) => readLapsingNext(sql, account, now)),
    ])
    const shown = pointsPage(lots, limit, showLot, (lot) => lot.id)
    return c.json({ ...shown, lapses_next: lapsing ?? null }, 200)
  })
}

function showLot(lot: StoredLot): z.infer<typeof lotSchema> {
  const { id, issuedAt, expiresAt, original, remaining, expired, reason, reference } = lot
  return {
    id,
    issued_at: issuedAt,
    expires_at: expiresAt,
    original,
    remaining,
    expired,
    source: { reason, reference },
  }
}
