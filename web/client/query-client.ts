import {
  infiniteQueryOptions,
  QueryClient,
  type QueryKey,
  type UseMutationOptions,
  type UseMutationResult,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query'
import { useRef } from 'react'
import { ApiProblem, isFinal, isTemporary } from './api-problem.ts'

const MAX_DELAY_MS = 10_000
/** Of a change: then whoever wanted it decides. */
export const MAX_RETRIES = 5

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
  return Math.min(asked ?? 500 * 2 ** failures, MAX_DELAY_MS)
}

/** How routes with snake_case bodies and the others name the cursor of the next page; null on the last one. */
type CursorPage = { nextCursor: string | null } | { next_cursor: string | null }
type Cursor = { cursor?: string }

/**
 * A list that the API gives page after page, for `useInfiniteQuery`.
 *
 * @param readPage gets the cursor as a part of the request's query: an empty one for the first page
 */
export function cursorQuery<Page extends CursorPage>(
  queryKey: QueryKey,
  readPage: (cursor: Cursor, signal: AbortSignal) => Promise<Page>,
) {
  return infiniteQueryOptions({
    queryKey,
    queryFn: ({ pageParam, signal }) => readPage(pageParam === null ? {} : { cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => ('nextCursor' in page ? page.nextCursor : page.next_cursor),
  })
}

type Send<Input, Answer> = (input: Input, key: string) => Promise<Answer>
type Options<Input, Answer> = Omit<UseMutationOptions<Answer, Error, Input>, 'mutationFn' | 'retry' | 'retryDelay'> & {
  /** The resource whose queries are read again once it has succeeded, before `onSuccess`. */
  invalidates?: string
}

/**
 * A mutation that happens once, however often it is sent: one Idempotency-Key per intent. The key is kept through
 * outages, which are retried, and through impatient clicks; the final answer, good or bad, ends the intent. Other
 * input is another intent.
 *
 * @param send gets the input and the key for the `Idempotency-Key` header
 */
export function useKeyedMutation<Input, Answer>(
  send: Send<Input, Answer>,
  { invalidates, onSuccess, ...options }: Options<Input, Answer> = {},
): UseMutationResult<Answer, Error, Input> {
  const queryClient = useQueryClient()
  const intent = useRef<{ input: string; key: string }>(undefined)

  const keyFor = (input: Input): string => {
    const json = JSON.stringify(input) ?? ''
    if (intent.current?.input !== json) intent.current = { input: json, key: crypto.randomUUID() }
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
    retry: (failures, error) => failures < MAX_RETRIES && !isFinal(error),
    retryDelay,
    onSuccess: async (...answered) => {
      if (invalidates !== undefined) await queryClient.invalidateQueries({ queryKey: [invalidates] })
      await onSuccess?.(...answered)
    },
  })
}
