import { Client, Connection } from '@temporalio/client'
import { expect, test } from 'vitest'
import { childEnvironment } from '#config/environment.ts'
import { recordExternalEvent } from '#db/awards.ts'
import { awardWorkflowId } from '#domain/purchase.ts'
import { openApiWorld } from '#test/support/api-world.ts'
import { shared } from '#test/support/shared-world.ts'
import { aRequest } from '#test/support/shop.ts'
import type { reconcilePurchases } from '#workflows/scheduled.ts'

/** After an outage of Temporal: more of everything than a page holds, and so more than one run of the reconciler. */
const MANY = 220
/** Orders that are on record besides, without a workflow: `DRAIN_ORDERS=9780 npx vitest run ...` makes them 10,000. */
const MORE = Number(childEnvironment({}).DRAIN_ORDERS ?? 0)
const WITHIN_MS = 60_000 + 200 * MORE

const world = await shared(openApiWorld())

async function orderWithoutTemporal(buyers: string[], product: string): Promise<string[]> {
  const nowhere = Connection.lazy({ address: '127.0.0.1:1' })
  const cutOff = await world.serve({ temporal: new Client({ connection: nowhere }) })
  const answers = await Promise.all(
    buyers.map((userId) =>
      cutOff.post('/purchase', { userId, productId: product, quantity: 1 }, { key: `order of ${userId}` }),
    ),
  )
  await cutOff.stop()
  for (const { status, headers, body } of answers) {
    expect([status, headers.get('Location')]).toEqual([202, `/purchases/${body.purchaseId}`])
  }
  return answers.map(({ body }) => body.purchaseId)
}

async function orderMore(productId: string): Promise<void> {
  const username = await world.shop.addWallet({ balanceMinor: 600 * MORE })
  for (let made = 0; made < MORE; made++) await world.shop.order({ username, lines: [{ productId, quantity: 1 }] })
}

async function recordEvents(): Promise<string[]> {
  const ids = Array.from({ length: MANY }, () => crypto.randomUUID())
  for (const eventId of ids) {
    const request = aRequest(eventId)
    const event = { type: 'Review', client: 'reviewsite', username: 'reviewer', payload: {}, actor: 'test' }
    await recordExternalEvent(world.shop.sql, request, { eventId, ...event })
  }
  return ids
}

async function count(rows: PromiseLike<{ state: string; count: number }[]>): Promise<Record<string, number>> {
  return Object.fromEntries((await rows).map(({ state, count }) => [state, count]))
}

const sentence =
  'what was accepted without Temporal is all carried out, and a client that repeats its key meanwhile gets the sale'

test(sentence, { timeout: 2 * WITHIN_MS }, async () => {
  const product = await world.shop.addProduct({ priceMinor: 600, stock: 1_000 + MORE })
  const buyers = await Promise.all(Array.from({ length: MANY }, () => world.shop.addWallet({ balanceMinor: 1_000 })))
  const orders = await orderWithoutTemporal(buyers, product)
  await orderMore(product)
  const events = await recordEvents()
  await world.shop.asOwner(async (sql) => {
    await sql`update purchases set updated_at = now() - interval '2 minutes'`
    await sql`update awards set created_at = now() - interval '2 minutes'`
  })

  const reconciler = await world.client.workflow.start<typeof reconcilePurchases>('reconcilePurchases', {
    workflowId: `reconcile-${crypto.randomUUID()}`,
    taskQueue: world.taskQueue,
    args: [{ pagesPerRun: 1 }],
  })
  const repeated = await Promise.all(
    buyers
      .slice(-30)
      .map((userId) =>
        world.api.post('/purchase', { userId, productId: product, quantity: 1 }, { key: `order of ${userId}` }),
      ),
  )
  for (const [index, answer] of repeated.entries()) {
    const purchaseId = orders.slice(-30)[index]
    expect(answer).toMatchObject({ status: 200, body: { status: 'completed', purchaseId } })
  }

  // Some were the clients' own doing.
  const { started, failed } = await reconciler.result()
  expect(failed).toBe(0)
  expect(started).toBeGreaterThanOrEqual(2 * MANY + MORE - 30)
  expect((await reconciler.describe()).runId).not.toBe(reconciler.firstExecutionRunId)
  const { sql } = world.shop
  await expect
    .poll(() => count(sql`select status as state, count(*)::bigint as count from purchases group by status`), {
      timeout: WITHIN_MS,
    })
    .toEqual({ completed: MANY + MORE })
  await expect
    .poll(() => count(sql`select state, count(*)::bigint as count from awards where kind = 'event' group by state`))
    .toEqual({ nothing: MANY })
  const closed = await world.client.workflow.getHandle(awardWorkflowId({ eventId: events[0] ?? '' })).describe()
  expect(closed.type).toBe('award')
})
