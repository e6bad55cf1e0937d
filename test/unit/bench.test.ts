import { describe, expect, test } from 'vitest'
import { expectedFigures, FIGURES, flatFigures, targetOf, verdictOf } from '#bench/figures.ts'
import { closedLoop, oneAtATime, openLoop, rateOf } from '#bench/load.ts'
import { barChart, lineChart, shortNumber } from '#bench/plot.ts'
import { type BenchResults, figuresOf, formatReport } from '#bench/report.ts'
import { median, percentile, ratioByRound, spreadOf } from '#bench/statistics.ts'

describe('statistics', () => {
  test('a percentile is the smallest number that the share does not exceed (nearest rank)', () => {
    const numbers = Array.from({ length: 100 }, (_, n) => 100 - n)
    expect([0.01, 0.5, 0.99, 1].map((share) => percentile(numbers, share))).toEqual([1, 50, 99, 100])
    expect(percentile([7], 0.99)).toBe(7)
    expect(percentile([], 0.5)).toBeNaN()
  })

  test('a median of an even number is the mean of the two in the middle', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(median([4, 1, 2, 3])).toBe(2.5)
    expect(median([])).toBeNaN()
  })

  test('a spread has the median, the least and the most', () => {
    expect(spreadOf([5, 1, 3])).toEqual({ median: 3, min: 1, max: 5 })
    expect(spreadOf([])).toEqual({ median: Number.NaN, min: Number.NaN, max: Number.NaN })
  })

  test('a ratio is taken round by round, so that a slow round of both changes nothing', () => {
    expect(ratioByRound([10, 1, 20], [5, 0.5, 10])).toEqual({ median: 2, min: 2, max: 2 })
    expect(() => ratioByRound([1, 2], [1])).toThrow('2 rounds cannot be compared with 1')
  })
})

describe('load', () => {
  test('one at a time stops after so many', async () => {
    const begun: number[] = []
    const { count } = await oneAtATime({ times: 3, withinMs: 60_000 }, async (n) => begun.push(n))
    expect([count, begun]).toEqual([3, [0, 1, 2]])
  })

  test('a closed loop has so many under way and no more, and stops after its total', async () => {
    let underWay = 0
    let most = 0
    const work = async () => {
      most = Math.max(most, ++underWay)
      await new Promise(setImmediate)
      underWay -= 1
    }
    const { total } = await closedLoop({ atOnce: 5, durationMs: 60_000, total: 40 }, work)
    expect([total, most]).toEqual([40, 5])
  })

  test('an open loop begins all of them, whether those before are through or not', async () => {
    const first = Promise.withResolvers<void>()
    const { count } = await openLoop({ perSecond: 1_000, durationMs: 5 }, async (n) => {
      if (n === 4) first.resolve()
      await first.promise
    })
    expect(count).toBe(5)
  })

  test('a failure ends each kind of measurement', async () => {
    const fail = () => Promise.reject(new Error('no'))
    await expect(oneAtATime({ times: 1, withinMs: 60_000 }, fail)).rejects.toThrow('no')
    await expect(closedLoop({ atOnce: 2, durationMs: 60_000 }, fail)).rejects.toThrow('no')
    await expect(openLoop({ perSecond: 1_000, durationMs: 5 }, fail)).rejects.toThrow('no')
    await expect(rateOf({ atOnce: 2, total: 4 }, fail)).rejects.toThrow('no')
  })
})

const QUICK_NAMES = [
  'purchase_p50_vs_empty_workflow',
  'purchase_rate_vs_empty_workflow',
  'purchase_p50_vs_straightforward',
  'purchase_rate_vs_straightforward',
  'purchase_p99_over_p50',
  'points_rate_vs_bare_insert',
  'points_hot_vs_row_lock',
  'award_rate_uncapped_vs_none',
  'award_rate_capped_vs_none',
  'balance_growth',
  'purchase_growth',
  'reads_while_simulating',
]

