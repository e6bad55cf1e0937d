import { createRoute, z } from '@hono/zod-openapi'
import type { Database } from '#db/client.ts'
import { readDailyBalancesAt } from '#db/liability.ts'
import { listLots, listTransactions, readBalance, type StatementLine, type StoredLot } from '#db/points.ts'
import { dayOf, type Instant, pointsIn, transactionTypeOf } from '#domain/points/account.ts'
import { type Balance, type BalanceEntry, balanceOf } from '#domain/points/daily-balance.ts'
import { actorSchema, formatActor } from './actors.ts'
import type { App, AppContext, AppDependencies } from './app-types.ts'
import { CUSTOMERS, ownerOf, requireOwn } from './auth.ts'
import { formatIssuedPoints, issuedPointsSchema } from './award-schemas.ts'
import { reference } from './idempotency.ts'
import { idPosition, numberPosition, pageQuery, readCursor, snakeCasePage, snakeCasePageOf } from './paging.ts'
import { findAccount, pointsOutput, transactionId, transactionShape } from './points-transactions.ts'
import { reportableInstant } from './reports.ts'
import { json, problems, READING } from './responses.ts'
import { accountId, instantInput, orNull, timestamp } from './schemas.ts'

/** The account of the user of this name; a customer's is their own, whoever has the name by now. */
async function accountOf(c: AppContext, sql: Database, username: string): Promise<string> {
  return ownerOf(c) ?? (await findAccount(sql, username))
}

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
    balance_entries: z.array(balanceEntrySchema).openapi({
      description:
        'By day of issue, oldest first. Those issued on one day are several entries if they do not expire together.',
    }),
    pending_total: pointsOutput.openapi({
      description: 'Points that do not count yet, in none of the entries.',
      example: 40,
    }),
    pending: z
      .array(
        z
          .object({
            available_on: z.iso
              .date()
              .openapi({ description: 'UTC day from which they count.', example: '2026-02-14' }),
            amount: pointsOutput.openapi({ example: 40 }),
          })
          .openapi('PendingPoints'),
      )
      .openapi({
        description: 'Points that do not count yet, by day, soonest first: they cannot be redeemed before.',
      }),
    expires_next: orNull(
      z
        .object({
          on: z.iso
            .date()
            .openapi({ description: 'UTC day from which they cannot be redeemed.', example: '2027-01-31' }),
          amount: pointsOutput,
        })
        .openapi('NextExpiry'),
    ).openapi({
      description: 'Points that expire next unless they are redeemed before, pending ones included.',
    }),
  })
  .openapi('PointsBalance')

const getPointsRoute = createRoute({
  method: 'get',
  path: '/points',
  ...CUSTOMERS,
  operationId: 'getPoints',
  tags: ['Points'],
  summary: 'Get the points balance of an account',
  description:
    'What can be redeemed now, what will count later, and what expires next. An unknown account has the balance 0.',
  request: {
    query: z.strictObject({
      account_id: accountId,
      as_of: instantInput.optional().openapi({
        description: 'The balance as it was, by what had been recorded by then. By default as it is now.',
        example: '2026-12-31T23:59:59.999Z',
      }),
    }),
  },
  responses: {
    200: { description: 'The balance.', content: json(balanceSchema) },
    ...problems(...READING, 'unknown_account', 'too_recent'),
  },
})

function registerGetPoints(app: App, { sql }: AppDependencies): void {
  app.openapi(getPointsRoute, async (c) => {
    const { account_id, as_of } = c.req.valid('query')
    requireOwn(c, account_id, 'unknown_account')
    const account = await accountOf(c, sql, account_id)
    const balance = as_of === undefined ? await readBalance(sql, account) : await balanceAt(sql, account, as_of)
    return c.json({ account_id, ...formatBalance(balance) }, 200)
  })
}

/** @throws Problem `too_recent` */
async function balanceAt(sql: Database, accountId: string, asOf: Instant): Promise<Balance> {
  const at = await reportableInstant(sql, asOf)
  return balanceOf(await readDailyBalancesAt(sql, accountId, at), at)
}

