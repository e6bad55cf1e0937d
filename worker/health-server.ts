import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ConfigurationError } from '#config/environment.ts'
import type { DatabaseHealth } from '#db/client.ts'
import { type Stuck, stuckMetrics } from '#db/stuck.ts'

export type HealthServer = {
  url: string
  /** Ends it, and the watch it answers from. */
  stop(): void
}

const HOST = '127.0.0.1'

export type Watched = {
  health: DatabaseHealth
  /** What should have ended long ago. */
  readStuck: () => Promise<Stuck>
}

/**
 * Answers on loopback whether this worker can use its database: `GET /healthz` is 200 `{"status":"ok"}`, or 503 with a problem
 * (RFC 9457), as of the API. A worker needs Temporal, too, but the SDK reconnects by itself as long as the process lives.
 *
 * `GET /metrics` has how much is stuck, of the whole installation: each worker has the same numbers.
 *
 * @param port undefined: any free one
 * @throws ConfigurationError when the port cannot be listened on
 */
export async function serveHealth({ health, readStuck }: Watched, port = 0): Promise<HealthServer> {
  async function answerMetrics(response: ServerResponse): Promise<void> {
    const stuck = await readStuck().catch(() => undefined)
    if (stuck === undefined) return answer(response, 503, problem(503, 'unhealthy', 'The database did not answer.'))
    response.writeHead(200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8', 'Cache-Control': 'no-store' })
    response.end(stuckMetrics(stuck))
  }

  const server = createServer((request, response) => {
    const path = request.url?.split('?', 1)[0]
    if (path === '/metrics') return void answerMetrics(response)
    if (path !== '/healthz') return answer(response, 404, problem(404, 'unknown_route', 'See /healthz and /metrics.'))
    const failing = health.failing()
    if (failing !== undefined) return answer(response, 503, problem(503, 'unhealthy', failing))
    return answer(response, 200, { status: 'ok' })
  })
  server.listen(port, HOST)
  try {
    await once(server, 'listening')
  } catch (error) {
    health.stop()
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error
    throw new ConfigurationError(
      `Port ${port} on ${HOST} is taken: stop what listens there, or set WORKER_HEALTH_PORT.`,
    )
  }
  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}/healthz`,
    stop() {
      health.stop()
      server.close()
      server.closeAllConnections()
    },
  }
}

const TITLES = {
  unknown_route: 'There is nothing at this address',
  unhealthy: 'This process cannot use its database',
} as const

function problem(status: number, code: keyof typeof TITLES, detail: string): object {
  return { type: `urn:unicorn-store:problem:${code}`, title: TITLES[code], status, detail, code }
}

function answer(response: ServerResponse, status: number, body: object): void {
  const type = status === 200 ? 'application/json' : 'application/problem+json'
  response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' })
  response.end(JSON.stringify(body))
}
