import { getEventListeners } from 'node:events'
import { Hono } from 'hono'
import { expect, test, vi } from 'vitest'
import { type LineStream, streamLines } from '#api/response-streams.ts'

/** An app that streams lines, numbers for ever unless others are given, and what became of the stream. */
function streaming({ open, ...options }: Partial<LineStream> & { stopping?: AbortController }) {
  const { stopping = new AbortController(), readTimeoutMs } = options
  const ended = vi.fn()
  const warn = vi.fn()
  let made = 0
  async function* numbers(): AsyncGenerator<object, void, void> {
    for (;;) {
      made += 1
      yield { number: made }
    }
  }
  const app = new Hono()
  app.onError((_, c) => c.text('', 500))
  app.get('/', (c) =>
    streamLines(c as never, { stopping: stopping.signal, logger: { warn } } as never, {
      open: open ?? (async () => numbers()),
      ended,
      ...(readTimeoutMs !== undefined && { readTimeoutMs }),
    }),
  )
  return { app, ended, warn, made: () => made }
}

test('lines are made as they are read, and no more of them', async () => {
  const { app, made } = streaming({})
  const reader = (await app.request('/')).body?.getReader()
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('{"number":1}\n')
  await reader?.read()
  expect(made()).toBe(2)
  await reader?.cancel()
})

test('a client that cancels ends it, once', async () => {
  const { app, ended, warn } = streaming({})
  const reader = (await app.request('/')).body?.getReader()
  await reader?.read()
  await reader?.cancel()
  await expect.poll(() => ended.mock.calls.length).toBe(1)
  expect(warn).not.toHaveBeenCalled()
})

test('a client that does not read any more ends it', async () => {
  const { app, ended } = streaming({ readTimeoutMs: 20 })
  const response = await app.request('/')
  await response.body?.getReader().read()
  await expect.poll(() => ended.mock.calls.length).toBe(1)
})

test('a server that stops before the first line ends it', async () => {
  const stopping = new AbortController()
  stopping.abort()
  const { app, ended, made } = streaming({ stopping })
  expect(await (await app.request('/')).text()).toBe('')
  expect([ended.mock.calls.length, made()]).toEqual([1, 0])
})

test('a server that stops in the middle of a line does not send it, and logs nothing', async () => {
  const stopping = new AbortController()
  async function* lines() {
    yield { number: 1 }
    stopping.abort()
    throw new Error('given up')
  }
  const { app, ended, warn } = streaming({ stopping, open: async () => lines() })
  expect(await (await app.request('/')).text()).toBe('{"number":1}\n')
  expect([ended.mock.calls.length, warn.mock.calls.length]).toEqual([1, 0])
})

test('what goes wrong on the way is the last line, and does not say more than other problems', async () => {
  async function* lines() {
    yield { number: 1 }
    throw new Error('secret')
  }
  const { app, ended, warn } = streaming({ open: async () => lines() })
  const [first, last, end] = (await (await app.request('/')).text()).split('\n')
  expect([first, end]).toEqual(['{"number":1}', ''])
  expect(JSON.parse(last ?? '')).toMatchObject({ line: 'problem', problem: { code: 'internal_error' } })
  expect(last).not.toContain('secret')
  expect([ended.mock.calls.length, warn.mock.calls.length]).toEqual([1, 1])
})

test('lines that cannot be opened have ended, and nothing of them waits for the server to stop', async () => {
  const stopping = new AbortController()
  const { app, ended } = streaming({ stopping, open: () => Promise.reject(new Error('too many')) })
  expect((await app.request('/')).status).toBe(500)
  expect(ended).toHaveBeenCalledOnce()
  expect(getEventListeners(stopping.signal, 'abort')).toEqual([])
})
