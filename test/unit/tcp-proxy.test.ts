import { once } from 'node:events'
import { type AddressInfo, createConnection, createServer, type Server, type Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openTcpProxy, type TcpProxy } from '#test/support/tcp-proxy.ts'

/** The proxy that fault tests put between the parts does to connections what it says, and nothing else. */

let server: Server
let proxy: TcpProxy
let accepted: End[]
const opened: Socket[] = []

beforeEach(async () => {
  accepted = []
  server = createServer((socket) => accepted.push(watch(socket)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  proxy = await openTcpProxy({ host: '127.0.0.1', port: (server.address() as AddressInfo).port })
})
afterEach(async () => {
  for (const socket of opened.splice(0)) socket.destroy()
  await proxy.close()
  server.close()
})

/** One end of a connection, what has arrived there, and how it ended. */
type End = { socket: Socket; received: string; ended: string | undefined }

function watch(socket: Socket): End {
  const end: End = { socket, received: '', ended: undefined }
  opened.push(socket)
  socket.on('data', (data) => {
    end.received += data
  })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    end.ended = error.code
  })
  socket.on('close', () => {
    end.ended ??= 'closed'
  })
  return end
}

/** A connection through the proxy, both ends of it. */
async function connect(): Promise<{ client: End; there: End }> {
  const before = accepted.length
  const client = watch(createConnection({ host: '127.0.0.1', port: proxy.port }))
  await expect.poll(() => accepted.length).toBe(before + 1)
  return { client, there: accepted[before] as End }
}

/** Both directions work. */
async function expectToWork({ client, there }: { client: End; there: End }): Promise<void> {
  const text = crypto.randomUUID()
  client.socket.write(text)
  await expect.poll(() => there.received).toContain(text)
  there.socket.write(text)
  await expect.poll(() => client.received).toContain(text)
}

describe('connections', () => {
  test('carry what is sent, and end as they are ended', async () => {
    const { client, there } = await connect()
    await expectToWork({ client, there })
    client.socket.end('last')
    await expect.poll(() => there.received).toMatch(/last$/)
    await expect.poll(() => [client.ended, there.ended]).toEqual(['closed', 'closed'])
    await expect.poll(() => proxy.connections()).toBe(0)
  })

  test('that are delayed lose nothing and keep its order, to the end', async () => {
    const { client, there } = await connect()
    // Far longer than it takes to send them all.
    proxy.delay(1_000)
    for (let n = 0; n < 100; n++) {
      client.socket.write(`${n} `)
      await turn()
      // What comes later than that is not delayed, and must not overtake.
      if (n === 50) proxy.delay(0)
    }
    expect(there.received).not.toContain('50')
    client.socket.end('last')
    await expect.poll(() => there.ended, { timeout: 10_000 }).toBe('closed')
    expect(there.received).toBe(`${Array.from({ length: 100 }, (_, n) => `${n} `).join('')}last`)
  })

  test('that are reset end with an error at both ends, and new ones work', async () => {
    const { client, there } = await connect()
    proxy.reset()
    await expect.poll(() => [client.ended, there.ended]).toEqual(['ECONNRESET', 'ECONNRESET'])
    await expectToWork(await connect())
  })

  test('that go silent carry nothing any more, and neither end learns it', async () => {
    const { client, there } = await connect()
    proxy.silence()
    client.socket.write('lost')
    there.socket.write('lost')
    await expectToWork(await connect())
    expect([client, there]).toMatchObject([
      { received: '', ended: undefined },
      { received: '', ended: undefined },
    ])
    client.socket.destroy()
    await expectToWork(await connect())
    expect(there.ended).toBeUndefined()
  })

  test('that are half-open have ended for the server, and not for the client', async () => {
    const { client, there } = await connect()
    proxy.halfOpen()
    await expect.poll(() => there.ended).toBe('closed')
    client.socket.write('lost')
    await expectToWork(await connect())
    expect(client).toMatchObject({ received: '', ended: undefined })
  })

  test('that are swallowed are accepted and carry nothing, until the network is healed', async () => {
    const before = await connect()
    proxy.swallowNew(true)
    const swallowed = watch(createConnection({ host: '127.0.0.1', port: proxy.port }))
    swallowed.socket.write('lost')
    await once(swallowed.socket, 'connect')
    await expectToWork(before)
    await proxy.heal()
    await expectToWork(await connect())
    expect(swallowed).toMatchObject({ received: '', ended: undefined })
  })

  test('are refused while the server is gone, and accepted at the same port when it is back', async () => {
    const { client } = await connect()
    await proxy.refuse()
    await expect.poll(() => client.ended).toBeDefined()
    const refused = watch(createConnection({ host: '127.0.0.1', port: proxy.port }))
    await expect.poll(() => refused.ended).toBe('ECONNREFUSED')
    await proxy.accept()
    await expectToWork(await connect())
  })
})
