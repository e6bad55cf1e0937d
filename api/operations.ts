import { createRoute, z } from '@hono/zod-openapi'
import { recordOperatorRequest } from '#db/actors.ts'
import { dismissAward, listParkedAwards, type ParkedAward, readParkedAward } from '#db/awards.ts'
import type { Database } from '#db/client.ts'
import { type Discrepancy, listDiscrepancies, readDiscrepancy, resolveDiscrepancy } from '#db/discrepancies.ts'
import type { StoredPurchase } from '#db/purchases.ts'
import { SAGAS } from '#domain/purchase.ts'
import {
  actorSchema,
  decisionSchema,
  formatActor,
  formatDecision,
  formatRequest,
  operatorRequestSchema,
} from './actors.ts'
import type { App, AppContext, AppDependencies } from './app-types.ts'
import { actorOf, OPERATORS } from './auth.ts'
import { clientName } from './campaign-schemas.ts'
import { idPosition, page, pageOf, pageQuery, readCursor } from './paging.ts'
import { Problem } from './problems.ts'
import {
  acceptedHeaders,
  buyerName,
  purchaseStatusSchema,
  requirePurchase,
  setAcceptedHeaders,
} from './purchase-schemas.ts'
import { restartUndo, retryAward, startSettling, waitForAward, waitForOutcome } from './purchase-workflows.ts'
import { json, jsonBody, problems, READING, WITH_BODY } from './responses.ts'
import { discrepancyPath, line, orNull, parkedPath, purchasePath, timestamp, userId } from './schemas.ts'

/** `/operations`: parked awards, discrepancies and repairs. */
export function registerOperations(app: App, deps: AppDependencies): void {
  registerListParked(app, deps)
  registerRetryParked(app, deps)
  registerDismissParked(app, deps)
  registerListDiscrepancies(app, deps)
  registerResolveDiscrepancy(app, deps)
  registerRepairPurchase(app, deps)
}

const parkedAwardSchema = z
  .object({
    id: z.uuid().openapi({ description: 'Id of the purchase or event.' }),
    kind: z.enum(['purchase', 'event']),
    client: clientName.openapi({
      description: 'Whose campaigns gave it: the store, or the system that the event is from.',
    }),
    userId,
    username: buyerName,
    points: z.number().int().openapi({ description: 'Points earned, before caps.', example: 170 }),
    problem: z.string().openapi({ description: 'Why it could not be booked.', example: 'unavailable' }),
    parkedAt: timestamp,
    status: z.enum(['parked', 'booked', 'nothing', 'dismissed', 'voided']).openapi({
      description:
        '`parked`: it waits for an operator. `nothing`: the caps left nothing of it. `dismissed`: an operator decided against ' +
        'it. `voided`: the purchase was refunded.',
    }),
    pointsIssued: z.number().int().openapi({ description: 'Points that were issued.', example: 0 }),
    sentBy: orNull(actorSchema).openapi({ description: 'Who sent the event. Null: it is of a purchase.' }),
    retried: orNull(operatorRequestSchema.omit({ kind: true }).openapi('Retry')).openapi({
      description: 'Who asked last to retry it.',
    }),
    dismissed: orNull(decisionSchema.openapi('Dismissal')).openapi({
      description: 'Reason, actor and time of the dismissal.',
    }),
  })
  .openapi('ParkedAward')

function formatParkedAward(c: AppContext, parked: ParkedAward): z.infer<typeof parkedAwardSchema> {
  const { earned, problem, parkedAt, state, sender, retried, dismissed } = parked
  if (state === 'pending' || earned === null || problem === null || parkedAt === null) {
    throw new Error(`award ${parked.id} was never parked`)
  }
  return {
    id: parked.id,
    kind: parked.kind,
    client: parked.client,
    userId: parked.accountId,
    username: parked.username,
    points: earned,
    problem,
    parkedAt: parkedAt.toISOString(),
    status: state,
    pointsIssued: parked.points,
    sentBy: sender && formatActor(c, sender),
    retried: retried && formatRequest(c, retried),
    dismissed: dismissed && formatDecision(c, dismissed),
  }
}

const listParkedAwardsRoute = createRoute({
  method: 'get',
  path: '/operations/parked',
  ...OPERATORS,
  operationId: 'listParkedAwards',
  tags: ['Operations'],
  summary: 'List parked awards',
  description:
    'Awards that could not be booked and wait for an operator, oldest purchase first. Their sales are not affected. `GET ' +
    '/purchases/{id}/evaluation` and `GET /events/{id}/evaluation` have the rules that they came from.',
  request: { query: pageQuery },
  responses: {
    200: {
      description: 'A page of parked awards.',
      content: json(pageOf(parkedAwardSchema).openapi('ParkedAwardPage')),
    },
    ...problems(...READING, 'foreign_request'),
  },
})

