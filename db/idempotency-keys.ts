import { atMostOnce } from './at-most-once.ts'
import type { Sql } from './client.ts'

/** A request that may come more than once. */
export type KeyedRequest = {
  /** Whose keys these are: the subject that asks. */
  scope: string
  key: string
  /** Of the whole request, so that a key is never answered for another request. */
  requestHash: string
}

export type KeyedAnswer<Refusal> =
  /** `resource` is the id of what it was done to. */
  | { result: 'done'; resource: string; replayed: boolean }
  | { result: 'refused'; refusal: Refusal; replayed: boolean }
  /** The key stands for another request. */
  | { result: 'key_reused' }
  /** What it should be done to does not exist. Not remembered. */
  | { result: 'unknown' }

/**
 * Does what a request asks for at most once, in one statement. That statement must insert the key into `idempotency_keys`
 * first (`on conflict do nothing`), make its effect from that row, and return the row's `resource`.
 *
 * A violated constraint rolls all of it back, the key included. If it means a refusal (`refused`, by name of the
 * constraint), the refusal is then remembered under the key, unless the same request was granted in between.
 */
export async function oncePerKey<Refusal extends object>(
  sql: Sql,
  request: KeyedRequest,
  options: {
    statement: () => PromiseLike<{ resource: string }[]>
    /** Explains the violation; `undefined` when by now nothing stands in the way, so that it is tried again. */
    refused?: Record<string, () => Promise<Refusal | undefined>>
  },
): Promise<KeyedAnswer<Refusal>> {
  const refused: Record<string, () => Promise<KeyedAnswer<Refusal> | undefined>> = {}
  for (const [constraint, explain] of Object.entries(options.refused ?? {})) {
    refused[constraint] = async () => {
      const refusal = await explain()
      return refusal && (await rememberRefusal(sql, request, refusal))
    }
  }
  return await atMostOnce<{ resource: string }, KeyedAnswer<Refusal>>({
    statement: options.statement,
    happened: ({ resource }) => ({ result: 'done', resource, replayed: false }),
    before: () => recallKey(sql, request),
    refused,
  })
}

/** Refuses a request for good, unless the same one was granted in between. */
export async function rememberRefusal<Refusal extends object>(
  sql: Sql,
  request: KeyedRequest,
  refusal: Refusal,
): Promise<KeyedAnswer<Refusal>> {
  const [remembered] = await sql`
    insert into idempotency_keys (scope, key, request_hash, resource, refusal)
    values (${request.scope}, ${request.key}, ${request.requestHash}, '', ${sql.json(refusal as Record<string, string>)})
    on conflict (scope, key) do nothing
    returning true`
  if (remembered) return { result: 'refused', refusal, replayed: false } as const
  return await recallKey<Refusal>(sql, request)
}

/** What a request was answered before; `unknown`: nothing. */
export async function recallKey<Refusal>(sql: Sql, request: KeyedRequest): Promise<KeyedAnswer<Refusal>> {
  const [known] = await sql<{ requestHash: string; resource: string; refusal: Refusal | null }[]>`
    select request_hash as "requestHash", resource, refusal from idempotency_keys
    where scope = ${request.scope} and key = ${request.key}`
  if (!known) return { result: 'unknown' }
  if (known.requestHash !== request.requestHash) return { result: 'key_reused' }
  if (known.refusal) return { result: 'refused', refusal: known.refusal, replayed: true }
  return { result: 'done', resource: known.resource, replayed: true }
}
