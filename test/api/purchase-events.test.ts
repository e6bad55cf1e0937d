import { createConnection } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openDatabase } from '#db/client.ts'
import { recordOutcome, requestCancel } from '#db/purchases.ts'
import { type Api, openApiWorld } from '#test/support/api-world.ts'
import { type EventStream, openEventStream, type ServerSentEvent } from '#test/support/event-stream.ts'
import { onlyRegular } from '#test/support/faults.ts'
import { interceptSql } from '#test/support/intercepted-sql.ts'
import { shared } from '#test/support/shared-world.ts'
import { openTcpProxy } from '#test/support/tcp-proxy.ts'

const world = await shared(openApiWorld())
await world.shop.addProduct({ id: 'air', priceMinor: 17_000, stock: 1_000 })
let buyer: string
const streams: EventStream[] = []

beforeEach(async () => {
  buyer = await world.shop.addWallet({ balanceMinor: 340_000 })
})
afterEach(() => {
  for (const stream of streams.splice(0)) stream.close()
})

/** Written down, but with nobody to carry it out: nothing happens to it that the test does not do. */
const anOrder = () => world.shop.order({ username: buyer, lines: [{ productId: 'air', quantity: 1 }] })
const buy = async (quantity = 1): Promise<string> =>
  (await world.api.post('/purchase', { userId: buyer, productId: 'air', quantity })).body.purchaseId

async function watch(purchaseId: string, lastEventId?: string, api: Api = world.api): Promise<EventStream> {
  const stream = await openEventStream(`${api.url}/purchases/${purchaseId}/events`, lastEventId)
  streams.push(stream)
  return stream
}

const ask = (purchaseId: string, lastEventId?: string) =>
  world.api.call('GET', `/purchases/${purchaseId}/events`, {
    ...(lastEventId !== undefined && { headers: { 'Last-Event-ID': lastEventId } }),
  })

/** `id event: what`, as in `3 step: chargeWallet applied`. */
function summaryOf({ id, event, data }: ServerSentEvent): string {
  return `${id} ${event}: ${event === 'step' ? `${data.step} ${data.state}` : data.status}`
}

/** Holds an activity of a purchase back until it is let go. */
function hold(purchaseId: string, activity: string): () => void {
  const gate = Promise.withResolvers<void>()
  world.faults.on(purchaseId, activity, {
    before: async (attempt) => {
      onlyRegular(attempt)
      await gate.promise
    },
  })
  return gate.resolve
}

const untilNobodyWatches = (api: Api) => expect.poll(api.watched).toEqual({ subscribers: 0, polling: false })

const COMPLETED = [
  '1 step: purchase running',
  '2 step: reserveStock applied',
  '3 step: chargeWallet applied',
  '4 step: confirmPurchase applied',
  '5 step: awardPoints applied',
  '6 step: purchase completed',
  '6-outcome outcome: completed',
]

describe('the events of a purchase', () => {
  test('are sent as they happen, in order, and end with the outcome', async () => {
    const purchaseId = await anOrder()
    const letGo = hold(purchaseId, 'chargeWallet')
    const stream = await watch(purchaseId)
    const first = await stream.next()
    expect(first && summaryOf(first)).toBe(COMPLETED[0])

    await world.start(purchaseId)
    const second = await stream.next()
    expect(second && summaryOf(second)).toBe(COMPLETED[1])
    const third = await stream.next()
    expect(third && summaryOf(third)).toBe('3 step: chargeWallet retried')
    expect(third?.data).toMatchObject({ detail: { attempt: 2, undo: false } })
    letGo()
    const rest = await stream.rest()
    expect(rest.map(summaryOf)).toEqual([
      '4 step: chargeWallet applied',
      '5 step: confirmPurchase applied',
      '6 step: awardPoints applied',
      '7 step: purchase completed',
      '7-outcome outcome: completed',
    ])
  })

  test('carry what GET has of each step, and of the purchase at the end', async () => {
    const purchaseId = await buy()
    const { body } = await world.api.get(`/purchases/${purchaseId}`)
    const events = await (await watch(purchaseId)).rest()
    expect(events.slice(0, -1).map(({ data }) => data)).toEqual(body.steps)
    expect(events.at(-1)?.data).toEqual(body)
  })

  test('are those of a purchase that ended long ago, too, also when it was undone', async () => {
    const events = await (await watch(await buy(21))).rest()
    expect(events.map(summaryOf)).toEqual([
      '1 step: purchase running',
      '2 step: reserveStock applied',
      '3 step: purchase compensating',
      '4 step: reserveStock undone',
      '5 step: purchase refused',
      '5-outcome outcome: refused',
    ])
  })

  test('go on with a refund, until that is through', async () => {
    const purchaseId = await buy()
    const letGo = hold(purchaseId, 'returnMoney')
    const refunded = world.api.call('POST', `/purchases/${purchaseId}/refund`)
    const status = async () => (await world.api.get(`/purchases/${purchaseId}`)).body.status
    await expect.poll(status).toBe('refunding')
    const stream = await watch(purchaseId, '6-outcome')
    letGo()
    expect((await stream.rest()).map(summaryOf)).toEqual([
      '7 step: purchase refunding',
      '8 step: awardPoints undone',
      '9 step: returnStock applied',
      '10 step: returnMoney applied',
      '11 step: purchase refunded',
      '11-outcome outcome: refunded',
    ])
    expect((await refunded).status).toBe(200)
  })

  test('are an event stream that nobody in between keeps, changes or holds back', async () => {
    const { status, headers } = await watch(await buy())
    expect(status).toBe(200)
    expect(headers.get('Content-Type')).toBe('text/event-stream')
    expect(headers.get('Cache-Control')).toBe('no-store, no-transform')
    expect(headers.get('X-Accel-Buffering')).toBe('no')
    expect(headers.get('Content-Encoding')).toBeNull()
  })

  test('have comments in between when nothing happens, so that the connection is not taken for dead', async () => {
    const api = await world.serve({ watching: { heartbeatMs: 5 } })
    const stream = await watch(await anOrder(), '1', api)
    for (let beats = 0; beats < 3; beats++) expect(await stream.nextBlock()).toMatch(/^:/)
  })

  test('of a purchase that does not exist, or of an id that cannot, are 404', async () => {
    for (const id of ['00000000-0000-7000-8000-000000000000', 'not-an-id'])
      expect(await ask(id)).toMatchObject({ status: 404, body: { code: 'unknown_purchase' } })
  })
})

