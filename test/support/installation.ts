import { setTimeout as sleep } from 'node:timers/promises'
import { Client, Connection } from '@temporalio/client'
import { expect, inject } from 'vitest'
import { freePort } from '#scripts/platform/processes.ts'
import { registerSearchAttributes } from '#worker/temporal-setup.ts'
import { type EntryPoint, startEntryPoint } from './entry-point.ts'
import { eventually } from './launched-system.ts'
import { openShop } from './shop.ts'
import { openTcpProxy, type TcpProxy } from './tcp-proxy.ts'

export type Installation = Awaited<ReturnType<typeof openInstallation>>

/**
 * Two API processes and two worker processes as they are deployed, in a Temporal namespace of their own, which reach Postgres and
 * Temporal only through `proxies`. `shop` has a way of its own.
 */
export async function openInstallation(variables: Record<string, string> = {}) {
  const shop = await openShop()
  const proxies = {
    database: await proxyTo(new URL(shop.databaseUrl).host),
    temporal: await proxyTo(inject('temporalAddress')),
  }
  const connection = await Connection.connect({ address: inject('temporalAddress') })
  const namespace = await openNamespace(connection)
  const processes: EntryPoint[] = []

  async function start(file: string, changes: Record<string, string>): Promise<void> {
    const entryPoint = startEntryPoint(file, {
      DATABASE_URL: proxies.database.through(shop.databaseUrl),
      TEMPORAL_ADDRESS: proxies.temporal.address,
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
    return { shop, namespace, proxies, apis, workers, buy, insistOn, outcomes, healths, openAllConnections, close }

    /**
     * Repeats orders with their keys for as long as the answer is 503, or another one of `again`, as clients should, each until it is on
     * record.
     */
    async function insistOn(count: number, order: Order, again: readonly number[] = [503]): Promise<Answer[]> {
      return await Promise.all(Array.from({ length: count }, (_, index) => insist(index, order, again)))
    }

    async function insist(index: number, order: Order, again: readonly number[]): Promise<Answer> {
      const key = crypto.randomUUID()
      for (;;) {
        const answer = await buy(apis[index % apis.length] ?? '', order, { key })
        if (!again.includes(answer.status)) {
          expect([200, 202]).toContain(answer.status)
          return answer
        }
        if (answer.status === 503) expect(answer.retryAfter).not.toBeNull()
        await sleep(300)
      }
    }

    /** How many purchases somebody has of each status. */
    async function outcomes(username: string): Promise<Record<string, number>> {
      const rows = await shop.sql<{ status: string; count: number }[]>`
        select status, count(*)::bigint as count from purchases
        where user_id = (select id from users where username = ${username}) group by status`
      return Object.fromEntries(rows.map(({ status, count }) => [status, count]))
    }

    /** What `/healthz` of each process answers: APIs, then workers. */
    async function healths(): Promise<{ status: number; detail?: string }[]> {
      const asked = [...apis, ...workers].map(async (url) => {
        const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(5_000) })
        const { detail } = (await answer.json()) as { detail?: string }
        return { status: answer.status, ...(detail !== undefined && { detail }) }
      })
      return await Promise.all(asked)
    }

    /** Every connection of both APIs and both workers is open, so that there is something to go silent. */
    async function openAllConnections(order: Order): Promise<void> {
      await insistOn(40, order)
      const reads = apis.flatMap((api) => Array.from({ length: 20 }, () => fetch(`${api}/products`)))
      for (const answer of await Promise.all(reads)) await answer.arrayBuffer()
    }
  } catch (error) {
    await close()
    throw error
  }

  async function close(): Promise<void> {
    for (const { child } of processes) child.kill('SIGKILL')
    await Promise.all(processes.map(({ ended }) => ended))
    for (const proxy of Object.values(proxies)) await proxy.close()
    await connection.close()
    await shop.close()
  }
}

function proxyTo(address: string): Promise<TcpProxy> {
  const [host = '', port] = address.split(':')
  return openTcpProxy({ host, port: Number(port) })
}

export async function openNamespace(connection: Connection): Promise<string> {
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

type Order = { userId: string; productId: string }

/** One order of one thing. Whatever the answer is, it comes within `withinMs`, or this throws. */
async function buy(
  api: string,
  order: Order,
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
