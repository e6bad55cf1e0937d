import { getEventListeners } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { abortWith } from '#api/response-streams.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

test('a controller is aborted with whichever of its signals is aborted first, also before', () => {
  const [server, client] = [new AbortController(), new AbortController()]
  const waiting = new AbortController()
  abortWith(waiting, [server.signal, client.signal])
  expect(waiting.signal.aborted).toBe(false)
  client.abort()
  expect(waiting.signal.aborted).toBe(true)
  const late = new AbortController()
  abortWith(late, [server.signal, client.signal])
  expect(late.signal.aborted).toBe(true)
})

test('a server that goes on keeps nothing of the requests that are over', async () => {
  const server = new AbortController()
  const over = Array.from({ length: 100 }, () => {
    const controller = new AbortController()
    abortWith(controller, [server.signal, new AbortController().signal])
    controller.abort()
    return new WeakRef(controller)
  })
  await setImmediate()
  collectGarbage()
  expect(getEventListeners(server.signal, 'abort')).toEqual([])
  expect(over.filter((controller) => controller.deref() !== undefined)).toHaveLength(0)
})
