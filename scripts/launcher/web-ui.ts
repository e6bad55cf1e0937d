import { once } from 'node:events'
import { createServer, request, type Server, type ServerResponse } from 'node:http'
import { ConfigurationError } from '#config/environment.ts'
import { refuseOnLoopback } from '#config/loopback.ts'

const REFUSALS: Record<'not_loopback' | 'foreign', [status: number, why: string]> = {
  not_loopback: [421, 'The Web UI answers to localhost and loopback addresses only.'],
  foreign: [403, 'Pages of other sites may lead here, and do nothing else.'],
}

/**
 * Serves the Web UI of the dev server on loopback, under the rules of the API in demo mode. The dev server itself answers
 * any `Host`, so that a page whose name was made to resolve to 127.0.0.1 (DNS rebinding) could read and terminate workflows.
 *
 * @param upstreamPort where the dev server's own Web UI listens
 * @throws ConfigurationError if the port is taken
 */
export async function serveWebUi(port: number, upstreamPort: number): Promise<Server> {
  const server = createServer((incoming, outgoing) => {
    const { method = '', url: target = '', headers } = incoming
    const [secFetchSite, mode, destination] = ['site', 'mode', 'dest'].map((name) =>
      headers[`sec-fetch-${name}`]?.toString(),
    )
    // A link from elsewhere shows the page, which the other site cannot read. Everything else is for the page itself.
    const mayBeEmbedded = mode === 'navigate' && destination === 'document'
    const { host, origin } = headers
    const refusal = refuseOnLoopback({ method, target, host, origin, secFetchSite, mayBeEmbedded })
    if (refusal !== undefined) return answer(outgoing, ...REFUSALS[refusal])
    // Of a target with a host, which is this one, the rest is asked for.
    const path = target.replace(/^[a-z]+:\/\/[^/?]*/i, '')
    const upstream = request({ host: '127.0.0.1', port: upstreamPort, method, path, headers }, (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.rawHeaders)
      response.pipe(outgoing)
      // An answer that breaks off must not look complete.
      response.once('error', () => outgoing.destroy())
    })
    upstream.on('error', () => answer(outgoing, 502, 'Temporal does not answer.'))
    outgoing.once('close', () => upstream.destroy())
    // A client may go away at any time.
    for (const stream of [incoming, outgoing]) stream.on('error', () => {})
    incoming.pipe(upstream)
  })
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening')
    return server
  } catch (error) {
    const { message } = error as Error
    throw new ConfigurationError(`The Web UI cannot be served (${message}): set TEMPORAL_UI_PORT to a free port.`)
  }
}

function answer(outgoing: ServerResponse, status: number, why: string): void {
  if (outgoing.headersSent) outgoing.destroy()
  else outgoing.writeHead(status, { 'Content-Type': 'text/plain' }).end(`${why}\n`)
}
