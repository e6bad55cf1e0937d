import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import { ConfigurationError } from '#config/environment.ts'
import { refuseOnLoopback } from '#config/loopback.ts'

/**
 * Serves the Web UI of the dev server, which itself answers whoever asks, on loopback, under the rules of the API in demo
 * mode: a page whose name was made to resolve to 127.0.0.1 (DNS rebinding) shows by its `Host`, one of another site that
 * wants to change something by `Origin` or `Sec-Fetch-Site`.
 *
 * @param upstreamPort where the dev server's own Web UI listens now; undefined: nowhere
 * @throws ConfigurationError if the port is taken
 */
export async function serveWebUi(port: number, upstreamPort: () => number | undefined): Promise<Server> {
  const server = createServer((incoming, outgoing) => {
    const refusal = refusalOf(incoming)
    if (refusal !== undefined) return answer(outgoing, ...refusal)
    const upstream = upstreamPort()
    if (upstream === undefined) return answer(outgoing, 503, 'Temporal is not there at the moment.')
    forward(incoming, outgoing, upstream)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', ({ message }) =>
      reject(new ConfigurationError(`The Web UI cannot be served (${message}): set TEMPORAL_UI_PORT to a free port.`)),
    )
    server.listen(port, '127.0.0.1', resolve)
  })
  return server
}

function refusalOf({ headers, method = '' }: IncomingMessage): [status: number, why: string] | undefined {
  const { host, origin } = headers
  const secFetchSite = headers['sec-fetch-site']?.toString()
  switch (refuseOnLoopback({ method, host, origin, secFetchSite })) {
    case 'not_loopback':
      return [421, 'The Web UI answers to localhost and loopback addresses only.']
    case 'foreign':
      return [403, 'Pages of other sites may not change anything.']
    default:
      return undefined
  }
}

function forward(incoming: IncomingMessage, outgoing: ServerResponse, port: number): void {
  const { method, url: path, headers } = incoming
  const upstream = request({ host: '127.0.0.1', port, method, path, headers }, (response) => {
    outgoing.writeHead(response.statusCode ?? 502, response.rawHeaders)
    response.pipe(outgoing)
    // Cut off in the middle, it must not look complete.
    response.once('error', () => outgoing.destroy())
  })
  upstream.on('error', () => answer(outgoing, 502, 'Temporal does not answer.'))
  // Whoever goes away in the middle is no error of ours.
  for (const stream of [incoming, outgoing]) stream.on('error', () => {})
  outgoing.once('close', () => upstream.destroy())
  incoming.pipe(upstream)
}

function answer(outgoing: ServerResponse, status: number, why: string): void {
  if (outgoing.headersSent) outgoing.destroy()
  else outgoing.writeHead(status, { 'Content-Type': 'text/plain' }).end(`${why}\n`)
}
