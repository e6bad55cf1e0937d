import { Hono } from 'hono'
import { expect, test, vi } from 'vitest'
import { streamLines } from '#api/campaigns/line-stream.ts'

/** An app that streams numbers for ever, and what became of the stream. */
function endlessNumbers({
  patienceMs,
  stopping = new AbortController(),
}: {
  patienceMs?: number
  stopping?: AbortController
}) {
  const stop = new AbortController()
  const ended = vi.fn()
  let made = 0
  async function* numbers(): AsyncGenerator<object, void, void> {
    for (;;) {
      made += 1
      yield { number: made }
    }
  }
  const app = new Hono()
  const logger = { warn: vi.fn() }
  app.get('/', (c) =>
    streamLines(c as never, { stopping: stopping.signal, logger } as never, {
      lines: numbers(),
      stop,
      ended,
      ...(patienceMs !== undefined && { patienceMs }),
    }),
  )
  return { app, ended, made: () => made }
}

test('lines are made as they are read, and no more of them', async () => {
  const { app, made } = endlessNumbers({})
  const reader = (await app.request('/')).body?.getReader()
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('{"number":1}\n')
  await reader?.read()
  expect(made()).toBe(2)
  await reader?.cancel()
})

test('a client that cancels ends it, once', async () => {
  const { app, ended } = endlessNumbers({})
  const reader = (await app.request('/')).body?.getReader()
  await reader?.read()
  await reader?.cancel()
  await expect.poll(() => ended.mock.calls.length).toBe(1)
})

test('a client that does not read any more ends it', async () => {
  const { app, ended } = endlessNumbers({ patienceMs: 20 })
  const response = await app.request('/')
  await response.body?.getReader().read()
  await expect.poll(() => ended.mock.calls.length).toBe(1)
})

test('a server that stops before the first line ends it', async () => {
  const stopping = new AbortController()
  stopping.abort()
  const { app, ended, made } = endlessNumbers({ stopping })
  expect(await (await app.request('/')).text()).toBe('')
  expect([ended.mock.calls.length, made()]).toEqual([1, 0])
})
