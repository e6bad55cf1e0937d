import { queryOptions } from '@tanstack/react-query'
import type { Middleware } from 'openapi-fetch'
import { answer, api } from './api.ts'
import { queryClient } from './query-client.ts'
import type { components } from './schema.d.ts'

export type Role = components['schemas']['Me']['role']

/** Who has signed in; a problem `unauthenticated` when nobody has. In demo mode everybody is an operator. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async ({ signal }) => {
    const me = await answer(api.GET('/me', { signal }))
    // Somebody else has signed in, in another tab.
    if (me.user?.id !== lastSeen) forgetAnswers()
    lastSeen = me.user?.id
    return me
  },
})

let lastSeen: string | undefined

/** After so long without a touch or a key, nobody is taken to be there. */
const UNATTENDED_AFTER_MS = 60_000

let lastInputAt = performance.now()
for (const input of ['pointerdown', 'keydown', 'wheel'])
  window.addEventListener(input, () => (lastInputAt = performance.now()), { capture: true, passive: true })

/** What a page asks by itself, to stay up to date, must not keep somebody signed in who has left. */
const attendance: Middleware = {
  onRequest({ request }) {
    if (performance.now() - lastInputAt > UNATTENDED_AFTER_MS) request.headers.set('Unattended', '?1')
    return request
  },
}

api.use(attendance)

/** Where the browser goes to sign in, and comes back to this page afterwards. */
export function signInAddress(): string {
  const { pathname, search } = window.location
  const parameters = new URLSearchParams(search)
  parameters.delete('signIn')
  const back = parameters.size === 0 ? pathname : `${pathname}?${parameters}`
  return `/auth/sign-in?${new URLSearchParams({ returnTo: back })}`
}

/** Everything that was read for somebody, so that nobody after them sees it. */
export function forgetAnswers(): void {
  queryClient.removeQueries({ predicate: ({ queryKey: [about] }) => about !== 'settings' && about !== 'me' })
}

/** What the store keeps in the browser; how it looks is nobody's secret. */
const KEPT = /^unicorn-store\./

function forgetEverything(): void {
  for (const storage of [localStorage, sessionStorage])
    for (const key of Object.keys(storage)) if (KEPT.test(key)) storage.removeItem(key)
  queryClient.clear()
}

/**
 * Signs out, and forgets carts, written orders and answers; the browser goes where the provider ends its session.
 *
 * @throws Error when the store does not answer: then nothing has changed
 */
export async function signOut({ everywhere }: { everywhere: boolean }): Promise<void> {
  const response = await fetch(everywhere ? '/auth/sign-out-everywhere' : '/auth/sign-out', { method: 'POST' })
  const hadEnded = response.status === 401
  if (!response.ok && !hadEnded) throw new Error(`Signing out was answered ${response.status}`)
  const { next } = hadEnded ? { next: '/store/?signIn=ended' } : ((await response.json()) as { next: string })
  forgetEverything()
  window.location.assign(next)
}
