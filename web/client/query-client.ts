import { QueryClient, type UseMutationOptions, type UseMutationResult, useMutation } from '@tanstack/react-query'
import { useRef } from 'react'
import { ApiProblem, isFinal, isTemporary } from './api-problem.ts'

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

type Send<Input, Answer> = (input: Input, key: string) => Promise<Answer>
type Options<Input, Answer> = Omit<UseMutationOptions<Answer, Error, Input>, 'mutationFn' | 'retry' | 'retryDelay'>

/**
 * A mutation that happens once, however often it is sent: one Idempotency-Key per intent. The key is kept through
 * outages, which are retried, and through impatient clicks; the final answer, good or bad, ends the intent. Other
 * input is another intent.
 *
 * @param send gets the input and the key for the `Idempotency-Key` header
 */
export function useKeyedMutation<Input, Answer>(
  send: Send<Input, Answer>,
  options: Options<Input, Answer> = {},
): UseMutationResult<Answer, Error, Input> {
  const intent = useRef<{ input: string; key: string }>(undefined)

  const keyFor = (input: Input): string => {
    const spelled = JSON.stringify(input) ?? ''
    if (intent.current?.input !== spelled) intent.current = { input: spelled, key: crypto.randomUUID() }
    return intent.current.key
  }

  return useMutation<Answer, Error, Input>({
    ...options,
    mutationFn: async (input) => {
      try {
        const answer = await send(input, keyFor(input))
        intent.current = undefined
        return answer
      } catch (error) {
        if (isFinal(error)) intent.current = undefined
        throw error
      }
    },
    retry: (failures, error) => failures < 5 && !isFinal(error),
    retryDelay,
  })
}
