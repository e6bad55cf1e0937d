import { Client, Connection } from '@temporalio/client'
import { inject } from 'vitest'
import { freePort } from '#scripts/platform/processes.ts'
import { registerSearchAttributes } from '#worker/temporal-setup.ts'
import { type EntryPoint, startEntryPoint } from './entry-point.ts'
import { eventually } from './launched-system.ts'
import { openPassage } from './passage.ts'
import { openShop } from './shop.ts'

export type Installation = Awaited<ReturnType<typeof openInstallation>>

/**
 * Two API processes and two worker processes as they are deployed, in a Temporal namespace of their own, whose only way to
 * the database is a passage on which anything can happen. `shop` has a way of its own.
 */
export async function openInstallation(variables: Record<string, string> = {}) {
  const shop = await openShop()
  const { hostname: host, port } = new URL(shop.databaseUrl)
  const passage = await openPassage({ host, port: Number(port) })
  const connection = await Connection.connect({ address: inject('temporalAddress') })
  const namespace = await openNamespace(connection)
  const processes: EntryPoint[] = []

  async function start(file: string, changes: Record<string, string>): Promise<void> {
    const entryPoint = startEntryPoint(file, {
      DATABASE_URL: passage.through(shop.databaseUrl),
      TEMPORAL_ADDRESS: inject('temporalAddress'),
      TEMPORAL_NAMESPACE: namespace,
      ...variables,
      ...changes,
    })
    processes.push(entryPoint)
    await entryPoint.ready
  }

  async function startBoth(file: string, variable: string): Promise<string[]> {
    const ports = [await freePort(), await freePort()]
    await Promise.all(ports.map((port) => start(file, { [variable]: String(port) })))
    return ports.map((port) => `http://127.0.0.1:${port}`)
  }

  try {
    const [apis, workers] = await Promise.all([
      startBoth('api/main.ts', 'PORT'),
      startBoth('worker/main.ts', 'WORKER_HEALTH_PORT'),
    ])
    return { shop, passage, apis, workers, buy, close }
  } catch (error) {
    await close()
    throw error
  }

  async function close(): Promise<void> {
    for (const { child } of processes) child.kill('SIGKILL')
    await Promise.all(processes.map(({ ended }) => ended))
    await passage.close()
    await connection.close()
    await shop.close()
  }
}

async function openNamespace(connection: Connection): Promise<string> {
  const namespace = `installation-${crypto.randomUUID()}`
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
  })
  // A namespace is known to the server a moment after it was registered, and so are its search attributes.
  const client = new Client({ connection, namespace })
  await eventually('the namespace and its search attributes are there', 20_000, async () => {
    try {
      await registerSearchAttributes(connection, namespace)
      await client.workflow.count("Customer = 'nobody'")
      return true
    } catch {
      return false
    }
  })
  return namespace
}

export type Answer = { status: number; code: string | undefined; tookMs: number; retryAfter: string | null }

/** One order of one thing. Whatever the answer is, it comes within `withinMs`, or this throws. */
async function buy(
  api: string,
  order: { userId: string; productId: string },
  { key = crypto.randomUUID(), withinMs = 30_000 }: { key?: string; withinMs?: number } = {},
): Promise<Answer> {
  const startedAt = performance.now()
  const response = await fetch(`${api}/purchase`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
    body: JSON.stringify({ ...order, quantity: 1 }),
    signal: AbortSignal.timeout(withinMs),
  })
  const { code } = (await response.json()) as { code?: string }
  const retryAfter = response.headers.get('Retry-After')
  return { status: response.status, code, tookMs: performance.now() - startedAt, retryAfter }
}
