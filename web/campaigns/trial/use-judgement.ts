import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { findJsonMistake, type RulesMistake } from '#web/campaigns/rules-editor/rules-mistake.ts'
import type { Draft } from '#web/campaigns/terms/draft.ts'
import { problemOf } from '#web/client/api-problem.ts'
import { type ExampleEvent, type Simulation, simulationQuery } from '#web/client/simulation.ts'
import { candidateOf } from './candidate.ts'

/** What is known of a draft; of the one before, until what was typed last has been judged. */
export type DraftJudgement = {
  /** What is wrong with its rules. Another array for each judgement. */
  mistakes: readonly RulesMistake[]
  /** What it would make of the example, if its rules are right. */
  simulation: Simulation | undefined
  /** Why nothing could be judged. */
  error: Error | undefined
}

const PAUSE_MS = 300

/** Judges a draft as it is typed: whether its rules are JSON is seen here, everything else by the API, as on saving. */
export function useJudgement(draft: Draft, event: ExampleEvent, campaignName: string | undefined): DraftJudgement {
  const [settled] = useDebouncedValue(draft, PAUSE_MS)
  const [settledEvent] = useDebouncedValue(event, PAUSE_MS)
  const jsonMistake = useMemo(() => findJsonMistake(settled.rules), [settled.rules])
  const isJson = jsonMistake === undefined
  const { data, error, isPending, isPlaceholderData } = useQuery({
    ...simulationQuery(candidateOf(settled, campaignName), settledEvent),
    enabled: isJson,
    placeholderData: keepPreviousData,
  })
  const found = useMemo(() => (jsonMistake ? [jsonMistake] : rulesMistakesOf(error)), [jsonMistake, error])
  const [mistakes, setMistakes] = useState(found)
  const isJudged = settled.rules === draft.rules && !(isJson && (isPending || isPlaceholderData))
  if (isJudged && mistakes !== found) setMistakes(found)

  return {
    mistakes,
    simulation: mistakes.length > 0 ? undefined : data,
    error: isJson && error && found.length === 0 ? error : undefined,
  }
}

/** The API names places as `rules`, with a JSON Pointer into the array of rules after it. */
function rulesMistakesOf(error: unknown): RulesMistake[] {
  const errors = problemOf(error, 'invalid_request')?.errors ?? []
  return errors
    .filter(({ path }) => path.startsWith('rules'))
    .map(({ path, message, position }) => ({
      message,
      place: path.slice('rules'.length),
      ...(position !== undefined && { character: position }),
    }))
}
