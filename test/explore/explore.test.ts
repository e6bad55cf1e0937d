import { beforeAll, expect, inject, test } from 'vitest'
import type { Job, Report } from './explorer-process.ts'
import { runJobs } from './explorers.ts'

// A short form of `npm run explore`: each kind of thing that can go wrong once, some of them together, and a defect of each kind.

const all = (isWalked: boolean, ...tasks: string[]) => tasks.map((task): Job => ({ kind: 'all', task, isWalked }))

const random = (seed: number): Job => ({ kind: 'random', task: 'fast/two/3,2,2,2,2,3,1,0', seed, runs: 60 })

const JOBS = {
  onNewBooks: all(
    true,
    'fast/points/1,0,0,0,0,0,0,0',
    'visible/points/1,0,0,0,0,0,0,0',
    'fast/points/0,1,0,0,0,0,0,0',
    'visible/points/0,0,0,1,0,0,0,0',
    'fast/points/0,0,0,0,1,0,0,0',
    'fast/little-money/0,0,1,0,0,0,0,0',
    'sold/two/0,0,0,0,0,2,0,0',
  ),
  fromMemory: all(
    false,
    'fast/points/1,1,0,0,0,0,0,0',
    'fast/points/1,0,0,0,1,0,0,0',
    'visible/points/0,0,0,1,1,0,0,0',
    'visible/points/1,0,0,0,0,1,1,0',
    'fast/no-stock/1,1,0,0,0,0,0,0',
    'sold/two/1,0,0,0,0,2,0,0',
    'sold/two/0,0,0,0,1,1,1,0',
  ),
  atRandom: [random(1), random(1_000)],
  mutants: [
    'a cancellation in Temporal is overlooked',
    'workflow code goes by whether it is replayed',
    'a refund that is asked for while the last one ends is forgotten',
    'the award of a part is not taken back',
    'the fast lane goes on after a refusal',
    'points are redeemed once an attempt',
    'an undo leaves no tombstone',
    'a request to cancel does not tombstone the confirmation',
    'the last outcome counts',
    'what is carried out again by then is repaired',
  ].map((name): Job => ({ kind: 'mutant', name })),
}

let reports: Record<keyof typeof JOBS, Report[]>

/** By one process, which remembers: other test files run beside this one. */
beforeAll(async () => {
  const left = await runJobs(inject('adminUrl'), Object.values(JOBS).flat(), { processes: 1 })
  reports = Object.fromEntries(Object.entries(JOBS).map(([part, jobs]) => [part, left.splice(0, jobs.length)])) as never
}, 900_000)

const failuresOf = (part: Report[]) => part.flatMap(({ failures }) => failures)

test('whatever goes wrong once, a purchase ends as the specification says; the books answer as they did before', () => {
  expect(failuresOf(reports.onNewBooks)).toEqual([])
  for (const { histories } of reports.onNewBooks) expect(histories).toBeGreaterThan(5)
})

test('so it does when two things go wrong, and every outcome is among them', () => {
  expect(failuresOf(reports.fromMemory)).toEqual([])
  const outcomes = new Set(reports.fromMemory.flatMap(({ outcomes = {} }) => Object.keys(outcomes)))
  expect([...outcomes].sort()).toEqual(['cancelled', 'completed', 'failed', 'refunded', 'refused'])
})

test('the same seed takes the same ways in another process, and another seed takes others', async () => {
  const [first, other] = reports.atRandom
  const [again] = await runJobs(inject('adminUrl'), [random(1)])
  expect(failuresOf(reports.atRandom)).toEqual([])
  expect(again?.trace).toBe(first?.trace)
  expect(other?.trace).not.toBe(first?.trace)
})

test('a defect of each kind breaks a rule of the specification, and the printed path leads there again', () => {
  const missed = reports.mutants.filter(({ foundIn, failures }) => foundIn === undefined || failures[0]?.isCrash)
  expect(missed.map(({ job }) => job)).toEqual([])
})
