import { createRoute, z } from '@hono/zod-openapi'
import type { App, AppDependencies } from '#api/app-types.ts'
import { problems, READING } from '#api/problems/problem-responses.ts'
import { timestamp } from '#api/schemas/text.ts'
import { readBalance } from '#db/points.ts'
import type { BalanceEntry } from '#domain/points/daily-balance.ts'
import { accountId, findAccount, pointsShown } from './points-transaction.ts'

const entrySchema = z
  .object({
    issued_date: z.iso.date().openapi({ description: 'The UTC day.', example: '2026-01-31' }),
    balance: pointsShown.openapi({ description: 'What is left of that day; once expired, what was lost.' }),
    last_updated: timestamp,
    status: z.enum(['active', 'expired']),
  })
  .openapi('PointsBalanceEntry')

const pointsSchema = z
  .object({
    account_id: accountId,
    balance: pointsShown.openapi({ description: 'What can be spent: the sum of the active entries.' }),
    balance_entries: z.array(entrySchema).openapi({ description: 'By the day of issue, oldest first.' }),
  })
  .openapi('PointsBalance')

const route = createRoute({
  method: 'get',
  path: '/points',
  operationId: 'getPoints',
  tags: ['Points'],
  summary: 'What an account can spend in points',
  description: 'An account that nothing has happened to has none.',
  request: { query: z.strictObject({ account_id: accountId }) },
  responses: {
    200: { description: 'The balance.', content: { 'application/json': { schema: pointsSchema } } },
    ...problems(...READING, 'invalid_request'),
  },
})

export function registerGetPoints(app: App, { sql }: AppDependencies): void {
  app.openapi(route, async (c) => {
    const { account_id } = c.req.valid('query')
    const { available, entries } = await readBalance(sql, await findAccount(sql, account_id))
    return c.json({ account_id, balance: available, balance_entries: entries.map(showEntry) }, 200)
  })
}

function showEntry({ issuedDate, balance, lastUpdated, status }: BalanceEntry): z.infer<typeof entrySchema> {
  return { issued_date: issuedDate, balance, last_updated: lastUpdated, status }
}
