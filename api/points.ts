import { createRoute, z } from '@hono/zod-openapi'
import {
  listLots,
  listTransactions,
  readBalance,
  readClock,
  readNextExpiry,
  type StatementLine,
  type StoredLot,
} from '#db/points.ts'
import { transactionTypeOf } from '#domain/points/account.ts'
import type { BalanceEntry } from '#domain/points/daily-balance.ts'
import type { App, AppDependencies } from './app-types.ts'
import { CUSTOMERS, requireOwn } from './auth.ts'
import { idPosition, numberPosition, pageQuery, readCursor, snakeCasePage, snakeCasePageOf } from './paging.ts'
import { findAccount, pointsOutput, transactionId, transactionShape } from './points-transactions.ts'
import { json, problems, READING } from './responses.ts'
import { accountId, orNull, timestamp } from './schemas.ts'

/** Reading points: balance, statement and lots. */
export function registerPoints(app: App, deps: AppDependencies): void {
  registerGetPoints(app, deps)
  registerListTransactions(app, deps)
  registerListLots(app, deps)
}

const balanceEntrySchema = z
  .object({
    issued_date: z.iso.date().openapi({ description: 'UTC day of issue.', example: '2026-01-31' }),
    balance: pointsOutput.openapi({
      description: 'Points left of those issued that day; once expired, the points that were lost.',
    }),
    last_updated: timestamp,
    status: z.enum(['active', 'expired']),
  })
  .openapi('PointsBalanceEntry')

const balanceSchema = z
  .object({
    account_id: accountId,
    balance: pointsOutput.openapi({ description: 'Points available: the sum of the active entries.' }),
    balance_entries: z.array(balanceEntrySchema).openapi({ description: 'By day of issue, oldest first.' }),
  })
  .openapi('PointsBalance')

const getPointsRoute = createRoute({
  method: 'get',
  path: '/points',
  ...CUSTOMERS,
  operationId: 'getPoints',
  tags: ['Points'],
  summary: 'Get the points balance of an account',
  description: 'An unknown account has the balance 0.',
  request: { query: z.strictObject({ account_id: accountId }) },
  responses: {
    200: { description: 'The balance.', content: json(balanceSchema) },
    ...problems(...READING, 'unknown_account'),
  },
})

function registerGetPoints(app: App, { sql }: AppDependencies): void {
  app.openapi(getPointsRoute, async (c) => {
    const { account_id } = c.req.valid('query')
    requireOwn(c, account_id, 'unknown_account')
    const { available, entries } = await readBalance(sql, await findAccount(sql, account_id))
    return c.json({ account_id, balance: available, balance_entries: entries.map(formatBalanceEntry) }, 200)
  })
}

function formatBalanceEntry({
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
    reverses: transactionId.nullable().openapi({ description: 'Of a reversal: the reversed transaction.' }),
    reverses_type: z.enum(['issue', 'redeem']).nullable().openapi({
      description: 'Of a reversal: type of the reversed transaction. An `issue` was withdrawn, a `redeem` returned.',
    }),
    withheld: pointsOutput.openapi({
      description: 'Of a reversed redemption: points that were not returned, since they were owed.',
      example: 0,
    }),
    campaigns: z
      .array(z.object({ campaign: z.string().openapi({ example: '1' }), points: pointsOutput }))
      .openapi({ description: 'Of points awarded by campaigns: points by campaign.' }),
    reason: z.string().openapi({ description: 'Reason of the transaction.', example: 'purchase' }),
    reference: z.string().openapi({ description: 'Id of the purchase, or Idempotency-Key of the request.' }),
    actor: z.string().openapi({ description: 'Who caused the transaction.', example: 'demo' }),
  })
  .openapi('PointsStatementLine')

const listPointsTransactionsRoute = createRoute({
  method: 'get',
  path: '/points/transactions',
  ...CUSTOMERS,
  operationId: 'listPointsTransactions',
  tags: ['Points'],
  summary: 'List the transactions of an account (statement)',
  description: 'Newest first.',
  request: { query: pageQuery.extend({ account_id: accountId }) },
  responses: {
    200: {
      description: 'A page of the statement.',
      content: json(snakeCasePageOf(statementLineSchema).openapi('PointsStatementPage')),
    },
    ...problems(...READING, 'unknown_account'),
  },
})

