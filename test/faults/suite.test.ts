import { expect, test } from 'vitest'
import { ALL_KINDS, type FaultKind, planFaults, runSuite } from './suite/run.ts'

/** Those after which nothing waits for the reconciler, which looks once a minute for what has been quiet for a minute. */
const KINDS: FaultKind[] = [
  'worker killed at a named point',
  'API killed at a named point',
  'processes killed at random',
  'Postgres stopped hard',
  'connections cut by Postgres',
  'Temporal stopped and started on its store',
  'network: reset',
  'network: delay',
  'one wallet from all sides',
  '200 buyers of one unit',
  'an undo that fails for a while',
  'poison payloads and rules',
]

/** `npm run test:faults` is the long form, with all kinds, several times each. */
test('clients were told what is stored, whatever failed meanwhile', { timeout: 900_000 }, async () => {
  const printed: string[] = []
  const say = (line: string) => void printed.push(line)
  const options = {
    seed: 14,
    durationMs: 30_000,
    kinds: KINDS,
    rounds: 1,
    allPoints: false,
    people: 8,
    quitters: 0,
    minCompleted: 80,
  }
  const { problems, struck, manners, completed } = await runSuite({ ...options, say })
  expect(problems, printed.join('\n')).toEqual([])
  expect(struck.filter(({ inFlight }) => inFlight > 0).map(({ kind }) => kind)).toEqual(expect.arrayContaining(KINDS))
  expect(Object.values(manners).every((times) => times > 0)).toBe(true)
  expect(completed).toBeGreaterThanOrEqual(80)
})

test('a seed has its schedule of faults, with each kind as often as there are rounds', () => {
  const plan = (seed: number) => planFaults({ seed, durationMs: 600_000, kinds: ALL_KINDS, rounds: 3 })
  expect(plan(1)).toEqual(plan(1))
  expect(plan(1)).not.toEqual(plan(2))
  const planned = plan(1).flat()
  for (const kind of ALL_KINDS) expect(planned.filter((one) => one.kind === kind).length).toBe(3)
  expect(planned.every(({ atMs }) => atMs > 0 && atMs < 600_000)).toBe(true)
})
