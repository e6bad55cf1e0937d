import { Connection } from '@temporalio/client'
import { expect, inject, test } from 'vitest'
import { purchaseWorkflowId, refundWorkflowId } from '#domain/purchase.ts'
import { openApiWorld } from '#test/support/api-world.ts'
import type { reconcilePurchases } from '#workflows/scheduled.ts'

/** Search attributes are for people who search: sagas, the reconciler and answers do without. */

/** `IndexedValueType` of temporal.api.enums.v1. */
const KEYWORD = 2

async function openNamespace(registered: string[]): Promise<string> {
  const connection = await Connection.connect({ address: inject('temporalAddress') })
  const namespace = `bare-${crypto.randomUUID()}`
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
  })
  const { operatorService } = connection
  const known = async () => {
    const searchAttributes = Object.fromEntries(registered.map((name) => [name, KEYWORD]))
    if (registered.length > 0) await operatorService.addSearchAttributes({ namespace, searchAttributes })
    return Object.keys((await operatorService.listSearchAttributes({ namespace })).customAttributes)
  }
  // A namespace is known to the server a moment after it was registered.
  await expect.poll(() => known().catch(() => undefined)).toEqual(expect.arrayContaining(registered))
  await connection.close()
  return namespace
}

test.each([[[]], [['Customer']], [['Customer', 'PurchaseStatus']]])(
  'with no other search attributes than %j everything is carried out',
  async (registered) => {
    const world = await openApiWorld({ namespace: await openNamespace(registered) })
    const closed = async (workflowId: string) =>
      (await world.client.workflow.getHandle(workflowId).describe()).status.name
    try {
      const product = await world.shop.addProduct({ priceMinor: 600, stock: 10 })
      const buyer = await world.shop.addWallet({ balanceMinor: 3000 })
      const order = { userId: buyer, productId: product, quantity: 1 }
      for (const lane of ['fast', 'visible']) {
        const sold = await world.api.post('/purchase', { ...order, lane })
        expect(sold).toMatchObject({ status: 200, body: { status: 'completed' } })
        await expect.poll(() => closed(purchaseWorkflowId(sold.body.purchaseId))).toBe('COMPLETED')
        const refunded = await world.api.call('POST', `/purchases/${sold.body.purchaseId}/refund`)
        expect(refunded).toMatchObject({ status: 200, body: { status: 'refunded' } })
        await expect.poll(() => closed(refundWorkflowId(sold.body.purchaseId))).toBe('COMPLETED')

        const refused = await world.api.post('/purchase', { ...order, quantity: 6, lane })
        expect(refused).toMatchObject({ status: 409, body: { code: 'insufficient_funds' } })
        await expect.poll(() => closed(purchaseWorkflowId(refused.body.purchaseId))).toBe('COMPLETED')
      }
      const event = { type: 'Review', client: 'ReviewSite', account_id: buyer, payload: {} }
      expect((await world.api.post('/events', event, { key: crypto.randomUUID() })).status).toBe(200)

      const lines = [{ productId: product, quantity: 1 }]
      const [lost, begun] = [
        await world.shop.order({ username: buyer, lines }),
        await world.shop.order({ username: buyer, lines }),
      ]
      await world.shop.asOwner(async (sql) => {
        await sql`select reserve_stock(${begun})`
        await sql`update purchases set updated_at = now() - interval '2 minutes' where settled_at is null`
      })
      const reconciled = await world.client.workflow.execute<typeof reconcilePurchases>('reconcilePurchases', {
        workflowId: `reconcile-${crypto.randomUUID()}`,
        taskQueue: world.taskQueue,
      })
      expect(reconciled).toEqual({ started: 2, failed: 0 })
      await expect.poll(() => closed(purchaseWorkflowId(lost))).toBe('COMPLETED')
      await expect.poll(() => closed(purchaseWorkflowId(begun))).toBe('COMPLETED')
      expect((await world.shop.purchase(lost)).status).toBe('completed')
      expect((await world.shop.purchase(begun)).status).toBe('failed')
      expect(await world.shop.brokenInvariants()).toEqual([])
    } finally {
      await world.close()
    }
  },
)