function registerListParked(app: App, { sql }: AppDependencies): void {
  app.openapi(listParkedAwardsRoute, async (c) => {
    const { limit } = c.req.valid('query')
    const cursor = readCursor(c, idPosition)
    const parked = await listParkedAwards(sql, { ...(cursor && { after: cursor }), limit: limit + 1 })
    return c.json(
      page(
        c,
        parked,
        limit,
        (award) => formatParkedAward(c, award),
        (award) => award.id,
      ),
      200,
    )
  })
}

const retryParkedAwardRoute = createRoute({
  method: 'post',
  path: '/operations/parked/{id}/retry',
  ...OPERATORS,
  operationId: 'retryParkedAward',
  tags: ['Operations'],
  summary: 'Retry a parked award',
  description:
    'Takes no body. Issues the points of the evaluation that is on record, as far as the caps allow now. It is retried for ' +
    'ten minutes, whatever happens to this request, and takes effect once, so no Idempotency-Key is needed. Returns the ' +
    'award as it is then: still `parked` if that takes longer or fails.',
  request: { params: parkedPath },
  responses: {
    200: { description: 'The award in its present state.', content: json(parkedAwardSchema) },
    ...problems(...WITH_BODY, 'unknown_parked_award', 'temporal_unavailable'),
  },
})

function registerRetryParked(app: App, deps: AppDependencies): void {
  app.openapi(retryParkedAwardRoute, async (c) => {
    const { id } = c.req.valid('param')
    const parked = await requireParked(deps.sql, id)
    if (parked.state !== 'parked') return c.json(formatParkedAward(c, parked), 200)
    const awarded = parked.kind === 'event' ? { eventId: id } : { purchaseId: id }
    await recordOperatorRequest(deps.writes, { kind: 'retry', id, actor: actorOf(c) })
    const handle = await retryAward(deps, awarded, parked.accountId)
    await waitForAward(deps, handle, c.req.raw.signal)
    return c.json(formatParkedAward(c, await requireParked(deps.sql, id)), 200)
  })
}

/** @throws Problem `unknown_parked_award` */
async function requireParked(sql: Database, id: string): Promise<ParkedAward> {
  const parked = await readParkedAward(sql, id)
  if (!parked) throw new Problem('unknown_parked_award', `There is no parked award "${id}".`)
  return parked
}

const dismissal = z
  .strictObject({ reason: line(500).openapi({ example: 'The campaign had wrong rules; the customer was informed.' }) })
  .openapi('NewDismissal')

const dismissParkedAwardRoute = createRoute({
  method: 'post',
  path: '/operations/parked/{id}/dismissal',
  ...OPERATORS,
  operationId: 'dismissParkedAward',
  tags: ['Operations'],
  summary: 'Dismiss a parked award',
  description:
    'Its points will never be issued. The reason is recorded with actor and time. Repeating the request changes nothing and ' +
    'returns the award as it is, so no Idempotency-Key is needed. An award that was booked or ended otherwise in the ' +
    'meantime: 409.',
  request: { params: parkedPath, body: jsonBody(dismissal) },
  responses: {
    200: { description: 'Dismissed.', content: json(parkedAwardSchema) },
    ...problems(...WITH_BODY, 'unknown_parked_award', 'not_parked'),
  },
})

function registerDismissParked(app: App, { sql, writes }: AppDependencies): void {
  app.openapi(dismissParkedAwardRoute, async (c) => {
    const { id } = c.req.valid('param')
    await requireParked(sql, id)
    const { state } = await dismissAward(writes, id, c.req.valid('json').reason, actorOf(c))
    if (state !== 'dismissed') {
      throw new Problem('not_parked', `The award is ${state}.`, {
        awardStatus: z.enum(['booked', 'nothing', 'voided']).parse(state),
      })
    }
    return c.json(formatParkedAward(c, await requireParked(sql, id)), 200)
  })
}

const discrepancySchema = z
  .object({
    id: z.uuid().openapi({ description: 'Id of the purchase or event. It may be gone itself.' }),
    saga: z.enum(SAGAS).openapi({ description: 'What could not be settled.' }),
    problem: z.string().openapi({
      description: 'What is missing.',
      example: 'purchase 0192d3a0-0000-7000-8000-000000000000 does not exist',
    }),
    foundAt: timestamp,
    resolved: orNull(decisionSchema.openapi('Resolution')).openapi({ description: 'Who has looked after it.' }),
  })
  .openapi('Discrepancy')

function formatDiscrepancy(
  c: AppContext,
  { resolved, foundAt, ...found }: Discrepancy,
): z.infer<typeof discrepancySchema> {
  return {
    ...found,
    foundAt: foundAt.toISOString(),
    resolved: resolved && formatDecision(c, resolved),
  }
}

