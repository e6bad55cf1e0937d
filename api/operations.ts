import { createRoute, z } from '@hono/zod-openapi'
import { isWorkflowOpen } from '#config/is-workflow-open.ts'
import { dismissAward, listParkedAwards, readParkedAward, type StoredAward } from '#db/awards.ts'
import type { Database } from '#db/client.ts'
import type { StoredPurchase } from '#db/purchases.ts'
import { purchaseWorkflowId } from '#domain/purchase.ts'
import type { App, AppDependencies } from './app-types.ts'
import { DEMO_ACTOR } from './idempotency.ts'
import { Problem } from './problems.ts'
import {
  campaignAwardSchema,
  purchaseStatusSchema,
  requirePurchase,
  showAward,
  underWay,
  underWayHeaders,
} from './purchase-schemas.ts'
import { askTemporal, startAward, startRepair, waitForOutcome } from './purchase-workflows.ts'
import { json, jsonBody, problems, READING } from './responses.ts'
import { line, orNull, page, pageOf, pageQuery, parkedPath, purchasePath, timestamp, username } from './schemas.ts'

/** `/operations`. */
export function registerOperations(app: App, deps: AppDependencies): void {
  registerListParked(app, deps)
  registerRetryParked(app, deps)
  registerDismissParked(app, deps)
  registerRepairPurchase(app, deps)
}

const parkedAwardSchema = z
  .object({
    id: z.uuid().openapi({ description: 'Of the purchase or event.' }),
    kind: z.enum(['purchase', 'event']),
    username,
    points: z.number().int().openapi({ description: 'What the purchase earned, before caps.', example: 170 }),
    campaigns: z.array(campaignAwardSchema).openapi({ description: 'Which campaign and rule gave what.' }),
    problem: z.string().openapi({ description: 'Why it could not be booked.', example: 'unavailable' }),
    parkedAt: timestamp,
    status: z.enum(['parked', 'booked', 'nothing', 'dismissed', 'voided']).openapi({
      description:
        '`parked`: it still waits. `nothing`: caps left nothing of it. `dismissed`: an operator decided against it. `voided`: ' +
        'the purchase was given back.',
    }),
    pointsIssued: z.number().int().openapi({ description: 'What was booked of it.', example: 0 }),
    dismissed: orNull(z.object({ reason: z.string(), actor: z.string(), at: timestamp }).openapi('Dismissal')).openapi({
      description: 'Why, by whom and when it was decided that it is never booked.',
    }),
  })
  .openapi('ParkedAward')

function showParkedAward(parked: StoredAward): z.infer<typeof parkedAwardSchema> {
  const { evaluation, problem, parkedAt, state, dismissed } = parked
  if (state === 'pending' || evaluation === null || problem === null || parkedAt === null) {
    throw new Error(`award ${parked.id} was never parked`)
  }
  return {
    id: parked.id,
    kind: parked.kind,
    username: parked.username,
    points: evaluation.campaigns.reduce((sum, { earned }) => sum + earned, 0),
    campaigns: showAward(evaluation),
    problem,
    parkedAt: parkedAt.toISOString(),
    status: state,
    pointsIssued: parked.points,
    dismissed: dismissed && { ...dismissed, at: new Date(dismissed.at).toISOString() },
  }
}

const listParkedAwardsRoute = createRoute({
  method: 'get',
  path: '/operations/parked',
  operationId: 'listParkedAwards',
  tags: ['Operations'],
  summary: 'Awards that could not be booked and wait to be retried',
  description: 'Oldest purchase first. Their sales stand.',
  request: { query: pageQuery(z.uuid()) },
  responses: {
    200: {
      description: 'A page of parked awards.',
      content: json(pageOf(parkedAwardSchema).openapi('ParkedAwardPage')),
    },
    ...problems(...READING, 'invalid_request'),
  },
})

function registerListParked(app: App, { sql }: AppDependencies): void {
  app.openapi(listParkedAwardsRoute, async (c) => {
    const { cursor, limit } = c.req.valid('query')
    const parked = await listParkedAwards(sql, { ...(cursor && { after: cursor }), limit: limit + 1 })
    return c.json(
      page(parked, limit, showParkedAward, (award) => award.id),
      200,
    )
  })
}

