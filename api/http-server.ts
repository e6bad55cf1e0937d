import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { getRequestListener } from '@hono/node-server'
import { ConfigurationError } from '#config/environment.ts'
import { API_DRAIN_MS } from '#config/shutdown.ts'
import type { App } from './app-types.ts'
import { Problem, type ProblemCode, problemBody } from './problems.ts'

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
  const serve = getRequestListener(app.fetch, { errorHandler: malformedRequestResponse })
  // Node would answer a request without Host itself, with nothing.
  const server = createServer({ requireHostHeader: false }, (incoming, outgoing) => {
    const problem = transferCodingProblem(incoming)
    return problem ? answer(outgoing, problem) : serve(incoming, outgoing)
  })
  server.keepAliveTimeout = KEEP_ALIVE_MS
  // All of them: Node would drop those after the 2,000th without a word. `--max-http-header-size` is the bound.
  server.maxHeadersCount = 0
  const connections = openConnections(server)
  answerWhatNoRequestListenerGets(server, connections)
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

/** Requests whose answer is not through, by connection: a client may send the next one before. */
type Connections = Map<Duplex, Set<{ incoming: IncomingMessage; outgoing: ServerResponse }>>

function openConnections(server: Server): Connections {
  const connections: Connections = new Map()
  server.on('connection', (socket: Socket) => {
    connections.set(socket, new Set())
    socket.once('close', () => connections.delete(socket))
  })
  const track = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const exchange = { incoming, outgoing }
    const open = connections.get(incoming.socket)
    open?.add(exchange)
    outgoing.once('close', () => open?.delete(exchange))
  }
  server.on('request', track)
  server.on('checkExpectation', track)
  return connections
}

async function drain(server: Server, connections: Connections): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  // Browsers open connections in case they need them. Node does not count those as idle.
  for (const socket of connections.keys()) if ((socket as Socket).bytesRead === 0) socket.destroy()
  // A connection that is kept alive after its last response would hold the server until it times out.
  const idle = setInterval(() => server.closeIdleConnections(), 50)
  const late = setTimeout(() => server.closeAllConnections(), API_DRAIN_MS)
  await closed
  clearInterval(idle)
  clearTimeout(late)
}

/** What Node answers itself, with a status at most, is answered in the form of every other error. */
function answerWhatNoRequestListenerGets(server: Server, connections: Connections): void {
  server.on('checkExpectation', (_, outgoing: ServerResponse) => {
    answer(outgoing, new Problem('expectation_failed', 'Of Expect, only 100-continue is met.'))
  })
  server.on('connect', (_, socket: Duplex) => {
    endWith(socket, new Problem('not_implemented', 'This server is no proxy.'), connections)
  })
  server.on('clientError', (error: ParserError, socket: Duplex) => {
    const problem = parserProblem(error)
    if (problem) endWith(socket, problem, connections)
    else socket.destroy()
  })
}

type ParserError = Error & { code?: string; reason?: string }

/** By the codes of Node and of its parser, llhttp; without one here: the request is not valid HTTP. */
const PARSER_PROBLEMS: Record<string, [code: ProblemCode & BareCode, detail: string]> = {
  HPE_HEADER_OVERFLOW: ['headers_too_large', 'The maximum size of the headers is 16 KiB.'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['body_too_large', 'The extensions of the chunks of the body are too large.'],
  HPE_INVALID_METHOD: ['not_implemented', 'The method is not one of HTTP that this server knows.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request_timeout', 'The request did not arrive in time.'],
}
type BareCode = 'headers_too_large' | 'body_too_large' | 'not_implemented' | 'request_timeout'

/** Undefined: the connection is lost. */
function parserProblem({ code = '', reason }: ParserError): Problem | undefined {
  const known = PARSER_PROBLEMS[code]
  if (known) return new Problem(...known)
  if (!code.startsWith('HPE_')) return undefined
  return new Problem('malformed_http', reason ? `The request is not valid HTTP: ${reason}.` : 'It is not valid HTTP.')
}

/** A coding that nobody undoes (RFC 9112, section 6.1). */
function transferCodingProblem({ headers }: IncomingMessage): Problem | undefined {
  const coding = headers['transfer-encoding']
  if (coding === undefined || coding.trim().toLowerCase() === 'chunked') return undefined
  return new Problem('not_implemented', 'Of transfer codings, only chunked is undone.')
}

/** For requests without a valid URL, for example with a malformed Host header; they never reach the app. */
function malformedRequestResponse(): Response {
  const problem = new Problem('malformed_http', 'The Host header or the target of the request is not valid.')
  const { body, headers } = written(problem)
  return new Response(body, { status: problem.status, headers })
}

function answer(outgoing: ServerResponse, problem: Problem): void {
  const { body, headers } = written(problem)
  outgoing.writeHead(problem.status, headers).end(body)
}

/** As long as a client may take to read why, before the connection is reset under what it still sends. */
const LINGER_MS = 1000

/**
 * Ends a connection that no request can come from any more. It is not answered while another request is: the client would take the
 * problem for that one's answer.
 */
function endWith(socket: Duplex, problem: Problem, connections: Connections): void {
  if (socket.writableEnded) return
  const isAnsweringAnother = [...(connections.get(socket) ?? [])].some(
    ({ incoming, outgoing }) => incoming.complete || outgoing.headersSent,
  )
  if (isAnsweringAnother || !socket.writable) return void socket.destroy()
  const { body, headers } = written(problem)
  const lines = Object.entries(headers)
  const head = [`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`, ...lines.map((line) => line.join(': '))]
  // Who is gone reads no answer.
  socket.on('error', () => {})
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
  socket.resume()
  setTimeout(() => socket.destroy(), LINGER_MS).unref()
}

/**
 * For what never reaches the app, whose request id is known nowhere else. What comes next on the connection may not be what the client
 * meant.
 */
function written(problem: Problem) {
  const requestId = randomUUID()
  const body = JSON.stringify(problemBody(problem, requestId))
  const headers = {
    'Content-Type': 'application/problem+json',
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
    'Content-Security-Policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'X-Content-Type-Options': 'nosniff',
    'X-Request-Id': requestId,
    Connection: 'close',
  }
  return { body, headers }
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
