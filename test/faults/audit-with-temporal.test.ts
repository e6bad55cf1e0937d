import { Client, Connection } from '@temporalio/client'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { AuditReport } from '#db/audit.ts'
import { purchaseWorkflowId, refundWorkflowId } from '#domain/purchase.ts'
import { runEntryPoint } from '#test/support/entry-point.ts'
import { openNamespace } from '#test/support/installation.ts'
import { openShop, type Shop } from '#test/support/shop.ts'

/** In a namespace of its own, without workers: what is open stays open, and nobody looks for what was lost. */
let shop: Shop
let connection: Connection
let client: Client

beforeAll(async () => {
  shop = await openShop()
  connection = await Connection.connect({ address: inject('temporalAddress') })
  client = new Client({ connection, namespace: await openNamespace(connection) })
})
afterAll(async () => {
  await connection?.close()
  await shop?.close()
})

test('what Temporal has open, and what the database has under way, must agree', async () => {
  const productId = await shop.addProduct({ priceMinor: 100, stock: 10 })
  const username = await shop.addWallet({ balanceMinor: 1_000 })
  const order = () => shop.order({ username, lines: [{ productId, quantity: 1 }] })
  const open = (workflow: string, workflowId: string) =>
    client.workflow.start(workflow, { workflowId, taskQueue: 'nobody', args: [{}] })
  const ended = await order()
  const lost = await order()
  const underWay = await order()
  await open('purchase', purchaseWorkflowId(ended))
  await open('refund', refundWorkflowId(underWay))
  await open('purchase', purchaseWorkflowId(underWay))
  // Of no purchase: somebody tried something out.
  await open('purchase', 'by hand')
  await shop.asOwner(async (sql) => {
    await sql`update purchases set status = 'cancelled', settled_at = now() where id = ${ended}`
    await sql`update purchases set updated_at = now() - interval '4 minutes' where settled_at is null`
  })

  const audited = async () => {
    const changes = {
      DATABASE_URL: shop.databaseUrl,
      TEMPORAL_ADDRESS: inject('temporalAddress'),
      TEMPORAL_NAMESPACE: client.options.namespace,
    }
    const { out } = await runEntryPoint('scripts/audit.ts', changes, ['--with-temporal'])
    const { invariants } = JSON.parse(out) as AuditReport
    const found = (name: RegExp) => invariants.find((invariant) => name.test(invariant.name))
    return { open: found(/^no workflow is open for/), underWay: found(/has an open workflow$/) }
  }
  await expect.poll(audited, { timeout: 90_000 }).toMatchObject({
    open: {
      checked: 4,
      violations: expect.toSatisfy((violations: { workflow: string }[]) => {
        const named = violations.map(({ workflow }) => workflow).sort()
        return named.join() === [purchaseWorkflowId(ended), refundWorkflowId(underWay)].sort().join()
      }),
    },
    underWay: { checked: 2, violations: [{ workflow: purchaseWorkflowId(lost) }] },
  })
})
