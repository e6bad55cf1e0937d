import { Client, Connection } from '@temporalio/client'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { recordParked } from '#db/awards.ts'
import { openDatabase } from '#db/client.ts'
import { purchaseWorkflowId } from '#domain/purchase.ts'
import { type Api, openApiWorld } from '#test/support/api-world.ts'
import { interceptSql } from '#test/support/intercepted-sql.ts'
import { refuseCalls } from '#test/support/refusing-temporal.ts'
import { shared } from '#test/support/shared-world.ts'
import { createEmptyDatabase } from '#test/support/test-database.ts'

const world = await shared(openApiWorld())
let withoutDatabase: Api
let withoutTemporal: Api
/** Never closed: a retry that the SDK has still to make would throw where nobody catches it. */
const nowhere = Connection.lazy({ address: '127.0.0.1:1' })
const noDatabase = openDatabase({ databaseUrl: 'postgres://app@127.0.0.1:1/store', applicationName: 'test' })

beforeAll(async () => {
  await world.shop.addProduct({ id: '1', priceMinor: 100, stock: 10 })
  await world.shop.addWallet({ username: 'derick', balanceMinor: 1000 })
  await world.shop.addWallet({ username: 'waiter', balanceMinor: 100_000 })
  withoutDatabase = await world.serve({ sql: noDatabase })
  withoutTemporal = await world.serve({ temporal: new Client({ connection: nowhere }) })
})
afterAll(async () => {
  await noDatabase.end({ timeout: 1 })
})

const order = { userId: 'derick', productId: '1', quantity: 1 }
const event = { type: 'Review', client: 'ReviewSite', account_id: 'derick', payload: {} }

/** As the reconciler does it, once it has been quiet for a while. */
async function expectCarriedOut(purchaseId: string, status: string): Promise<void> {
  await world.start(purchaseId).catch(() => {})
  await expect.poll(async () => (await world.shop.purchase(purchaseId)).status).toBe(status)
}

const aPurchase = '00000000-0000-7000-8000-000000000000'

describe('while Postgres is away', () => {
  test.each([
    ['GET', '/products', undefined],
    ['GET', '/products/1', undefined],
    ['GET', '/users/balance/derick', undefined],
    ['GET', '/purchases', undefined],
    ['POST', '/users', { username: 'derick', balance: 1 }],
    ['POST', '/products/1/stock-adjustments', { quantity: 1, reason: 'x' }],
    ['POST', '/purchase', order],
    ['POST', `/purchases/${aPurchase}/cancel`, undefined],
  ])('%s %s is 503 and says when to try again', async (method, path, body) => {
    const answer = await withoutDatabase.call(method, path, { body })
    expect(answer).toMatchObject({ status: 503, body: { code: 'database_unavailable' } })
    expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(0)
    expect(JSON.stringify(answer.body)).not.toMatch(/127\.0\.0\.1|ECONN/)
  })

  test('however long it lasts, no request waits for more than a moment', async () => {
    for (let round = 0; round < 3; round++) {
      const startedAt = performance.now()
      await Promise.all(Array.from({ length: 60 }, () => withoutDatabase.get('/products')))
      expect(performance.now() - startedAt).toBeLessThan(5_000)
    }
  })

  test('the process is alive but not ready, and its log says why', async () => {
    expect((await withoutDatabase.get('/healthz')).status).toBe(200)
    const answer = await withoutDatabase.get('/readyz')
    expect(answer.status).toBe(503)
    expect(answer.body.checks).toContainEqual({ name: 'database', ok: false, detail: 'cannot be reached' })
    expect(answer.body.checks).toContainEqual({ name: 'temporal', ok: true })
    expect(withoutDatabase.log.findLast(({ path }) => path === '/products')).toMatchObject({
      level: 40,
      why: expect.stringContaining('ECONNREFUSED'),
    })
  })
})

test('a request whose connection the server cuts off is 503, and those after it go through', async () => {
  const applicationName = `cut-${crypto.randomUUID()}`
  const sql = openDatabase({ databaseUrl: world.shop.databaseUrl, applicationName, maxConnections: 1 })
  const owner = postgres(world.shop.migrateDatabaseUrl, { max: 1 })
  const admin = postgres(inject('adminUrl'), { max: 1 })
  const api = await world.serve({ sql })
  try {
    await owner.begin(async (tx) => {
      await tx`lock table wallets in access exclusive mode`
      const blocked = api.get('/users/balance/derick')
      await expect
        .poll(async () => {
          const cut = await admin`
            select pg_terminate_backend(pid) from pg_stat_activity
            where application_name = ${applicationName} and wait_event_type = 'Lock'`
          return cut.length
        })
        .toBe(1)
      expect(await blocked).toMatchObject({ status: 503, body: { code: 'database_unavailable' } })
    })
    // Not even the first one gets the old connection's last error.
    expect((await api.get('/users/balance/derick')).status).toBe(200)
  } finally {
    for (const pool of [admin, owner, sql]) await pool.end({ timeout: 1 })
  }
})

