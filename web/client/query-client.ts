import { QueryClient } from '@tanstack/react-query'
import { ApiProblem, isTemporary } from './api-problem.ts'

const MOST_DELAY_MS = 10_000

/** What is wrong for the moment is tried again, for as long as anybody looks at it; a refusal stays one. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (_failures, error) => isTemporary(error),
      retryDelay,
      staleTime: 2_000,
      // The store may well be on this machine, where it is reached without a network.
      networkMode: 'always',
    },
    // Without a key a repeated request counts twice: see `useKeyedMutation` for those that have one.
    mutations: { retry: false, networkMode: 'always' },
  },
})

/** As the API asks, or twice as long each time. */
export function retryDelay(failures: number, error: unknown): number {
  const asked = error instanceof ApiProblem ? error.retryAfterMs : undefined
  return Math.min(asked ?? 500 * 2 ** failures, MOST_DELAY_MS)
}
