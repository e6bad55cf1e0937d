import { Writable } from 'node:stream'
import { pino } from 'pino'
import { createApp } from '#api/app.ts'
import type { AppDependencies } from '#api/app-types.ts'
import { serveHttp } from '#api/http-server.ts'
import { createOutcomeWatcher, createPurchaseWatcher, type WatcherOptions } from '#api/purchase-watcher.ts'
import { createSessionWatcher } from '#api/session-watcher.ts'
import { readGrantsTakenBack } from '#db/campaigns.ts'
import { createMoney } from '#domain/money.ts'
import { createPointsLedger } from '#ledger/ledger.ts'
import { type OpenApiDocument, type PublishedContract, publishedContract } from './published-contract.ts'
import { openSagaWorld, type SagaWorldOptions } from './saga-world.ts'

export type Api = Awaited<ReturnType<typeof serveApi>>

/** The whole API over HTTP, with a shop, a Temporal and a worker of its own that are all real. */
export async function openApiWorld(options: SagaWorldOptions = {}) {
  const world = await openSagaWorld({ opaqueIds: true, ...options })
  const opened: Api[] = []
  const dependencies = {
    sql: world.shop.sql,
    health: { failing: () => undefined },
    temporal: world.client,
    taskQueue: world.taskQueue,
    pointsTtlDays: 365,
    money: createMoney('USD', 'en-US'),
    pointValueMinor: 10,
    defaultLane: 'fast' as const,
    purchaseWaitMs: 20_000,
    corsOrigins: ['https://shop.example'],
    publicUrl: undefined,
    allowedHosts: [],
    trustedProxies: undefined,
    rateLimits: undefined,
    temporalUi: undefined,
    storeDir: '/nowhere',
    auth: undefined,
  }

  /** One more server for the same shop, different in what is given. */
  async function serve({ watching, port, ...changes }: Changes = {}): Promise<Api> {
    const sql = changes.sql ?? dependencies.sql
    const writes = changes.writes ?? sql
    const pointsLedger = createPointsLedger(writes, { alsoCommits: readGrantsTakenBack })
    const api = await serveApi({ ...dependencies, writes, pointsLedger, ...changes }, { watching, port })
    opened.push(api)
    return api
  }

  return {
    ...world,
    serve,
    api: await serve(),
    async close() {
      for (const api of opened) await api.stop()
      await world.close()
    },
  }
}

/** `watching`: how purchases are watched; `port`: another than any free one. */
type Changes = Partial<AppDependencies> & { watching?: Watching; port?: number }
type Watching = Partial<WatcherOptions>

type Answer = {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: held against the published schema already, so tests just read it.
  body: any
}

type Call = {
  body?: unknown
  key?: string
  headers?: Record<string, string>
  signal?: AbortSignal
}

/** A server with a client that holds every answer against the published contract. */
async function serveApi(
  given: Omit<AppDependencies, 'logger' | 'stopping' | 'purchaseWatcher' | 'outcomeWatcher' | 'sessionWatcher'>,
  { watching, port = 0 }: { watching?: Watching | undefined; port?: number | undefined },
) {
  const stopping = new AbortController()
  const log: Record<string, unknown>[] = []
  const logger = pino(
    { level: 'debug' },
    lineWriter((line) => log.push(JSON.parse(line))),
  )
  const purchaseWatcher = createPurchaseWatcher({ sql: given.sql, logger, pollMs: 20, ...watching })
  const outcomeWatcher = createOutcomeWatcher({ sql: given.sql, logger })
  const sessionWatcher = createSessionWatcher({ sql: given.sql, logger })
  const server = await serveHttp(
    createApp({ ...given, logger, purchaseWatcher, outcomeWatcher, sessionWatcher, stopping: stopping.signal }),
    {
      host: '127.0.0.1',
      port,
    },
  )
  const contract = await readContract(server.url)
  let stopped: Promise<void> | undefined

  return {
    url: server.url,
    contract,
    /** The lines that the server wrote, oldest first. */
    log,
    /** How many watch purchases, and whether the database is asked for them. */
    watched: () => purchaseWatcher.state(),
    call: (method: string, path: string, call: Call = {}) => callApi(server.url, contract, method, path, call),
    get: (path: string) => callApi(server.url, contract, 'GET', path, {}),
    post: (path: string, body: unknown, call: Call = {}) =>
      callApi(server.url, contract, 'POST', path, { ...call, body }),
    stop: () => {
      stopping.abort()
      stopped ??= server.close()
      return stopped
    },
  }
}

async function readContract(url: string): Promise<PublishedContract> {
  const response = await fetch(`${url}/openapi.json`)
  return publishedContract((await response.json()) as OpenApiDocument)
}

async function callApi(
  url: string,
  contract: PublishedContract,
  method: string,
  path: string,
  { body, key, headers, signal }: Call,
): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...(key !== undefined && { 'Idempotency-Key': key }),
      ...headers,
    },
    redirect: 'manual',
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    ...(signal && { signal }),
  })
  const contentType = response.headers.get('Content-Type')?.split(';')[0] ?? ''
  const text = await response.text()
  const parsed = parseBody(contentType, text)
  if (method !== 'HEAD' && method !== 'OPTIONS') {
    // Of an answer in lines, each is held against the schema.
    for (const body of contentType === NDJSON ? parsed : [parsed]) {
      contract.check(method, path.split('?')[0] ?? '', response, contentType, body)
    }
  }
  return { status: response.status, headers: response.headers, body: parsed }
}

const NDJSON = 'application/x-ndjson'

// biome-ignore lint/suspicious/noExplicitAny: held against the published schema by the caller.
function parseBody(contentType: string, text: string): any {
  if (contentType === NDJSON) return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
  return contentType.endsWith('json') && text !== '' ? JSON.parse(text) : text
}

function lineWriter(write: (line: string) => void): Writable {
  return new Writable({
    write(chunk, _encoding, done) {
      for (const line of String(chunk).split('\n')) if (line !== '') write(line)
      done()
    },
  })
}
