import createClient, { type Middleware } from 'openapi-fetch'
import { useSyncExternalStore } from 'react'
import { ApiProblem, errorOf, Unreachable } from './api-problem.ts'
import type { paths } from './schema.d.ts'

/** Whether the request was aborted by the page, which says nothing about the store. */
function isGivenUp(error: unknown): error is DOMException {
  return error instanceof DOMException && error.name === 'AbortError'
}

const failures: Middleware = {
  async onResponse({ response, schemaPath }) {
    if (response.ok) {
      reportReachable(true)
      return
    }
    const error = await errorOf(response)
    reportReachable(error instanceof ApiProblem && error.problem.code !== 'database_unavailable')
    if (error instanceof ApiProblem && error.problem.code === 'unauthenticated' && schemaPath !== '/me')
      for (const listener of signedOut) listener()
    throw error
  },
  onError({ error }) {
    if (isGivenUp(error)) return error
    reportReachable(false)
    return new Unreachable('The store does not answer.', { cause: error })
  },
}

/** The API, typed by the OpenAPI document. Wrap calls in `answer` to get their data. */
export const api = createClient<paths>({ baseUrl: '/' })
api.use(failures)

/**
 * The body of a successful answer.
 *
 * @throws ApiProblem when the API refuses, Unreachable when it does not answer
 */
export async function answer<Body>(call: Promise<{ data?: Body }>): Promise<Body> {
  try {
    const { data } = await call
    // An answer that is not a success has thrown; only an answer without a body has no data here.
    return data as Body
  } catch (error) {
    if (error instanceof ApiProblem || error instanceof Unreachable || isGivenUp(error)) throw error
    throw new Unreachable('The answer broke off.', { cause: error })
  }
}

const signedOut = new Set<() => void>()

/** Calls `listener` whenever the store says that nobody is signed in any more. */
export function onSignedOut(listener: () => void): () => void {
  signedOut.add(listener)
  return () => signedOut.delete(listener)
}

/** Whether the last request was answered by the store. Set by `api`, shown by the banner of the shell. */
let reachable = true
const listeners = new Set<() => void>()

function reportReachable(now: boolean): void {
  if (now === reachable) return
  reachable = now
  for (const listener of listeners) listener()
}

const ASK_AGAIN_MS = 2_000

/**
 * Loads the code of a page. While the store is away it waits for it; what cannot be loaded even then is an error, as after
 * an update of the store.
 */
export async function whenReachable<Code>(load: () => Promise<Code>): Promise<Code> {
  try {
    return await load()
  } catch {
    while (!(await doesAnswer())) await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS))
    return await load()
  }
}

async function doesAnswer(): Promise<boolean> {
  return await answer(api.GET('/healthz', { cache: 'no-store' })).then(
    () => true,
    () => false,
  )
}

export function isReachable(): boolean {
  return reachable
}

export function useReachable(): boolean {
  return useSyncExternalStore(subscribe, isReachable)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