test('a request that gets no connection in time is 503, and is not carried out later', async () => {
  const sql = openDatabase({ ...pool(), maxConnections: 1, waitMs: 1_000 })
  const api = await world.serve({ sql: world.shop.sql, writes: sql })
  const held = await sql.reserve()
  const answer = await api.post('/users/waiter/top-ups', { amount: 1 }, { key: 'crowded' })
  expect(answer).toMatchObject({ status: 503, body: { code: 'database_unavailable' } })
  expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(0)
  expect((await api.get('/users/balance/waiter')).status).toBe(200)
  held.release()
  const again = await api.post('/users/waiter/top-ups', { amount: 1 }, { key: 'crowded' })
  expect([again.status, again.headers.get('Idempotency-Replayed')]).toEqual([200, null])
  expect(await world.shop.balance('waiter')).toBe(100_100)
  await sql.end({ timeout: 1 })
})

test('a request that waits for a locked row is 503, while others go on, and nothing of it is remembered', async () => {
  const sql = openDatabase({ ...pool(), lockTimeoutMs: 100 })
  const api = await world.serve({ sql })
  await world.shop.addProduct({ id: 'held', priceMinor: 100, stock: 10 })
  const orderHeld = { userId: 'waiter', productId: 'held', quantity: 1 }
  await world.shop.asOwner((owner) =>
    owner.begin(async (tx) => {
      await tx`select from products where id = 'held' for update`
      const answer = await api.post('/purchase', orderHeld, { key: 'held' })
      expect(answer).toMatchObject({ status: 503, body: { code: 'database_unavailable' } })
      expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(0)
      expect(
        (await api.post('/purchase', { ...order, userId: 'waiter' }, { headers: { Prefer: 'respond-async' } })).status,
      ).toBe(202)
      expect((await api.get('/products/held')).status).toBe(200)
    }),
  )
  const again = await api.post('/purchase', orderHeld, { key: 'held' })
  expect([again.status, again.headers.get('Idempotency-Replayed')]).toEqual([200, null])
  await sql.end({ timeout: 1 })
})

/** Of a pool beside the shop's own. */
const pool = () => ({ databaseUrl: world.shop.databaseUrl, applicationName: 'test' })

test.each([
  { what: 'has no more room for connections', change: 'connection limit 0' },
  { what: 'takes no connections, because somebody works on it', change: 'allow_connections false' },
])('while a database $what, requests are 503', async ({ change }) => {
  const { databaseUrl, drop } = await createEmptyDatabase()
  const admin = postgres(inject('adminUrl'), { max: 1 })
  const sql = openDatabase({ databaseUrl, applicationName: 'test' })
  const api = await world.serve({ sql })
  try {
    await admin.unsafe(`alter database ${new URL(databaseUrl).pathname.slice(1)} ${change}`)
    const answer = await api.get('/users/balance/derick')
    expect(answer).toMatchObject({ status: 503, body: { code: 'database_unavailable' } })
    expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(0)
  } finally {
    for (const pool of [admin, sql]) await pool.end({ timeout: 1 })
    await drop()
  }
})