describe('whoever connects again', () => {
  test.each([
    [undefined, 0],
    ['0', 0],
    ['3', 3],
    ['5', 5],
    ['6', 6],
  ])('after event %s gets what is missing, and nothing twice', async (lastEventId, index) => {
    const events = await (await watch(await buy(), lastEventId)).rest()
    expect(events.map(summaryOf)).toEqual(COMPLETED.slice(index))
  })

  test('while it goes on gets what has happened meanwhile, and then what happens', async () => {
    const purchaseId = await anOrder()
    const first = await watch(purchaseId)
    await first.next()
    first.close()
    await requestCancel(world.shop.sql, purchaseId, 'test')
    const second = await watch(purchaseId, '1')
    expect((await second.next())?.id).toBe('2')
    await recordOutcome(world.shop.sql, purchaseId, { status: 'cancelled' })
    expect((await second.rest()).map(summaryOf)).toEqual(['3 step: purchase cancelled', '3-outcome outcome: cancelled'])
  })

  test('after the outcome gets 204, at which it stops', async () => {
    const purchaseId = await buy()
    const last = (await (await watch(purchaseId)).rest()).at(-1)
    expect(await ask(purchaseId, last?.id)).toMatchObject({ status: 204, body: '' })
  })

  test.each(['x', '-1', '1.5', '1-', '1-result', 'outcome', '9'.repeat(20)])(
    'after something that is no event (%s) is refused',
    async (lastEventId) => {
      const answer = await ask(await anOrder(), lastEventId)
      expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
      expect(answer.body.errors).toMatchObject([{ path: 'Last-Event-ID' }])
    },
  )

  test.each(['2', '999'])('after an event that has not happened (%s) is refused', async (lastEventId) => {
    const answer = await ask(await anOrder(), lastEventId)
    expect(answer.body.errors).toEqual([
      { path: 'Last-Event-ID', message: 'is the id of an event that has not happened' },
    ])
  })
})

describe('many who watch', () => {
  test('are served by one statement, which reads each purchase once, and nothing is asked for them one by one', async () => {
    const statements: string[] = []
    const read: string[][] = []
    const sql = interceptSql(world.shop.sql, async (text, send) => {
      const rows = (await send()) as { purchaseId: string }[]
      if (!text.includes('jsonb_to_recordset')) statements.push(text)
      else if (rows.length > 0) read.push(rows.map(({ purchaseId }) => purchaseId).toSorted())
      return rows
    })
    const api = await world.serve({ sql, watching: { pollMs: 50 } })
    const [one, other] = [await anOrder(), await anOrder()]
    const watching = await Promise.all(
      Array.from({ length: 60 }, (_, viewer) => watch(viewer % 3 === 0 ? other : one, '1', api)),
    )
    expect(api.watched()).toEqual({ subscribers: 60, polling: true })
    statements.length = 0

    await world.shop.asOwner(
      (owner) => owner`
      with purchase as (
        update purchases set status = 'compensating', event_seq = 2 where id in (${one}, ${other}) returning id
      )
      insert into purchase_events (purchase_id, seq, step, state, detail)
      select id, 2, 'purchase', 'compensating', '{"status":"cancelled"}' from purchase`,
    )
    for (const stream of watching) expect((await stream.next())?.id).toBe('2')
    expect(read).toEqual([[one, other].toSorted()])
    expect(statements).toEqual([])
  })

  test('each get what they are missing, wherever they are', async () => {
    const purchaseId = await anOrder()
    const fromTheStart = await watch(purchaseId)
    await requestCancel(world.shop.sql, purchaseId, 'test')
    const later = await watch(purchaseId, '2')
    await recordOutcome(world.shop.sql, purchaseId, { status: 'cancelled' })
    expect((await fromTheStart.rest()).map(({ id }) => id)).toEqual(['1', '2', '3', '3-outcome'])
    expect((await later.rest()).map(({ id }) => id)).toEqual(['3', '3-outcome'])
  })

  test('beyond what one process can bear are asked to come back, and have their place once another one leaves', async () => {
    const api = await world.serve({ watching: { maxSubscribers: 2 } })
    const purchaseId = await anOrder()
    const [first] = [await watch(purchaseId, undefined, api), await watch(purchaseId, undefined, api)]
    const refused = await api.get(`/purchases/${purchaseId}/events`)
    expect(refused).toMatchObject({ status: 503, body: { code: 'too_many_viewers' } })
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0)
    expect((await api.get('/products')).status).toBe(200)

    first?.close()
    await expect.poll(() => api.watched().subscribers).toBe(1)
    expect((await watch(purchaseId, undefined, api)).status).toBe(200)
  })
})