const retryParkedAwardRoute = createRoute({
  method: 'post',
  path: '/operations/parked/{id}/retry',
  operationId: 'retryParkedAward',
  tags: ['Operations'],
  summary: 'Book a parked award',
  description:
    'Takes no body. Books what the purchase earned by the evaluation that was kept, as far as caps leave room now. It is ' +
    'tried for ten minutes, whatever happens to this request, and books once, however often it is asked for: no ' +
    'Idempotency-Key is needed. Answers how the award stands, which is still `parked` if it takes longer, or in vain.',
  request: { params: parkedPath },
  responses: {
    200: {
      description: 'The award, as it stands now.',
      content: json(parkedAwardSchema),
    },
    ...problems(...READING, 'foreign_request', 'unknown_parked_award', 'temporal_unavailable'),
  },
})

function registerRetryParked(app: App, deps: AppDependencies): void {
  app.openapi(retryParkedAwardRoute, async (c) => {
    const { id } = c.req.valid('param')
    const parked = await requireParked(deps.sql, id)
    if (parked.state !== 'parked') return c.json(showParkedAward(parked), 200)
    const handle = await startAward(deps, parked.kind === 'event' ? { eventId: id } : { purchaseId: id }, {
      accountId: parked.accountId,
      staticSummary: `The points that ${parked.username} earned are booked`,
      ifAway: 'The award stays parked. Send the request again.',
    })
    await waitForOutcome(deps, handle, c.req.raw.signal)
    return c.json(showParkedAward(await requireParked(deps.sql, id)), 200)
  })
}

/** @throws Problem `unknown_parked_award` */
async function requireParked(sql: Database, id: string): Promise<StoredAward> {
  const parked = await readParkedAward(sql, id)
  if (!parked) throw new Problem('unknown_parked_award', `No award of "${id}" was parked.`)
  return parked
}

const dismissal = z
  .strictObject({ reason: line(500).openapi({ example: 'The campaign was a mistake; settled by letter.' }) })
  .openapi('NewDismissal')

const dismissParkedAwardRoute = createRoute({
  method: 'post',
  path: '/operations/parked/{id}/dismissal',
  operationId: 'dismissParkedAward',
  tags: ['Operations'],
  summary: 'Decide that a parked award is never booked',
  description:
    'Says why; who and when is recorded with it. It happens once: asking again changes nothing and answers what stands, so no ' +
    'Idempotency-Key is needed. An award that was booked, or ended otherwise, in the meantime: 409.',
  request: {
    params: parkedPath,
    body: jsonBody(dismissal),
  },
  responses: {
    200: { description: 'Dismissed.', content: json(parkedAwardSchema) },
    ...problems(
      ...READING,
      'invalid_request',
      'malformed_json',
      'foreign_request',
      'body_too_large',
      'unsupported_media_type',
      'unknown_parked_award',
      'not_parked',
    ),
  },
})

function registerDismissParked(app: App, { sql, writes }: AppDependencies): void {
  app.openapi(dismissParkedAwardRoute, async (c) => {
    const { id } = c.req.valid('param')
    await requireParked(sql, id)
    const { state } = await dismissAward(writes, id, c.req.valid('json').reason, DEMO_ACTOR)
    if (state !== 'dismissed') {
      throw new Problem('not_parked', `The award is ${state}.`, {
        awardStatus: z.enum(['booked', 'nothing', 'voided']).parse(state),
      })
    }
    return c.json(showParkedAward(await requireParked(sql, id)), 200)
  })
}

const repairPurchaseRoute = createRoute({
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
    200: { description: 'It has its outcome.', content: json(purchaseStatusSchema) },
    202: {
      description: 'Under way.',
      headers: underWayHeaders,
      content: json(purchaseStatusSchema),
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

function registerRepairPurchase(app: App, deps: AppDependencies): void {
  app.openapi(repairPurchaseRoute, async (c) => {
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
