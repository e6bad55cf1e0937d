import { once } from 'node:events'
import { createConnection } from 'node:net'
import { describe, expect, test } from 'vitest'
import { openApiWorld } from '#test/support/api-world.ts'
import { interceptSql } from '#test/support/intercepted-sql.ts'
import { shared } from '#test/support/shared-world.ts'

const world = await shared(openApiWorld())

describe('a server that stops', () => {
  test('closes a connection that nobody has used before it has finished the requests in flight', async () => {
    const asked = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    const sql = interceptSql(world.shop.sql, async (_, send) => {
      asked.resolve()
      await gate.promise
      return await send()
    })
    const api = await world.serve({ sql })
    const unused = createConnection(Number(new URL(api.url).port), '127.0.0.1')
    await once(unused, 'connect')
    const inFlight = api.get('/products')
    await asked.promise

    const stopped = api.stop()
    unused.resume()
    await once(unused, 'close')
    gate.resolve()
    expect((await inFlight).status).toBe(200)
    await stopped
  })
})
