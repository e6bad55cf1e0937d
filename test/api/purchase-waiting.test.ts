import { setTimeout as sleep } from 'node:timers/promises'
import { Client, Connection } from '@temporalio/client'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { purchaseWorkflowId } from '#domain/purchase.ts'
import { type Api, openApiWorld } from '#test/support/api-world.ts'
import { interceptSql } from '#test/support/intercepted-sql.ts'
import { shared } from '#test/support/shared-world.ts'

const world = await shared(openApiWorld())
/** Nobody works for this one: its purchases do not get anywhere. */
let stuck: Api
let buyer: string

const WAIT_MS = 400

beforeAll(async () => {
  stuck = await world.serve({ taskQueue: `${world.taskQueue}-idle`, purchaseWaitMs: WAIT_MS })
  await world.shop.addProduct({ id: 'unicorn', priceMinor: 100, stock: 1000 })
})
beforeEach(async () => {
  buyer = await world.shop.addWallet({ balanceMinor: 1000 })
})

const order = () => ({ userId: buyer, productId: 'unicorn', quantity: 1 })

/** The log line of the newest purchase request, which is written when the request is over. */
function requestLine(api: Api) {
  return api.log.findLast((line) => line.path === '/purchase')
}

describe('a purchase that takes longer than the wait', () => {
  test('is answered with 202 and where to look', async () => {
    const startedAt = performance.now()
    const { status, headers, body } = await stuck.post('/purchase', order())
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(WAIT_MS)
    expect(status).toBe(202)
    expect(body).toEqual({ purchaseId: body.purchaseId, status: 'running' })
    expect(headers.get('Location')).toBe(`/purchases/${body.purchaseId}`)
    expect(Number(headers.get('Retry-After'))).toBeGreaterThan(0)
    expect((await stuck.get(headers.get('Location') ?? '')).body.status).toBe('running')
  })

  test('is not waited for when the client prefers not to wait', async () => {
    const patient = await world.serve({ taskQueue: `${world.taskQueue}-idle`, purchaseWaitMs: 30_000 })
    const startedAt = performance.now()
    const { status, headers } = await patient.post('/purchase', order(), { headers: { Prefer: 'respond-async' } })
    expect(performance.now() - startedAt).toBeLessThan(5_000)
    expect(status).toBe(202)
    expect(headers.get('Preference-Applied')).toBe('respond-async')
  })

  test('is not waited for any longer once the client has gone', async () => {
    const patient = await world.serve({ taskQueue: `${world.taskQueue}-idle`, purchaseWaitMs: 30_000 })
    const gone = AbortSignal.timeout(WAIT_MS)
    await expect(patient.post('/purchase', order(), { signal: gone })).rejects.toThrow()
    await expect.poll(() => requestLine(patient)).toBeDefined()
    expect(requestLine(patient)).toMatchObject({ status: 202 })
  })

  test('is started though the client has gone before that', async () => {
    const gone = new AbortController()
    const writes = interceptSql(world.shop.sql, async (text, send) => {
      const recorded = await send()
      if (text.includes('open_purchase')) {
        gone.abort()
        await sleep(WAIT_MS)
      }
      return recorded
    })
    const api = await world.serve({ writes })
    await expect(api.post('/purchase', order(), { signal: gone.signal })).rejects.toThrow()
    const status = async () => (await world.api.get(`/purchases?userId=${buyer}`)).body.items[0]?.status
    await expect.poll(status).toBe('completed')
  })

  test('does not keep others from being started: their turn comes though nobody gets on', async () => {
    const crowd = Array.from({ length: 40 }, () => stuck.post('/purchase', order()))
    for (const { status, body } of await Promise.all(crowd)) {
      expect(status).toBe(202)
      const { status: workflow } = await world.client.workflow.getHandle(purchaseWorkflowId(body.purchaseId)).describe()
      expect(workflow.name).toBe('RUNNING')
    }
  })

  test('is answered with 202 at once when the server stops, which does not hold the server up', async () => {
    const leaving = await world.serve({ taskQueue: `${world.taskQueue}-idle`, purchaseWaitMs: 30_000 })
    const answer = leaving.post('/purchase', order())
    await expect.poll(async () => (await world.api.get(`/purchases?userId=${buyer}`)).body.count).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS))
    const startedAt = performance.now()
    await leaving.stop()
    expect((await answer).status).toBe(202)
    expect(performance.now() - startedAt).toBeLessThan(4_000)
  })
})

test('a purchase whose workflow could not be started is started by the same request, sent again', async () => {
  const nowhere = Connection.lazy({ address: '127.0.0.1:1' })
  const cutOff = await world.serve({ temporal: new Client({ connection: nowhere }) })
  const first = await cutOff.post('/purchase', order(), { key: 'persistent' })
  expect(first).toMatchObject({ status: 202, body: { status: 'running' } })
  expect(Number(first.headers.get('Retry-After'))).toBeGreaterThan(0)

  const second = await world.api.post('/purchase', order(), { key: 'persistent' })
  expect(second.status).toBe(200)
  expect(second.body.purchaseId).toBe(first.body.purchaseId)
  expect(await world.shop.balance(buyer)).toBe(900)
  await nowhere.close()
})

test('a purchase whose workflow was terminated is not started twice: it is under way until it is repaired', async () => {
  const { body } = await stuck.post('/purchase', order(), { key: 'terminated' })
  await world.client.workflow.getHandle(purchaseWorkflowId(body.purchaseId)).terminate()
  const again = await stuck.post('/purchase', order(), { key: 'terminated' })
  expect(again).toMatchObject({ status: 202, body: { purchaseId: body.purchaseId, status: 'running' } })
})
