import { once } from 'node:events'
import { type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http'
import { createConnection } from 'node:net'
import { text as readText } from 'node:stream/consumers'

type RawRequest = {
  method?: string
  headers?: OutgoingHttpHeaders
  body?: string | Uint8Array
  /** Whoever asks, of all the addresses of loopback. */
  localAddress?: string
}

/**
 * Sends a request as it is, of which fetch would change or refuse some: the target, every line of the headers with Host among them, and
 * the bytes of the body.
 */
export async function rawRequest(
  server: string,
  target: string,
  { method = 'GET', headers = {}, body = '', localAddress }: RawRequest = {},
) {
  const { hostname, port } = new URL(server)
  // Node would leave it out where a body is unusual.
  const length = { ...(body.length > 0 && { 'Content-Length': Buffer.byteLength(body) }) }
  const sent = request({
    ...{ hostname, port, method, path: target, headers: { ...length, ...headers } },
    ...(localAddress !== undefined && { localAddress }),
    // No connection that was left in a state by the request before.
    agent: false,
  })
  sent.end(body)
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  const text = await readText(answer)
  const isJson = answer.headers['content-type']?.split(';')[0]?.endsWith('json') === true
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers as Record<string, string | undefined>,
    text,
    /** Of an answer that is JSON. */
    body: isJson && text !== '' ? JSON.parse(text) : undefined,
  }
}

/** Sends what may be no request at all. @returns everything that comes back until the server ends the connection */
export async function sendBytes(server: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(server)
  const socket = createConnection(Number(port), hostname)
  socket.write(bytes, 'latin1')
  return await readText(socket)
}
