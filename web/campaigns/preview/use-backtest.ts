import { useEffect, useRef, useState } from 'react'
import {
  type BacktestAward,
  type BacktestLine,
  type BacktestRequest,
  type BacktestTotals,
  backtestLines,
  type CampaignTotals,
} from '#web/client/simulation.ts'

/** How many awards are kept to be shown; the totals come from the API. */
const MAX_AWARDS = 200

export type BacktestState = {
  /** `incomplete`: the response ended without totals. `failed`: the request failed. */
  phase: 'running' | 'complete' | 'cancelled' | 'incomplete' | 'failed'
  done: number
  total: number
  awards: readonly BacktestAward[]
  /** They come before the totals of all. */
  campaigns: readonly CampaignTotals[]
  totals: BacktestTotals | undefined
  error: unknown
}

const STARTED: BacktestState = {
  phase: 'running',
  done: 0,
  total: 0,
  awards: [],
  campaigns: [],
  totals: undefined,
  error: undefined,
}

/** Runs one backtest at a time: starting another one or leaving the page aborts it. */
export function useBacktest() {
  const [state, setState] = useState<BacktestState>()
  const running = useRef<AbortController>(undefined)
  useEffect(() => () => running.current?.abort(), [])

  const start = async (backtest: BacktestRequest) => {
    running.current?.abort()
    const controller = new AbortController()
    running.current = controller
    const set = (change: (now: BacktestState) => BacktestState) => {
      if (running.current === controller) setState((now) => change(now ?? STARTED))
    }
    set(() => STARTED)
    try {
      for await (const line of backtestLines(backtest, controller.signal)) set((now) => afterLine(now, line))
      set((now) => (now.phase === 'running' ? { ...now, phase: 'incomplete' } : now))
    } catch (error) {
      set((now) => (controller.signal.aborted ? { ...now, phase: 'cancelled' } : { ...now, phase: 'failed', error }))
    }
  }
  return { state, start, cancel: () => running.current?.abort() }
}

function afterLine(state: BacktestState, line: BacktestLine): BacktestState {
  switch (line.line) {
    case 'page': {
      const { done, total } = line
      const room = MAX_AWARDS - state.awards.length
      const awards = room > 0 ? [...state.awards, ...line.awards.slice(0, room)] : state.awards
      return { ...state, done, total, awards }
    }
    case 'campaign': {
      const { line: _, ...totals } = line
      return { ...state, campaigns: [...state.campaigns, { ...totals, rules: [] }] }
    }
    case 'rules': {
      const [last, ...others] = state.campaigns.toReversed()
      if (!last) return state
      return { ...state, campaigns: [...others.reverse(), { ...last, rules: [...last.rules, ...line.rules] }] }
    }
    case 'totals':
      return { ...state, phase: 'complete', totals: line, done: line.evaluated, total: line.evaluated }
    case 'problem':
      return { ...state, phase: 'incomplete', error: new Error(line.problem.title) }
  }
}
