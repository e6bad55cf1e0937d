import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { unreadableIn } from '#web/campaigns/builder/rules-text.ts'
import { findJsonError, type RulesError } from '#web/campaigns/rules-editor/rules-json.ts'
import { type CandidateKey, candidateOf, type Draft } from '#web/campaigns/terms/draft.ts'
import { problemOf } from '#web/client/api-problem.ts'
import { type Product, productChoicesQuery } from '#web/client/products.ts'
import { type Simulation, simulationQuery } from '#web/client/simulation.ts'
import { eventOf, NO_PURCHASE, type Trial } from './trial.ts'

/** The last completed evaluation of a draft: that of an earlier version until the latest edit is evaluated. */
export type DraftEvaluation = {
  /** The errors in its rules. A new array for each evaluation. */
  errors: readonly RulesError[]
  /** Whether there is something in the cart, and all of its numbers can be read. */
  isPurchase: boolean
  /** The result for the cart, if the rules have no errors. */
  simulation: Simulation | undefined
  /** Why the draft could not be evaluated. */
  error: Error | undefined
}

const DEBOUNCE_MS = 300
const NO_PRODUCTS: readonly Product[] = []

/** Evaluates a draft while it is edited. What is not JSON, or not filled in, is found here, everything else by the API, as on saving. */
export function useEvaluation(draft: Draft, trial: Trial, of: CandidateKey): DraftEvaluation {
  const [debounced] = useDebouncedValue(draft, DEBOUNCE_MS)
  const [debouncedTrial] = useDebouncedValue(trial, DEBOUNCE_MS)
  const products = useQuery(productChoicesQuery).data?.items ?? NO_PRODUCTS
  const isPurchase = eventOf(trial, products) !== undefined
  const unreadable = useMemo(() => findUnreadable(debounced.rules), [debounced.rules])
  const isReadable = unreadable.length === 0
  const { data, error, isPending, isPlaceholderData } = useQuery({
    // The rules are checked with any purchase, also while there is nothing in the cart.
    ...simulationQuery(trialOf(debounced, of), eventOf(debouncedTrial, products) ?? NO_PURCHASE),
    enabled: isReadable,
    placeholderData: keepPreviousData,
  })
  const found = useMemo(() => (isReadable ? rulesErrorsOf(error) : unreadable), [isReadable, unreadable, error])
  const [errors, setErrors] = useState(found)
  const isEvaluated = debounced.rules === draft.rules && !(isReadable && (isPending || isPlaceholderData))
  if (isEvaluated && errors !== found) setErrors(found)

  return {
    errors,
    isPurchase,
    simulation: errors.length > 0 || !isPurchase ? undefined : data,
    error: isReadable && error && found.length === 0 ? error : undefined,
  }
}

/** A draft is tried as if it were active: what it gives then is the question. */
function trialOf(draft: Draft, of: CandidateKey) {
  const candidate = candidateOf(draft, of)
  return draft.status === 'draft' ? { ...candidate, status: 'active' as const } : candidate
}

function findUnreadable(rules: string): RulesError[] {
  const jsonError = findJsonError(rules)
  return jsonError ? [jsonError] : unreadableIn(rules)
}

/** The API gives locations as `rules`, followed by a JSON Pointer into the array of rules. */
function rulesErrorsOf(error: unknown): RulesError[] {
  const errors = problemOf(error, 'invalid_request')?.errors ?? []
  return errors
    .filter(({ path }) => path.startsWith('rules'))
    .map(({ path, message, position }) => ({
      message,
      location: path.slice('rules'.length),
      ...(position !== undefined && { character: position }),
    }))
}
