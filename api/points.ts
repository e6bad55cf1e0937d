import { createRoute, z } from '@hono/zod-openapi'
import { readClock } from '#db/points/load.ts'
import {
  listLots,
  listTransactions,
  readBalance,
  readLapsingNext,
  type StatementLine,
  type StoredLot,
} from '#db/points/read.ts'
import type { BalanceEntry } from '#domain/points/daily-balance.ts'
import { transactionTypeOf } from '#domain/points/event.ts'
import type { App, AppDependencies } from './app-types.ts'
import { findAccount, pointsShown, transactionId, transactionShape } from './points-transactions.ts'
import { json, problems, READING } from './responses.ts'
import { accountId, orNull, pageQuery, pointsPage, pointsPageOf, timestamp } from './schemas.ts'

/** `GET /points...`: what accounts have. */
export function registerPoints(app: App, deps: AppDependencies): void {
  registerGetPoints(app, deps)
  registerListTransactions(app, deps)
  registerListLots(app, deps)
}

const balanceEntrySchema = z
  .object({
    issued_date: z.iso.date().openapi({ description: 'The UTC day.', example: '2026-01-31' }),
    balance: pointsShown.openapi({ description: 'What is left of that day; once expired, what was lost.' }),
    last_updated: timestamp,
    status: z.enum(['active', 'expired']),
  })
  .openapi('PointsBalanceEntry')

const balanceSchema = z
  .object({
    account_id: accountId,
    balance: pointsShown.openapi({ description: 'What can be spent: the sum of the active entries.' }),
    balance_entries: z.array(balanceEntrySchema).openapi({ description: 'By the day of issue, oldest first.' }),
  })
  .openapi('PointsBalance')

const getPointsRoute = createRoute({
  method: 'get',
  path: '/points',
  operationId: 'getPoints',
  tags: ['Points'],
  summary: 'What an account can spend in points',
  description: 'An account that nothing has happened to has none.',
  request: { query: z.strictObject({ account_id: accountId }) },
  responses: {
    200: { description: 'The balance.', content: json(balanceSchema) },
    ...problems(...READING, 'invalid_request'),
  },
})

function registerGetPoints(app: App, { sql }: AppDependencies): void {
  app.openapi(getPointsRoute, async (c) => {
    const { account_id } = c.req.valid('query')
    const { available, entries } = await readBalance(sql, await findAccount(sql, account_id))
    return c.json({ account_id, balance: available, balance_entries: entries.map(showBalanceEntry) }, 200)
  })
}

function showBalanceEntry({
  issuedDate,
  balance,
  lastUpdated,
  status,
}: BalanceEntry): z.infer<typeof balanceEntrySchema> {
  return { issued_date: issuedDate, balance, last_updated: lastUpdated, status }
}

const statementLineSchema = z
  .object({
    ...transactionShape,
    reverses: transactionId.nullable().openapi({ description: 'Of a reversal: the transaction that it reversed.' }),
    reverses_type: z
      .enum(['issue', 'redeem'])
      .nullable()
      .openapi({ description: 'Of a reversal: of an issue, points were taken back; of a redemption, given back.' }),
    campaigns: z
      .array(z.object({ campaign: z.string().openapi({ example: '1' }), points: pointsShown }))
      .openapi({ description: 'Of points that campaigns gave: which gave how many.' }),
    reason: z.string().openapi({ description: 'Why.', example: 'purchase' }),
    reference: z.string().openapi({ description: 'On behalf of what: a purchase, or an Idempotency-Key.' }),
    actor: z.string().openapi({ description: 'Who did it.', example: 'demo' }),
  })
  .openapi('PointsStatementLine')

const version = z.string().regex(/^[1-9]\d{0,14}$/, 'must be the next_cursor of an answer')

const listPointsTransactionsRoute = createRoute({
  method: 'get',
  path: '/points/transactions',
  operationId: 'listPointsTransactions',
  tags: ['Points'],
  summary: 'Everything that happened to the points of an account',
  description: 'Newest first.',
  request: { query: pageQuery(version).extend({ account_id: accountId }) },
  responses: {
    200: {
      description: 'A page of the statement.',
      content: json(pointsPageOf(statementLineSchema).openapi('PointsStatementPage')),
    },
    ...problems(...READING, 'invalid_request'),
  },
})

function registerListTransactions(app: App, { sql }: AppDependencies): void {
  app.openapi(listPointsTransactionsRoute, async (c) => {
    const { account_id, cursor, limit } = c.req.valid('query')
    const lines = await listTransactions(sql, {
      accountId: await findAccount(sql, account_id),
      ...(cursor && { before: Number(cursor) }),
      limit: limit + 1,
    })
    const shown = (line: StatementLine) => showStatementLine(account_id, line)
    return c.json(
      pointsPage(lines, limit, shown, (line) => String(line.version)),
      200,
    )
  })
}

function showStatementLine(account_id: string, line: StatementLine): z.infer<typeof statementLineSchema> {
  const { id, at, amount, balance, reverses, reversesType, reason, reference, actor } = line
  return {
    id,
    date_time: at,
    account_id,
    transaction_type: transactionTypeOf(line),
    amount,
    balance,
    reverses,
    reverses_type: reversesType,
    campaigns: line.campaigns.filter((gave) => gave.points > 0).map(({ campaign, points }) => ({ campaign, points })),
    reason,
    reference,
    actor,
  }
}

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

const listPointsLotsRoute = createRoute({
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
    200: { description: 'A page of lots.', content: json(lotPage) },
    ...problems(...READING, 'invalid_request'),
  },
})

function registerListLots(app: App, { sql }: AppDependencies): void {
  app.openapi(listPointsLotsRoute, async (c) => {
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