describe('while Temporal is away', () => {
  test('a purchase is on record and accepted, and nothing has moved; sent again when it is back, it is sold', async () => {
    const answer = await withoutTemporal.post('/purchase', order, { key: 'away' })
    expect(answer).toMatchObject({ status: 202, body: { status: 'running' } })
    const { purchaseId } = answer.body
    expect(answer.headers.get('Location')).toBe(`/purchases/${purchaseId}`)
    expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(0)
    expect((await withoutTemporal.get(`/purchases/${purchaseId}`)).body).toMatchObject({
      status: 'running',
      total: null,
    })
    expect(await world.shop.balance('derick')).toBe(1000)
    expect(withoutTemporal.log).toContainEqual(
      expect.objectContaining({ level: 40, workflowId: purchaseWorkflowId(purchaseId), err: expect.anything() }),
    )

    const again = await world.api.post('/purchase', order, { key: 'away' })
    expect(again).toMatchObject({ status: 200, body: { purchaseId, status: 'completed' } })
  })

  test('a purchase whose client does not wait is accepted, too', async () => {
    const answer = await withoutTemporal.post('/purchase', order, { headers: { Prefer: 'respond-async' } })
    expect(answer).toMatchObject({ status: 202, body: { status: 'running' } })
    await expectCarriedOut(answer.body.purchaseId, 'completed')
  })

  test('cancelling is accepted: whoever carries the purchase out gives everything back', async () => {
    const purchaseId = await world.shop.order({ username: 'derick', lines: [{ productId: '1', quantity: 1 }] })
    const answer = await withoutTemporal.call('POST', `/purchases/${purchaseId}/cancel`)
    expect(answer).toMatchObject({ status: 202, body: { purchaseId, status: 'running' } })
    expect(answer.headers.get('Location')).toBe(`/purchases/${purchaseId}`)
    expect((await withoutTemporal.get(`/purchases/${purchaseId}`)).body.cancelRequestedAt).not.toBeNull()
    await expectCarriedOut(purchaseId, 'cancelled')
  })

  test('refunding is accepted: asked again, it is carried out', async () => {
    const { purchaseId } = (await world.api.post('/purchase', order)).body
    const answer = await withoutTemporal.call('POST', `/purchases/${purchaseId}/refund`)
    expect(answer).toMatchObject({ status: 202, body: { purchaseId, status: 'refunding' } })
    expect(answer.headers.get('Location')).toBe(`/purchases/${purchaseId}`)
    const again = await world.api.call('POST', `/purchases/${purchaseId}/refund`)
    expect(again).toMatchObject({ status: 200, body: { status: 'refunded' } })
  })

  test('an event is accepted: sent again when it is back, its award has ended', async () => {
    const send = (api: Api) => api.post('/events', event, { key: 'away' })
    const answer = await send(withoutTemporal)
    expect(answer).toMatchObject({ status: 202, body: { status: 'running', points: 0 } })
    expect(await send(world.api)).toMatchObject({
      status: 200,
      body: { event_id: answer.body.event_id, status: 'nothing' },
    })
  })

  test('retrying a parked award is 503, for that is recorded nowhere, and the award is still parked', async () => {
    const { body } = await withoutTemporal.post('/events', event, { key: 'parked' })
    await recordParked(world.shop.sql, body.event_id, { points: 5, campaigns: [] } as never, 'unavailable')
    const answer = await withoutTemporal.call('POST', `/operations/parked/${body.event_id}/retry`)
    expect(answer).toMatchObject({ status: 503, body: { code: 'temporal_unavailable' } })
    const { items } = (await withoutTemporal.get('/operations/parked')).body
    expect(items).toMatchObject([{ id: body.event_id, status: 'parked' }])
  })

  test('everything that needs no workflow goes on', async () => {
    expect((await withoutTemporal.get('/products')).status).toBe(200)
    expect((await withoutTemporal.post('/users/derick/top-ups', { amount: 1 })).status).toBe(200)
    const refused = await world.api.post('/purchase', { ...order, quantity: 999 }, { key: 'settled' })
    const again = await withoutTemporal.post('/purchase', { ...order, quantity: 999 }, { key: 'settled' })
    expect(again).toMatchObject({ status: 409, body: { purchaseId: refused.body.purchaseId } })
  })

  test('the process is alive but not ready', async () => {
    expect((await withoutTemporal.get('/healthz')).status).toBe(200)
    const { status, body } = await withoutTemporal.get('/readyz')
    expect(status).toBe(503)
    expect(body.checks).toContainEqual({ name: 'temporal', ok: false, detail: 'cannot be reached' })
    expect(body.checks).toContainEqual({ name: 'database', ok: true })
  })
})

test('a purchase is accepted, too, when Temporal answers but does not take it, and that is logged as an error', async () => {
  const strict = await refuseCalls(inject('temporalAddress'), /StartWorkflowExecution$/)
  const connection = await Connection.connect({ address: strict.address })
  try {
    const api = await world.serve({ temporal: new Client({ connection }) })
    const answer = await api.post('/purchase', order)
    expect(answer).toMatchObject({ status: 202, body: { status: 'running' } })
    expect(api.log).toContainEqual(
      expect.objectContaining({ level: 50, workflowId: purchaseWorkflowId(answer.body.purchaseId) }),
    )
    await expectCarriedOut(answer.body.purchaseId, 'completed')
  } finally {
    await connection.close()
    strict.close()
  }
})