function registerListTransactions(app: App, { sql }: AppDependencies): void {
  app.openapi(listPointsTransactionsRoute, async (c) => {
    const { account_id, limit } = c.req.valid('query')
    requireOwn(c, account_id, 'unknown_account')
    const cursor = readCursor(c, numberPosition)
    const lines = await listTransactions(sql, {
      accountId: await findAccount(sql, account_id),
      ...(cursor && { before: cursor }),
      limit: limit + 1,
    })
    const format = (line: StatementLine) => formatStatementLine(account_id, line)
    return c.json(
      snakeCasePage(c, lines, limit, format, (line) => String(line.version)),
      200,
    )
  })
}

function formatStatementLine(account_id: string, line: StatementLine): z.infer<typeof statementLineSchema> {
  const { id, at, amount, balance, reverses, reversesType, withheld, reason, reference, actor } = line
  return {
    id,
    date_time: at,
    account_id,
    transaction_type: transactionTypeOf(line),
    amount,
    balance,
    reverses,
    reverses_type: reversesType,
    withheld,
    campaigns: line.campaigns.filter((gave) => gave.points > 0).map(({ campaign, points }) => ({ campaign, points })),
    reason,
    reference,
    actor,
  }
}

const lotSchema = z
  .object({
    id: transactionId.openapi({ description: 'Id of the transaction that issued it.' }),
    issued_at: timestamp,
    expires_at: timestamp.openapi({ description: 'The first instant at which its points cannot be redeemed.' }),
    original: pointsOutput.openapi({ description: 'Points issued.' }),
    remaining: pointsOutput.openapi({ description: 'Points left.' }),
    expired: pointsOutput.openapi({ description: 'Points that expired.', example: 0 }),
    owed: pointsOutput.openapi({
      description: 'Points that were spent before their issue was reversed: withheld when they come back.',
      example: 0,
    }),
    source: z.object({
      reason: z.string().openapi({ example: 'purchase' }),
      reference: z.string().openapi({ description: 'Id of the purchase, or Idempotency-Key of the request.' }),
    }),
  })
  .openapi('PointsLot')

const nextExpirySchema = z
  .object({ at: timestamp, amount: pointsOutput })
  .openapi('PointsLapse', { description: 'The points that expire next unless they are redeemed before.' })

const lotPage = snakeCasePageOf(lotSchema)
  .extend({ lapses_next: orNull(nextExpirySchema) })
  .openapi('PointsLotPage')

const listPointsLotsRoute = createRoute({
  method: 'get',
  path: '/points/lots',
  ...CUSTOMERS,
  operationId: 'listPointsLots',
  tags: ['Points'],
  summary: 'List the lots of an account',
  description: 'Where the points come from and when they expire. Newest first.',
  request: {
    query: pageQuery.extend({
      account_id: accountId,
      open_only: z
        .enum(['true', 'false'])
        .default('false')
        .openapi({ description: '`true`: only lots that have points left.' }),
    }),
  },
  responses: {
    200: { description: 'A page of lots.', content: json(lotPage) },
    ...problems(...READING, 'unknown_account'),
  },
})

function registerListLots(app: App, { sql }: AppDependencies): void {
  app.openapi(listPointsLotsRoute, async (c) => {
    const { account_id, limit, open_only } = c.req.valid('query')
    requireOwn(c, account_id, 'unknown_account')
    const cursor = readCursor(c, idPosition)
    const account = await findAccount(sql, account_id)
    const [lots, expiringNext] = await Promise.all([
      listLots(sql, {
        accountId: account,
        openOnly: open_only === 'true',
        ...(cursor && { before: cursor }),
        limit: limit + 1,
      }),
      readClock(sql).then((now) => readNextExpiry(sql, account, now)),
    ])
    const onPage = snakeCasePage(c, lots, limit, formatLot, (lot) => lot.id)
    return c.json({ ...onPage, lapses_next: expiringNext ?? null }, 200)
  })
}

function formatLot(lot: StoredLot): z.infer<typeof lotSchema> {
  const { id, issuedAt, expiresAt, original, remaining, expired, owed, reason, reference } = lot
  return {
    id,
    issued_at: issuedAt,
    expires_at: expiresAt,
    original,
    remaining,
    expired,
    owed,
    source: { reason, reference },
  }
}