describe('nothing is left and nothing is asked any more', () => {
  let api: Api
  beforeEach(async () => {
    api = await world.serve({ watching: { heartbeatMs: 60_000 } })
  })

  test('when browsers go away', async () => {
    const purchaseId = await anOrder()
    const watching = await Promise.all(Array.from({ length: 20 }, () => watch(purchaseId, undefined, api)))
    for (const stream of watching.slice(0, 10)) await stream.next()
    expect(api.watched()).toEqual({ subscribers: 20, polling: true })
    for (const stream of watching) stream.close()
    await untilNobodyWatches(api)
  })

  test('when a browser goes away before it has its answer', async () => {
    const purchaseId = await anOrder()
    const gate = Promise.withResolvers<void>()
    const asked = Promise.withResolvers<void>()
    const sql = interceptSql(world.shop.sql, async (_, send) => {
      asked.resolve()
      await gate.promise
      return await send()
    })
    const slow = await world.serve({ sql })
    const socket = createConnection(Number(new URL(slow.url).port), '127.0.0.1')
    socket.write(`GET /purchases/${purchaseId}/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`)
    await asked.promise
    socket.resetAndDestroy()
    // The server has noticed once it serves another request that came later.
    await slow.get('/healthz')
    gate.resolve()
    await expect.poll(() => slow.log.some(({ purchaseId: logged }) => logged === purchaseId)).toBe(true)
    await untilNobodyWatches(slow)
  })

  test('when the purchase has ended', async () => {
    await (await watch(await buy(), undefined, api)).rest()
    await untilNobodyWatches(api)
  })

  test('after HEAD, which has no stream to read', async () => {
    const { status, headers } = await api.call('HEAD', `/purchases/${await anOrder()}/events`)
    expect([status, headers.get('Content-Type')]).toEqual([200, 'text/event-stream'])
    await untilNobodyWatches(api)
  })

  test('when the server stops, at which streams end in good order', async () => {
    const purchaseId = await anOrder()
    const watching = [await watch(purchaseId, undefined, api), await watch(purchaseId, undefined, api)]
    const stopped = api.stop()
    for (const stream of watching) expect((await stream.rest()).map(summaryOf)).toEqual(['1 step: purchase running'])
    await stopped
    await untilNobodyWatches(api)
  })
})

test('while the database is away streams stay, and go on with what they have missed when it is back', async () => {
  const databaseUrl = new URL(world.shop.databaseUrl)
  const proxy = await openTcpProxy({ host: databaseUrl.hostname, port: Number(databaseUrl.port) })
  databaseUrl.port = String(proxy.port)
  const sql = openDatabase({ databaseUrl: databaseUrl.href, applicationName: 'test', maxConnections: 2 })
  const api = await world.serve({ sql, watching: { heartbeatMs: 20 } })
  const warnings = () => api.log.filter(({ msg }) => msg === 'purchases cannot be polled: subscribers wait')
  try {
    const purchaseId = await anOrder()
    const stream = await watch(purchaseId, undefined, api)
    expect((await stream.next())?.id).toBe('1')

    await proxy.refuse()
    await expect.poll(warnings).toHaveLength(1)
    expect((await api.get('/products')).status).toBe(503)
    await requestCancel(world.shop.sql, purchaseId, 'test')
    for (let beats = 0; beats < 10; beats++) expect(await stream.nextBlock()).toMatch(/^:/)
    await proxy.accept()

    expect((await stream.next())?.id).toBe('2')
    expect(warnings()).toHaveLength(1)
    expect(api.log).toContainEqual(expect.objectContaining({ level: 30, msg: 'purchases are polled again' }))
  } finally {
    await sql.end({ timeout: 1 })
    await proxy.close()
  }
})
