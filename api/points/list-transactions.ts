import { createRoute, z } from '@hono/zod-openapi'
import type { App, AppDependencies } from '#api/app-types.ts'
import { problems, READING } from '#api/problems/problem-responses.ts'
import { pageQuery, pointsPage, pointsPageOf } from '#api/schemas/paging.ts'
import { listTransactions, type StatementLine } from '#db/points.ts'
import { transactionTypeOf } from '#domain/points/account.ts'
import { accountId, findAccount, pointsShown, transactionId, transactionShape } from './points-transaction.ts'

const lineSchema = z
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

const route = createRoute({
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
      content: { 'application/json': { schema: pointsPageOf(lineSchema).openapi('PointsStatementPage') } },
    },
    ...problems(...READING, 'invalid_request'),
  },
})

export function registerListTransactions(app: App, { sql }: AppDependencies): void {
  app.openapi(route, async (c) => {
    const { account_id, cursor, limit } = c.req.valid('query')
    const lines = await listTransactions(sql, {
      accountId: await findAccount(sql, account_id),
      ...(cursor && { before: Number(cursor) }),
      limit: limit + 1,
    })
    const shown = (line: StatementLine) => showLine(account_id, line)
    return c.json(
      pointsPage(lines, limit, shown, (line) => String(line.version)),
      200,
    )
  })
}

function showLine(account_id: string, line: StatementLine): z.infer<typeof lineSchema> {
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