function formatBalance({ available, entries, pending, lapsesNext }: Balance) {
  return {
    balance: available,
    balance_entries: entries.map(formatBalanceEntry),
    pending_total: pointsIn(pending),
    pending: pending.map(({ availableOn, amount }) => ({ available_on: availableOn, amount })),
    expires_next: lapsesNext && { on: dayOf(lapsesNext.at), amount: lapsesNext.amount },
  }
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
    reverses: transactionId.nullable().openapi({
      description: 'Of a reversal: the transaction that it reversed, or a part of.',
    }),
    reverses_type: z.enum(['issue', 'redeem']).nullable().openapi({
      description: 'Of a reversal: type of the reversed transaction. An `issue` was withdrawn, a `redeem` returned.',
    }),
    reversed: pointsOutput.openapi({ description: 'Of its points, how many were reversed later.', example: 0 }),
    reversed_by: transactionId.nullable().openapi({ description: 'The last transaction that did so.', example: null }),
    withheld: pointsOutput.openapi({
      description: 'Of a reversed redemption: points that were not returned, since they were owed.',
      example: 0,
    }),
    campaigns: z
      .array(issuedPointsSchema)
      .openapi({ description: 'Of points awarded by campaigns: points by campaign.' }),
    reason: z.string().openapi({ description: 'Reason of the transaction.', example: 'purchase' }),
    reference,
    event: z.string().nullable().openapi({
      description: 'Of points for an event of another system: its type.',
      example: null,
    }),
    actor: actorSchema.openapi({ description: 'Who caused the transaction: of an event, who sent it.' }),
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
      accountId: await accountOf(c, sql, account_id),
      ...(cursor && { before: cursor }),
      limit: limit + 1,
    })
    const format = (line: StatementLine) => formatStatementLine(c, account_id, line)
    return c.json(
      snakeCasePage(c, lines, limit, format, (line) => String(line.version)),
      200,
    )
  })
}

function formatStatementLine(
  c: AppContext,
  account_id: string,
  line: StatementLine,
): z.infer<typeof statementLineSchema> {
  const {
    id,
    at,
    amount,
    balance,
    reverses,
    reversesType,
    reversed,
    reversedBy,
    withheld,
    reason,
    reference,
    event,
    actor,
  } = line
  return {
    id,
    date_time: at,
    account_id,
    transaction_type: transactionTypeOf(line),
    amount,
    balance,
    reverses,
    reverses_type: reversesType,
    reversed,
    reversed_by: reversedBy,
    withheld,
    campaigns: line.campaigns.map(formatIssuedPoints),
    reason,
    reference,
    event,
    actor: formatActor(c, actor),
  }
}

const lotSchema = z
  .object({
    id: z.uuid().openapi({ description: 'Of the first lot of a transaction, the id of the transaction.' }),
    transaction_id: transactionId.openapi({ description: 'The transaction that issued it.' }),
    campaign: z
      .string()
      .nullable()
      .openapi({ description: 'Name of the campaign that gave its points.', example: '1' }),
    issued_at: timestamp,
    available_at: timestamp.openapi({ description: 'From then on its points count; before, they cannot be redeemed.' }),
    expires_at: timestamp.openapi({ description: 'The first instant at which its points cannot be redeemed.' }),
    original: pointsOutput.openapi({ description: 'Points issued.' }),
    remaining: pointsOutput.openapi({ description: 'Points left.' }),
    expired: pointsOutput.openapi({ description: 'Points that expired.', example: 0 }),
    taken_back: pointsOutput.openapi({
      description: 'Points that reversals of the issue took back. What is left, expired or taken back was not spent.',
      example: 0,
    }),
    owed: pointsOutput.openapi({
      description: 'Points that were spent before their issue was reversed: withheld when they come back.',
      example: 0,
    }),
    source: z.object({
      reason: z.string().openapi({ example: 'purchase' }),
      reference,
    }),
  })
  .openapi('PointsLot')

const lotPage = snakeCasePageOf(lotSchema).openapi('PointsLotPage')

const listPointsLotsRoute = createRoute({
  method: 'get',
  path: '/points/lots',
  ...CUSTOMERS,
  operationId: 'listPointsLots',
  tags: ['Points'],
  summary: 'List the lots of an account',
  description:
    'Where the points come from, when they count and when they expire. What was issued at once is several lots if several campaigns ' +
    'gave it. Newest first.',
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
    const account = await accountOf(c, sql, account_id)
    const lots = await listLots(sql, {
      accountId: account,
      openOnly: open_only === 'true',
      ...(cursor && { before: cursor }),
      limit: limit + 1,
    })
    return c.json(
      snakeCasePage(c, lots, limit, formatLot, (lot) => lot.id),
      200,
    )
  })
}

function formatLot(lot: StoredLot): z.infer<typeof lotSchema> {
  const { id, original, remaining, expired, owed, reason, reference } = lot
  return {
    id,
    transaction_id: lot.transactionId,
    campaign: lot.campaign,
    issued_at: lot.issuedAt,
    available_at: lot.availableAt,
    expires_at: lot.expiresAt,
    original,
    remaining,
    expired,
    taken_back: lot.takenBack,
    owed,
    source: { reason, reference },
  }
}
