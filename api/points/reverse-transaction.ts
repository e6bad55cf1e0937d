import { createRoute } from '@hono/zod-openapi'
import type { App, AppDependencies } from '#api/app-types.ts'
import { Problem } from '#api/problems/problem.ts'
import { problems, READING } from '#api/problems/problem-responses.ts'
import { idempotencyHeaders, replayedHeader } from '#api/requests/idempotency.ts'
import { transactionPath } from '#api/schemas/identifiers.ts'
import { readTransactionOrigin } from '#db/points.ts'
import { movePoints, unknownTransaction } from './move-points.ts'
import { reversalSchema, showReversal } from './points-transaction.ts'

const route = createRoute({
  method: 'post',
  path: '/points/transactions/{id}/reversal',
  operationId: 'reversePointsTransaction',
  tags: ['Points'],
  summary: 'Reverse an issue or a redemption',
  description:
    'Takes no body. Redeemed points go back to where they were taken from, and lapse when they would have. Issued ' +
    'points are taken back as far as they are there; the answer says what was not. Each transaction is reversed once. Those of a ' +
    'purchase go back with its refund only, which also settles what cannot be taken back.',
  request: { params: transactionPath, headers: idempotencyHeaders },
  responses: {
    200: {
      description: 'Reversed.',
      headers: replayedHeader,
      content: { 'application/json': { schema: reversalSchema } },
    },
    ...problems(
      ...READING,
      'invalid_request',
      'foreign_request',
      'idempotency_key_reused',
      'unknown_transaction',
      'already_reversed',
      'not_reversible',
      'belongs_to_purchase',
    ),
  },
})

export function registerReverseTransaction(app: App, deps: AppDependencies): void {
  app.openapi(route, async (c) => {
    const { id: reverses } = c.req.valid('param')
    const origin = await readTransactionOrigin(deps.sql, reverses)
    if (origin === undefined) throw unknownTransaction()
    if (origin.reason === 'purchase') throw belongsToPurchase(origin.reference)
    const { username } = origin
    const answer = await movePoints(c, deps, { username, body: reverses, command: { type: 'reverse', reverses } })
    return c.json(showReversal(username, answer), 200)
  })
}

/** Reversed by hand, an award that was spent would be nobody's to pay for: the refund withholds its value from the money. */
function belongsToPurchase(purchaseId: string): Problem {
  return new Problem('belongs_to_purchase', `Refund purchase ${purchaseId} instead.`, { purchase_id: purchaseId })
}
