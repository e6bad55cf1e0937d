import { type UseMutationOptions, type UseMutationResult, useMutation } from '@tanstack/react-query'
import { useRef } from 'react'
import { isFinal } from './api-problem.ts'
import { retryDelay } from './query-client.ts'

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