describe('when Postgres goes away right after something was recorded', () => {
  /** Reads fail once the call of this function has committed. */
  async function losingReadsAfter(recording: string): Promise<Api> {
    let gone = false
    const writes = interceptSql(world.shop.sql, async (text, send) => {
      const recorded = await send()
      gone ||= text.includes(recording)
      return recorded
    })
    const sql = interceptSql(world.shop.sql, (_, send) =>
      gone ? Promise.reject(Object.assign(new Error('gone'), { code: 'ECONNREFUSED' })) : send(),
    )
    return await world.serve({ sql, writes, purchaseWaitMs: 100 })
  }

  test('an order is accepted', async () => {
    const answer = await (await losingReadsAfter('open_purchase')).post('/purchase', order)
    expect(answer).toMatchObject({ status: 202, body: { status: 'running' } })
    expect(answer.headers.get('Location')).toBe(`/purchases/${answer.body.purchaseId}`)
    await expectCarriedOut(answer.body.purchaseId, 'completed')
  })

  test('a request to cancel is accepted', async () => {
    const purchaseId = await world.shop.order({ username: 'derick', lines: [{ productId: '1', quantity: 1 }] })
    const api = await losingReadsAfter('request_cancel')
    const answer = await api.call('POST', `/purchases/${purchaseId}/cancel`)
    expect(answer).toMatchObject({ status: 202, body: { purchaseId, status: 'running' } })
    await expectCarriedOut(purchaseId, 'cancelled')
  })

  test('a refund is accepted', async () => {
    const { purchaseId } = (await world.api.post('/purchase', order)).body
    const api = await losingReadsAfter('open_refund')
    const answer = await api.call('POST', `/purchases/${purchaseId}/refund`)
    expect(answer).toMatchObject({ status: 202, body: { purchaseId, status: 'refunding' } })
    await expect.poll(async () => (await world.shop.purchase(purchaseId)).status).toBe('refunded')
  })

  test('a refund of a part is accepted, and its repeat is answered with what came back', async () => {
    const { purchaseId } = (await world.api.post('/purchase', { ...order, quantity: 2 })).body
    const one = { lines: [{ productId: '1', quantity: 1 }] }
    const api = await losingReadsAfter('open_refund')
    const key = crypto.randomUUID()
    const answer = await api.post(`/purchases/${purchaseId}/refunds`, one, { key })
    expect(answer).toMatchObject({ status: 202, body: { purchaseId, status: 'refunding' } })
    const again = await world.api.post(`/purchases/${purchaseId}/refunds`, one, { key })
    expect(again).toMatchObject({ status: 200, body: { status: 'completed', number: 1, refund: { amount: 1 } } })
    expect(again.headers.get('Idempotency-Replayed')).toBe('true')
  })

  describe('before', () => {
    /** Nothing can be read, though what was recorded before can be found again by writing. */
    let unreadable: Api
    beforeAll(async () => {
      const sql = interceptSql(world.shop.sql, () =>
        Promise.reject(Object.assign(new Error('gone'), { code: 'ECONNREFUSED' })),
      )
      unreadable = await world.serve({ sql, writes: world.shop.sql, purchaseWaitMs: 100 })
    })

    test.each([order, { ...order, quantity: 999 }])('a repeated order %j is still accepted', async (body) => {
      const key = crypto.randomUUID()
      const first = await world.api.post('/purchase', body, { key })
      const { purchaseId } = first.body
      for (const headers of [{}, { Prefer: 'respond-async' }]) {
        const again = await unreadable.post('/purchase', body, { key, headers })
        expect(again).toMatchObject({ status: 202, body: { purchaseId, status: 'running' } })
        expect(again.headers.get('Location')).toBe(`/purchases/${purchaseId}`)
        expect(again.headers.get('Idempotency-Replayed')).toBe('true')
      }
      const readable = await world.api.post('/purchase', body, { key })
      expect(readable).toMatchObject({ status: first.status, body: { purchaseId } })
    })

    test('a repeated request to cancel is still accepted, and so is one that has had its effect', async () => {
      const purchaseId = await world.shop.order({ username: 'derick', lines: [{ productId: '1', quantity: 1 }] })
      const cancel = (api: Api) => api.call('POST', `/purchases/${purchaseId}/cancel`)
      for (let times = 0; times < 2; times++) {
        const answer = await cancel(unreadable)
        expect(answer).toMatchObject({ status: 202, body: { purchaseId, status: 'running' } })
        expect(answer.headers.get('Location')).toBe(`/purchases/${purchaseId}`)
      }
      await expectCarriedOut(purchaseId, 'cancelled')
      for (const api of [unreadable, world.api])
        expect(await cancel(api)).toMatchObject({ status: 200, body: { purchaseId, status: 'cancelled' } })
    })

    test('a repeated refund is still accepted, whether it is through or not', async () => {
      const { purchaseId } = (await world.api.post('/purchase', order)).body
      const refund = (api: Api) => api.call('POST', `/purchases/${purchaseId}/refund`)
      for (let times = 0; times < 2; times++)
        expect(await refund(unreadable)).toMatchObject({ status: 202, body: { purchaseId, status: 'refunding' } })
      expect(await refund(world.api)).toMatchObject({ status: 200, body: { status: 'refunded' } })
      const again = await refund(unreadable)
      expect(again).toMatchObject({ status: 202, body: { purchaseId, status: 'refunded' } })
      expect(again.headers.get('Location')).toBe(`/purchases/${purchaseId}`)
    })

    test('a repeated event is still accepted, whether its award has ended or not', async () => {
      const send = (api: Api) => api.post('/events', event, { key: 'always unreadable' })
      const first = await send(unreadable)
      const { event_id } = first.body
      const accepted = { status: 202, body: { event_id, status: 'running' } }
      expect([first, await send(unreadable)]).toMatchObject([accepted, accepted])
      expect(await send(world.api)).toMatchObject({ status: 200, body: { event_id, status: 'nothing' } })
      const again = await send(unreadable)
      expect(again).toMatchObject(accepted)
      expect(Number(again.headers.get('Retry-After'))).toBeGreaterThan(0)
    })

    test.each(['cancel', 'refund'])('to %s what is not there is still 404, and what cannot be, 409', async (what) => {
      const unknown = await unreadable.call('POST', `/purchases/${aPurchase}/${what}`)
      expect(unknown).toMatchObject({ status: 404, body: { code: 'unknown_purchase' } })
      const refused = await world.api.post('/purchase', { ...order, quantity: 999 })
      const answer = await unreadable.call('POST', `/purchases/${refused.body.purchaseId}/${what}`)
      expect(answer).toMatchObject({ status: 409, body: { purchaseStatus: 'refused' } })
    })
  })

  test('an event is accepted', async () => {
    const send = (api: Api) => api.post('/events', event, { key: 'reads are gone' })
    const answer = await send(await losingReadsAfter('record_external_event'))
    expect(answer).toMatchObject({ status: 202, body: { status: 'running' } })
    const { event_id } = answer.body
    expect(await send(world.api)).toMatchObject({ status: 200, body: { event_id, status: 'nothing' } })
  })
})

