import type { Route } from 'playwright-core'

/** The store does what it is asked for, and its answer breaks off on the way. */
export async function breakOff(route: Route): Promise<void> {
  const response = await route.fetch()
  await route.fulfill({ status: response.status(), contentType: 'application/json', body: '{"purch' })
}

/** The store says that something went wrong, and not whether it was done. */
export async function answer500(route: Route): Promise<void> {
  const problem = { type: 'x', title: 'x', status: 500, code: 'internal_error', detail: 'x', requestId: '4711' }
  await route.fulfill({ status: 500, contentType: 'application/problem+json', body: JSON.stringify(problem) })
}

/** It says so, and it was done. */
export async function doAndAnswer500(route: Route): Promise<void> {
  await route.fetch()
  await answer500(route)
}

/** It does it, and its answer never arrives, for as long as the page is there to wait for it. */
export function loseTheAnswer(route: Route): void {
  void route.fetch().catch((error: Error) => {
    if (!/closed|disposed/.test(error.message)) throw error
  })
}
