import { once } from 'node:events'
import { connect, createServer, type IncomingHttpHeaders } from 'node:http2'
import type { AddressInfo } from 'node:net'

/** What a Temporal server answers when the credentials do not suffice: https://grpc.io/docs/guides/status-codes/ */
const PERMISSION_DENIED = {
  ':status': 200,
  'content-type': 'application/grpc',
  'grpc-status': '7',
  'grpc-message': 'Request unauthorized.',
}

/**
 * The Temporal server at `address`, for somebody with few rights: calls whose path matches are refused, all others passed
 * on.
 */
export async function refuseCalls(address: string, refused: RegExp) {
  const upstream = connect(`http://${address}`)
  const server = createServer()
  server.on('stream', (inbound, headers) => {
    inbound.on('error', () => {})
    if (refused.test(headers[':path'] ?? '')) {
      inbound.respond(PERMISSION_DENIED, { endStream: true })
      return
    }
    const outbound = upstream.request(headers)
    outbound.on('error', () => inbound.close())
    inbound.on('close', () => outbound.close())
    let trailers: IncomingHttpHeaders = {}
    outbound.on('response', (answer) => {
      // An error without a body has its status here, and then nothing may follow.
      const endStream = answer['grpc-status'] !== undefined
      inbound.respond(answer, endStream ? { endStream } : { waitForTrailers: true })
      if (!endStream) outbound.pipe(inbound)
    })
    outbound.on('trailers', (received) => {
      trailers = received
    })
    inbound.on('wantTrailers', () => inbound.sendTrailers(trailers))
    inbound.pipe(outbound)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      upstream.destroy()
      server.close()
    },
  }
}
