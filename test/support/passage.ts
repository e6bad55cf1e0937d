import { once } from 'node:events'
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net'

/** One connection through the passage: what comes in at one end goes out at the other, as long as it may. */
type Way = { near: Socket; far: Socket; silent: boolean }

/**
 * A way to a server on this machine, on which anything can happen that happens to networks: beyond it the server goes away
 * and comes back, connections break off or go silent, and whatever it sends arrives late or not as it was.
 */
export async function openPassage(target: { host: string; port: number }) {
  const ways = new Set<Way>()
  const sockets = new Set<Socket>()
  let silentFromTheStart = false
  let delayMs = 0
  let altered = (fromServer: Buffer) => fromServer

  const server = createServer((near) => {
    const far = createConnection(target)
    const way: Way = { near, far, silent: silentFromTheStart }
    ways.add(way)
    carry(way, near, far, (data) => data)
    carry(way, far, near, (data) => altered(data))
  })

  function carry(way: Way, from: Socket, to: Socket, through: (data: Buffer) => Buffer): void {
    sockets.add(from)
    from.on('data', (data: Buffer) => {
      const pass = () => {
        if (!way.silent && to.writable) to.write(through(data))
      }
      if (delayMs > 0) setTimeout(pass, delayMs)
      else pass()
    })
    from.on('error', () => {})
    from.on('end', () => !way.silent && to.end())
    from.on('close', () => {
      sockets.delete(from)
      ways.delete(way)
      // Whoever is at the other end of a silent way does not learn that this one has gone.
      if (!way.silent) to.destroy()
    })
  }

  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  const destroyAll = () => {
    for (const socket of [...sockets]) socket.destroy()
  }
  const cut = async () => {
    const closed = once(server, 'close')
    server.close()
    destroyAll()
    await closed
  }
  await listen(0)
  const { port } = server.address() as AddressInfo
  return {
    port,
    /** The URL of a database behind it. */
    through(databaseUrl: string): string {
      const url = new URL(databaseUrl)
      url.host = `127.0.0.1:${port}`
      return url.href
    },
    /** How many connections there are. */
    connections: () => ways.size,
    /** The server is gone: connections are closed, and new ones refused. */
    cut,
    restore: () => listen(port),
    /** The connections that there are carry nothing any more, in either direction, and nobody is notified. New ones work. */
    silence() {
      for (const way of ways) way.silent = true
    },
    /** A black hole: new connections are accepted and carry nothing either. */
    swallowNew(swallow: boolean) {
      silentFromTheStart = swallow
    },
    /** Connections end as after a crash of the other machine: with RST. */
    reset() {
      for (const { near, far } of [...ways]) {
        near.resetAndDestroy()
        far.destroy()
      }
    },
    delay(ms: number) {
      delayMs = ms
    },
    /** What the server sends arrives changed. */
    alter(change: (fromServer: Buffer) => Buffer) {
      altered = change
    },
    close: async () => {
      if (server.listening) await cut()
      else destroyAll()
    },
  }
}
