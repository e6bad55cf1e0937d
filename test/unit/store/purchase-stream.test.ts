import { QueryClient } from '@tanstack/react-query'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { cacheOutcome, type Purchase, purchaseQuery } from '#web/client/purchases.ts'
import { listenToPurchase } from '#web/purchases/live-purchase.ts'

/** Streams as a browser has them, that send what a test makes them send. */
class FakeStream extends EventTarget {
  static opened: FakeStream[] = []
  isClosed = false
  readonly url: string
  constructor(url: string) {
    super()
    this.url = url
    FakeStream.opened.push(this)
  }
  close() {
    this.isClosed = true
  }
}

describe('the stream of a tab', () => {
  beforeEach(() => {
    FakeStream.opened = []
    vi.stubGlobal('EventSource', FakeStream)
    return () => vi.unstubAllGlobals()
  })

  async function listen(purchaseId: string) {
    const opened: boolean[] = []
    const stop = listenToPurchase(purchaseId, { onStep() {}, onOutcome() {}, onOpen: (open) => opened.push(open) })
    const url = `/purchases/${purchaseId}/events`
    const stream = await vi.waitUntil(() => FakeStream.opened.find((opened) => opened.url === url))
    stream.dispatchEvent(new Event('open'))
    return { opened, stop, stream }
  }

  test('goes over to another purchase, and whoever listened learns that its stream is closed', async () => {
    const first = await listen('a')
    const second = await listen('b')
    expect([first.stream.isClosed, second.stream.isClosed]).toEqual([true, false])
    expect([first.opened, second.opened]).toEqual([[true, false], [true]])
    first.stop()
    expect(second.stream.isClosed).toBe(false)
    second.stop()
  })

  test('ends when it is stopped', async () => {
    const { opened, stop, stream } = await listen('a')
    stop()
    expect(stream.isClosed).toBe(true)
    expect(opened).toEqual([true, false])
  })

  test('is not left open when it is stopped at once', async () => {
    listenToPurchase('a', { onStep() {}, onOutcome() {}, onOpen() {} })()
    const { stop } = await listen('b')
    stop()
    expect(FakeStream.opened.filter(({ isClosed }) => !isClosed)).toEqual([])
  })
})

test('an outcome stays as it was received, whatever was asked before and is answered late', async () => {
  const queryClient = new QueryClient()
  const { queryKey } = purchaseQuery('a')
  const late = Promise.withResolvers<Purchase>()
  const of = (status: string) => ({ purchaseId: 'a', status }) as Purchase
  queryClient.setQueryData(queryKey, of('running'))
  const poll = queryClient.fetchQuery({ queryKey, queryFn: () => late.promise })
  await cacheOutcome(queryClient, of('completed'))
  late.resolve(of('running'))
  await poll.catch(() => undefined)
  expect(queryClient.getQueryData(queryKey)).toMatchObject({ status: 'completed' })
})
