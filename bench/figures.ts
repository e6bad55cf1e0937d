import type { Spread } from './statistics.ts'

/** A number that this project has set itself a target for. */
type Figure = {
  /** What it compares, in words. */
  readonly means: string
  readonly better: 'less' | 'more'
  /** Left out: it is only stated. */
  readonly reach?: number
  readonly aim?: number
  /** Only a full run has it. */
  readonly fullOnly?: true
}

/** By its name in the JSON. All are ratios, but for `reads_while_simulating`, which is in milliseconds. */
export const FIGURES = {
  purchase_p50_vs_empty_workflow: {
    means: 'a purchase over an empty workflow, one at a time, median',
    better: 'less',
    reach: 1.3,
    aim: 1.15,
  },
  purchase_rate_vs_empty_workflow: {
    means: 'purchases over empty workflows a second, 50 at once',
    better: 'more',
    reach: 0.75,
    aim: 0.85,
  },
  purchase_p50_vs_straightforward: {
    means: 'a purchase over one of the straightforward version on the stock server, one at a time, median',
    better: 'less',
    reach: 0.15,
    aim: 0.1,
  },
  purchase_rate_vs_straightforward: {
    means: 'purchases a second over those of the straightforward version on the stock server, 50 at once',
    better: 'more',
    reach: 2.3,
    aim: 3,
  },
  purchase_p99_over_p50: {
    means: '99th percentile over the median, 50 at once',
    better: 'less',
    reach: 2,
    aim: 1.6,
  },
  purchase_rate_vs_dbos: { means: 'purchases a second over those of DBOS, 50 at once', better: 'more', fullOnly: true },
  purchase_rate_vs_restate: {
    means: 'purchases a second over those of Restate, 50 at once',
    better: 'more',
    fullOnly: true,
  },
  points_rate_vs_bare_insert: {
    means: 'points issued over bare inserts of an event a second, 10,000 accounts, 50 at once',
    better: 'more',
    reach: 0.6,
    aim: 1,
  },
  points_hot_vs_row_lock: {
    means: 'points issued over transactions with a row lock a second, one account, 50 at once',
    better: 'more',
    reach: 5,
    aim: 8,
  },
  award_rate_uncapped_vs_none: {
    means: 'awards of a campaign without a cap over awards without a campaign, a second',
    better: 'more',
    reach: 0.7,
    aim: 0.9,
  },
  award_rate_capped_vs_none: {
    means: 'awards of a campaign with a cap over awards without a campaign, a second',
    better: 'more',
    reach: 0.4,
    aim: 0.6,
  },
  balance_growth: {
    means: 'GET /points of an account with the most events over one with 1,000',
    better: 'less',
    reach: 1.2,
    aim: 1.05,
  },
  purchase_growth: {
    means: 'a purchase with the most purchases in the tables over one with 1,000, median',
    better: 'less',
    reach: 1.2,
    aim: 1.05,
  },
  reads_while_simulating: {
    means: '99th percentile of GET /healthz during the worst allowed simulation, ms above idle',
    better: 'less',
    reach: 50,
    aim: 10,
  },
} as const satisfies Record<string, Figure>

export type FigureName = keyof typeof FIGURES

/** What a run measured of them: those stages that were left out have left theirs out. */
export type Figures = Partial<Record<FigureName, Spread>>

/** The flat JSON object: the medians by name, in the order of the targets, to three decimals. */
export function flatFigures(figures: Figures): Partial<Record<FigureName, number>> {
  const names = Object.keys(FIGURES) as FigureName[]
  return Object.fromEntries(
    names.flatMap((name) => {
      const figure = figures[name]
      return figure === undefined ? [] : [[name, Math.round(figure.median * 1_000) / 1_000]]
    }),
  )
}

export type Verdict = 'missed' | 'reached' | 'aim' | 'stated'

/** How a number stands against its target. One that is no number has missed it. */
export function verdictOf(name: FigureName, value: number): Verdict {
  const { better, reach, aim }: Figure = FIGURES[name]
  if (reach === undefined || aim === undefined) return 'stated'
  const meets = (target: number) => (better === 'less' ? value <= target : value >= target)
  if (meets(aim)) return 'aim'
  return meets(reach) ? 'reached' : 'missed'
}

/** The target in words: `at most 1.3 (aim 1.15)`. */
export function targetOf(name: FigureName): string {
  const { better, reach, aim }: Figure = FIGURES[name]
  if (reach === undefined) return 'stated'
  return `at ${better === 'less' ? 'most' : 'least'} ${reach} (aim ${aim})`
}

/** Those that a run with all its stages must have. */
export function expectedFigures(quick: boolean): FigureName[] {
  return (Object.keys(FIGURES) as FigureName[]).filter((name) => {
    const { fullOnly }: Figure = FIGURES[name]
    return !quick || fullOnly === undefined
  })
}
