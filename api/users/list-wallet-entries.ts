import { createRoute, z } from '@hono/zod-openapi'
import type { App, AppDependencies } from '#api/app-types.ts'
import { problems, READING } from '#api/problems/problem-responses.ts'
import { amountShown } from '#api/schemas/amounts.ts'
import { userPath } from '#api/schemas/identifiers.ts'
import { page, pageOf, pageQuery } from '#api/schemas/paging.ts'
import { timestamp } from '#api/schemas/text.ts'
import { listWalletEntries, type WalletEntry } from '#db/wallets.ts'
import { majorFromMinor } from '#domain/money.ts'
import { requireUser } from './user.ts'

const entrySchema = z
  .object({
    id: z.number().int(),
    amount: amountShown.openapi({ description: 'What came in; negative: what went out.', example: -1700 }),
    reason: z.enum(['opening', 'top_up', 'charge', 'charge_undone', 'refund']),
    reference: z.string().openapi({ description: 'The purchase, or the Idempotency-Key of the request.' }),
    actor: z.string().openapi({ description: 'Who did it.', example: 'purchase' }),
    at: timestamp,
  })
  .openapi('WalletEntry')

const entryId = z.string().regex(/^[1-9]\d{0,14}$/, 'must be the nextCursor of an answer')

const route = createRoute({
  method: 'get',
  path: '/users/{username}/wallet-entries',
  operationId: 'listWalletEntries',
  tags: ['Users'],
  summary: 'Everything that went into a wallet and out of it',
  description: 'Newest first. The balance is the sum of all entries.',
  request: { params: userPath, query: pageQuery(entryId) },
  responses: {
    200: {
      description: 'A page of entries.',
      content: { 'application/json': { schema: pageOf(entrySchema).openapi('WalletEntryPage') } },
    },
    ...problems(...READING, 'invalid_request', 'unknown_user'),
  },
})

export function registerListWalletEntries(app: App, { sql }: AppDependencies): void {
  app.openapi(route, async (c) => {
    const { userId } = await requireUser(sql, c.req.valid('param').username)
    const { cursor, limit } = c.req.valid('query')
    const entries = await listWalletEntries(sql, {
      userId,
      ...(cursor && { before: Number(cursor) }),
      limit: limit + 1,
    })
    return c.json(
      page(entries, limit, showEntry, (entry) => String(entry.id)),
      200,
    )
  })
}

function showEntry({
  id,
  amountMinor,
  reason,
  reference,
  actor,
  recordedAt,
}: WalletEntry): z.infer<typeof entrySchema> {
  return { id, amount: majorFromMinor(amountMinor), reason, reference, actor, at: recordedAt.toISOString() }
}
