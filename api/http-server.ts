import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { ConfigurationError } from '#config/environment.ts'
import { API_DRAIN_MS } from '#config/shutdown.ts'
import type { App } from './app-types.ts'
import { Problem, problemBody } from './problems.ts'

export type HttpServer = {
  url: string
  /** Stops listening, lets requests in flight finish within `API_DRAIN_MS`, and then closes every connection. */
  close(): Promise<void>
}

/**
 * Serves the app.
 *
 * @param options.port 0: any free one
 * @throws ConfigurationError when the address cannot be listened on
 */
export async function serveHttp(app: App, options: { host: string; port: number }): Promise<HttpServer> {
  const server = createServer(getRequestListener(app.fetch, { errorHandler: malformedRequestResponse }))
  server.keepAliveTimeout = KEEP_ALIVE_MS
  const connections = openConnections(server)
  server.listen(options)
  try {
    await once(server, 'listening')
  } catch (error) {
    throw listenError(options, error)
  }
  const { port } = server.address() as AddressInfo
  const host = options.host.includes(':') ? `[${options.host}]` : options.host
  return { url: `http://${host}:${port}`, close: () => drain(server, connections) }
}

/** Longer than load balancers keep a connection that nobody uses (a minute, most of them): else they send into one that is being closed. */
const KEEP_ALIVE_MS = 75_000

function openConnections(server: Server): Set<Socket> {
  const connections = new Set<Socket>()
  server.on('connection', (socket) => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
  })
  return connections
}

async function drain(server: Server, connections: Set<Socket>): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  // Browsers open connections in case they need them. Node does not count those as idle.
  for (const socket of connections) if (socket.bytesRead === 0) socket.destroy()
  // A connection that is kept alive after its last response would hold the server until it times out.
  const idle = setInterval(() => server.closeIdleConnections(), 50)
  const late = setTimeout(() => server.closeAllConnections(), API_DRAIN_MS)
  await closed
  clearInterval(idle)
  clearTimeout(late)
}

/** For requests without a valid URL, for example with a malformed Host header; they never reach the app. */
function malformedRequestResponse(): Response {
  const problem = new Problem('malformed_http', 'The Host header or the target of the request is not valid.')
  const body = JSON.stringify(problemBody(problem, randomUUID()))
  return new Response(body, { status: problem.status, headers: { 'Content-Type': 'application/problem+json' } })
}

function listenError({ host, port }: { host: string; port: number }, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') {
    return new ConfigurationError(`Port ${port} on ${host} is taken: stop what listens there, or set PORT.`)
  }
  if (code === 'EACCES') return new ConfigurationError(`Port ${port} needs more rights: set PORT to 1024 or more.`)
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new ConfigurationError(`This machine has no address ${host}: set HOST to 127.0.0.1.`)
  }
  return error
}