describe('figures', () => {
  test('a quick run has all of them but those against DBOS and Restate', () => {
    expect(expectedFigures(true)).toEqual(QUICK_NAMES)
    expect(expectedFigures(false).toSorted()).toEqual(
      [...QUICK_NAMES, 'purchase_rate_vs_dbos', 'purchase_rate_vs_restate'].toSorted(),
    )
  })

  test('the JSON is flat: medians by name, to three decimals, those that were measured alone', () => {
    const flat = flatFigures({
      purchase_growth: { median: 1.04449, min: 1, max: 2 },
      purchase_p99_over_p50: { median: 2, min: 1, max: 3 },
    })
    expect(flat).toEqual({ purchase_p99_over_p50: 2, purchase_growth: 1.044 })
  })

  test.each([
    ['purchase_growth', 1.05, 'aim'],
    ['purchase_growth', 1.2, 'reached'],
    ['purchase_growth', 1.21, 'missed'],
    ['points_hot_vs_row_lock', 8, 'aim'],
    ['points_hot_vs_row_lock', 5, 'reached'],
    ['points_hot_vs_row_lock', 4.9, 'missed'],
    ['points_hot_vs_row_lock', Number.NaN, 'missed'],
    ['purchase_rate_vs_dbos', 0.2, 'stated'],
  ] as const)('%s of %d is %s', (name, value, verdict) => {
    expect(verdictOf(name, value)).toBe(verdict)
  })

  test('a target is said in words', () => {
    expect(targetOf('purchase_growth')).toBe('at most 1.2 (aim 1.05)')
    expect(targetOf('points_hot_vs_row_lock')).toBe('at least 5 (aim 8)')
    expect(targetOf('purchase_rate_vs_restate')).toBe('stated')
  })
})

describe('the report', () => {
  const spread = { median: 2, min: 1, max: 3 }
  const results: BenchResults = {
    at: '2026-11-26T12:00:00.000Z',
    description: '2 CPUs',
    isQuick: true,
    growth: { purchases: 100_000, figures: { purchase_growth: { median: 1.1, min: 1, max: 1.3 } } },
    history: {
      balances: [{ events: 1_000, naive: spread, readModel: { median: 1, min: 1, max: 1 } }],
      costs: [],
      figures: { balance_growth: spread },
    },
  }

  test('has the targets, with how each stands', () => {
    expect(Object.keys(figuresOf(results))).toEqual(['balance_growth', 'purchase_growth'])
    const report = formatReport(results)
    expect(report).toMatch(
      /`purchase_growth` +\| .+ \| 1\.10 \(1\.00–1\.30\) \| at most 1\.2 \(aim 1\.05\) +\| reached/,
    )
    expect(report).toMatch(/`balance_growth` .+ \*\*missed\*\*/)
  })

  test('compares the naive fold with the read model', () => {
    expect(formatReport(results)).toMatch(/\| 1,000 +\| 2 \(1–3\) +\| 1 +\| 2 +\|/)
  })
})

describe('plots', () => {
  test('a bar is as long as its value, and says it', () => {
    const bars = [
      { label: 'us & them', value: 50, min: 40, max: 60, isOurs: true },
      { label: 'half', value: 25, min: 25, max: 25 },
    ]
    const svg = barChart({ title: 'Purchases', axis: 'a second', bars })
    const widths = [...svg.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, width]) => Number(width))
    expect((widths[0] ?? 0) / (widths[1] ?? 1)).toBeCloseTo(2, 2)
    expect(svg).toContain('us &amp; them')
    expect(svg).not.toContain('NaN')
  })

  test('lines run over whole powers of ten', () => {
    const lines = [{ label: 'fold', points: [[1_000, 5] as const, [100_000, 500] as const] }]
    const svg = lineChart({ title: 'Balances', xAxis: 'events', yAxis: 'ms', lines })
    expect(svg).toContain('>1,000<')
    expect(svg).toContain('>100,000<')
    expect(svg).not.toContain('NaN')
  })

  test('numbers are shown with three digits', () => {
    expect([0.12345, 47.123, 1_234.5].map(shortNumber)).toEqual(['0.123', '47.1', '1,235'])
  })

  test('every figure says what it compares', () => {
    for (const { means } of Object.values(FIGURES)) expect(means).not.toBe('')
  })
})