const listDiscrepanciesRoute = createRoute({
  method: 'get',
  path: '/operations/discrepancies',
  ...OPERATORS,
  operationId: 'listDiscrepancies',
  tags: ['Operations'],
  summary: 'List discrepancies',
  description:
    'Purchases, refunds and awards that can neither be completed nor undone, because what they build on is gone from the ' +
    'database: lost with a failover, or by a restore. Nothing of them is tried again until they are resolved. `npm run ' +
    'audit` fails as long as there are any.',
  request: { query: pageQuery },
  responses: {
    200: {
      description: 'A page of discrepancies.',
      content: json(pageOf(discrepancySchema).openapi('DiscrepancyPage')),
    },
    ...problems(...READING, 'foreign_request'),
  },
})

function registerListDiscrepancies(app: App, { sql }: AppDependencies): void {
  app.openapi(listDiscrepanciesRoute, async (c) => {
    const { limit } = c.req.valid('query')
    const cursor = readCursor(c, idPosition)
    const found = await listDiscrepancies(sql, { ...(cursor && { after: cursor }), limit: limit + 1 })
    return c.json(
      page(
        c,
        found,
        limit,
        (one) => formatDiscrepancy(c, one),
        ({ id }) => id,
      ),
      200,
    )
  })
}

const resolveDiscrepancyRoute = createRoute({
  method: 'post',
  path: '/operations/discrepancies/{id}/resolution',
  ...OPERATORS,
  operationId: 'resolveDiscrepancy',
  tags: ['Operations'],
  summary: 'Resolve a discrepancy',
  description:
    'After what was missing is mended, or it is settled otherwise. What is unfinished of it is taken up again by the ' +
    'reconciler, and listed again if it still cannot be settled. The reason is recorded with actor and time. Repeating the ' +
    'request changes nothing, so no Idempotency-Key is needed.',
  request: { params: discrepancyPath, body: jsonBody(z.strictObject({ reason: line(500) }).openapi('NewResolution')) },
  responses: {
    200: { description: 'Resolved.', content: json(discrepancySchema) },
    ...problems(...WITH_BODY, 'unknown_discrepancy'),
  },
})

function registerResolveDiscrepancy(app: App, { sql, writes }: AppDependencies): void {
  app.openapi(resolveDiscrepancyRoute, async (c) => {
    const { id } = c.req.valid('param')
    await resolveDiscrepancy(writes, id, c.req.valid('json').reason, actorOf(c))
    const resolved = await readDiscrepancy(sql, id)
    if (!resolved) throw new Problem('unknown_discrepancy', `There is no discrepancy about "${id}".`)
    return c.json(formatDiscrepancy(c, resolved), 200)
  })
}

const repairPurchaseRoute = createRoute({
  method: 'post',
  path: '/operations/purchases/{id}/repair',
  ...OPERATORS,
  operationId: 'repairPurchase',
  tags: ['Operations'],
  summary: 'Settle a purchase that makes no progress',
  description:
    'Takes no body. For a purchase that is `compensating`, the undo is retried at once instead of at its next attempt. One ' +
    'that is `running` but whose workflow was lost is completed if the sale was confirmed, started again if nothing of it ' +
    'has happened, and undone otherwise. Repeating the request has no further effect, so no Idempotency-Key is needed. The ' +
    'reconciler does the same every minute.',
  request: { params: purchasePath },
  responses: {
    200: { description: 'The purchase has ended.', content: json(purchaseStatusSchema) },
    202: { description: 'In progress.', headers: acceptedHeaders, content: json(purchaseStatusSchema) },
    ...problems(...WITH_BODY, 'unknown_purchase', 'already_settled', 'not_repairable', 'temporal_unavailable'),
  },
})

function registerRepairPurchase(app: App, deps: AppDependencies): void {
  app.openapi(repairPurchaseRoute, async (c) => {
    const { id } = c.req.valid('param')
    c.set('purchaseId', id)
    const found = await requirePurchase(deps.sql, id)
    const { writes } = deps
    await settle(deps, found, () =>
      recordOperatorRequest(writes, { kind: 'repair', id: found.purchaseId, actor: actorOf(c) }),
    )
    const purchase = await waitForOutcome(deps, found, c.req.raw.signal)
    const { purchaseId, status } = purchase
    if (purchase.settledAt !== null) return c.json({ purchaseId, status }, 200)
    setAcceptedHeaders(c, purchase)
    return c.json({ purchaseId, status }, 202)
  })
}

/**
 * A repair tombstones the steps that have not happened, so it would undo a purchase that is making progress.
 *
 * @param record that it was asked for: once it is known that it can be had, and before anything happens
 */
async function settle(deps: AppDependencies, purchase: StoredPurchase, record: () => Promise<void>): Promise<void> {
  const { purchaseId, status } = purchase
  switch (status) {
    case 'compensating':
      await record()
      await restartUndo(deps, purchase)
      return
    case 'running': {
      if (await startSettling(deps, purchase, record)) return
      const detail = 'Its workflow is running. Cancel the purchase to stop it.'
      throw new Problem('not_repairable', detail, { purchaseId, purchaseStatus: status })
    }
    default:
      throw new Problem('already_settled', `The purchase is ${status}.`, { purchaseId, purchaseStatus: status })
  }
}