describe('readiness', () => {
  test('is given once database, schema, Temporal and search attributes are there', async () => {
    const { status, body } = await world.api.get('/readyz')
    expect(status).toBe(200)
    expect(body).toEqual({
      status: 'ready',
      checks: ['database', 'schema', 'currency', 'temporal', 'search attributes'].map((name) => ({ name, ok: true })),
    })
  })

  test('is not given on a database without the schema, and says what to run', async () => {
    const empty = await createEmptyDatabase()
    const sql = openDatabase({ databaseUrl: empty.databaseUrl, applicationName: 'test', maxConnections: 1 })
    const { status, body } = await (await world.serve({ sql })).get('/readyz')
    await sql.end({ timeout: 1 })
    await empty.drop()
    expect(status).toBe(503)
    expect(body.checks).toContainEqual({ name: 'database', ok: true })
    expect(body.detail).toMatch(/^schema: has version 0, \d+ is needed: run "npm run migrate"/)
  })

  test('is given in a namespace without the search attributes, and says which are missing', async () => {
    const namespace = `bare-${crypto.randomUUID()}`
    const { connection } = world.client
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
    })
    const api = await world.serve({ temporal: new Client({ connection, namespace }) })
    await expect
      .poll(async () => (await api.get('/readyz')).body.checks, { interval: 500 })
      .toContainEqual({
        name: 'search attributes',
        ok: false,
        detail: 'Customer, PurchaseStatus, TotalMinor not registered: run "npm run migrate"',
      })
    expect(await api.get('/readyz')).toMatchObject({ status: 200, body: { status: 'ready' } })
  })
})
