import { once } from 'node:events'
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export type TcpProxy = Awaited<ReturnType<typeof openTcpProxy>>

/** One connection through the proxy. `silent`: neither end gets anything of the other any more, nor learns that it is gone. */
type Link = { client: Socket; server: Socket; silent: boolean }

/**
 * A TCP proxy in front of a server on this machine, such as Postgres or Temporal, that does what networks do: delay, reset, refuse,
 * lose packets without a word (a black hole), or lose one end of a connection without the other noticing (half-open).
 */
export async function openTcpProxy(target: { host: string; port: number }) {
  const links = new Set<Link>()
  let swallows = false
  let delayMs = 0
  let altered = (fromServer: Buffer) => fromServer

  const listener = createServer({ allowHalfOpen: true }, (client) => {
    const server = createConnection({ ...target, allowHalfOpen: true })
    const link: Link = { client, server, silent: swallows }
    links.add(link)
    forward(link, client, server, (data) => data)
    forward(link, server, client, (data) => altered(data))
  })

  function forward(link: Link, from: Socket, to: Socket, change: (data: Buffer) => Buffer): void {
    const pass = inOrder((act) => !link.silent && act())
    from.setNoDelay(true)
    from.on('data', (data: Buffer) => pass(() => to.writable && to.write(change(data))))
    from.on('end', () => pass(() => to.end()))
    from.on('error', () => {})
    from.on('close', (failed) => {
      if (to.destroyed) links.delete(link)
      pass(() => (failed ? to.resetAndDestroy() : to.destroySoon()))
    })
  }

  /** Does things in the order in which they came, each as late as the delay says. */
  function inOrder(run: (act: () => unknown) => unknown): (act: () => unknown) => void {
    let waiting = 0
    let last = Promise.resolve()
    return (act) => {
      if (delayMs === 0 && waiting === 0) return void run(act)
      waiting += 1
      const due = sleep(delayMs)
      last = last.then(async () => {
        await due
        waiting -= 1
        run(act)
      })
    }
  }

  const listen = async (port: number) => {
    listener.listen(port, '127.0.0.1')
    await once(listener, 'listening')
  }
  const destroyAll = () => {
    for (const { client, server } of [...links]) {
      client.destroy()
      server.destroy()
    }
  }
  const refuse = async () => {
    if (!listener.listening) return
    const closed = once(listener, 'close')
    listener.close()
    destroyAll()
    await closed
  }
  await listen(0)
  const { port } = listener.address() as AddressInfo

  return {
    port,
    /** `host:port`, for clients of Temporal. */
    address: `127.0.0.1:${port}`,
    /** The URL of a database behind it. */
    through(databaseUrl: string): string {
      const url = new URL(databaseUrl)
      url.host = `127.0.0.1:${port}`
      return url.href
    },
    /** How many connections there are, silent ones included. */
    connections: () => links.size,
    /** The server is gone: connections are closed, and new ones refused, until `accept`. */
    refuse,
    accept: async () => {
      if (!listener.listening) await listen(port)
    },
    /** A black hole swallows what the present connections carry, in both directions, for good. New ones work. */
    silence() {
      for (const link of links) link.silent = true
    },
    /** From now on new connections are accepted, and carry nothing. */
    swallowNew(swallow: boolean) {
      swallows = swallow
    },
    /** Half-open: the server's end of the present connections is closed, and the client does not learn it. */
    halfOpen() {
      for (const link of links) {
        link.silent = true
        link.server.destroy()
      }
    },
    /** The present connections end as after a crash of the other machine: both ends get a RST. */
    reset() {
      for (const { client, server } of [...links]) {
        client.resetAndDestroy()
        server.resetAndDestroy()
      }
    },
    /** Whatever arrives from now on is passed on so much later, in both directions; 0: at once. */
    delay(ms: number) {
      delayMs = ms
    },
    /** What the server sends arrives changed. */
    alter(change: (fromServer: Buffer) => Buffer) {
      altered = change
    },
    /** From now on it is a good network again. What was silenced stays so: reset it, or leave it to the deadlines of the clients. */
    async heal() {
      swallows = false
      delayMs = 0
      altered = (fromServer) => fromServer
      if (!listener.listening) await listen(port)
    },
    close: async () => {
      if (listener.listening) await refuse()
      else destroyAll()
    },
  }
}
