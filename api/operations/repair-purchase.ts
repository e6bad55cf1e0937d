import { createRoute } from '@hono/zod-openapi'
import type { App, AppDependencies } from '#api/app-types.ts'
import { Problem } from '#api/problems/problem.ts'
import { problems, READING } from '#api/problems/problem-responses.ts'
import { askTemporal, startRepair, waitForOutcome } from '#api/purchases/carry-out.ts'
import { purchaseStatusSchema, requirePurchase, underWay, underWayHeaders } from '#api/purchases/purchase.ts'
import { purchasePath } from '#api/schemas/identifiers.ts'
import { isWorkflowOpen } from '#config/temporal.ts'
import type { StoredPurchase } from '#db/purchases.ts'
import { purchaseWorkflowId } from '#domain/purchase.ts'

const route = createRoute({
  method: 'post',
  path: '/operations/purchases/{id}/repair',
  operationId: 'repairPurchase',
  tags: ['Operations'],
  summary: 'Settle a purchase that does not get on',
  description:
    'Takes no body. Of a purchase that is `compensating`, the undo is tried at once rather than when it would be tried next. ' +
    'One that is `running`, but whose workflow was lost, is completed if it was confirmed, and else undone. Everything is ' +
    'done once, however often it is asked for: no Idempotency-Key is needed. What is lost is also found every minute.',
  request: { params: purchasePath },
  responses: {
    200: { description: 'It has its outcome.', content: { 'application/json': { schema: purchaseStatusSchema } } },
    202: {
      description: 'Under way.',
      headers: underWayHeaders,
      content: { 'application/json': { schema: purchaseStatusSchema } },
    },
    ...problems(
      ...READING,
      'foreign_request',
      'unknown_purchase',
      'already_settled',
      'not_repairable',
      'temporal_unavailable',
    ),
  },
})

export function registerRepairPurchase(app: App, deps: AppDependencies): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param')
    c.set('purchaseId', id)
    const stuck = await requirePurchase(deps.sql, id)
    await refuseUnlessStuck(deps, stuck)
    const handle = await startRepair(deps, stuck)
    await waitForOutcome(deps, handle, c.req.raw.signal)
    const purchase = await requirePurchase(deps.sql, id)
    const { purchaseId, status } = purchase
    if (purchase.settledAt !== null) return c.json({ purchaseId, status }, 200)
    underWay(c, purchase)
    return c.json({ purchaseId, status }, 202)
  })
}

/** A purchase that is well would be undone: repairing tombstones what has not happened yet. */
async function refuseUnlessStuck(deps: AppDependencies, { purchaseId, status }: StoredPurchase): Promise<void> {
  switch (status) {
    case 'compensating':
      return
    case 'running':
      if (await isCarriedOut(deps, purchaseId)) {
        const detail = 'It runs, and its workflow carries it out. Cancel it if it should not go on.'
        throw new Problem('not_repairable', detail, { purchaseId, purchaseStatus: status })
      }
      return
    default:
      throw new Problem('already_settled', `The purchase is ${status}.`, { purchaseId, purchaseStatus: status })
  }
}

function isCarriedOut(deps: AppDependencies, purchaseId: string): Promise<boolean> {
  const ask = () => isWorkflowOpen(deps.temporal, purchaseWorkflowId(purchaseId))
  return askTemporal(deps, purchaseId, ask, 'Nothing was done. Send the request again.')
}
