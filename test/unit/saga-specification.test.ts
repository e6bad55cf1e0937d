import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { MUTANTS, mutated } from '#test/explore/mutants.ts'
import { RULES } from '#test/explore/oracle.ts'
import { misplaced, readSpecification } from '#test/explore/specification.ts'
import { AT_RANDOM, FROM_MEMORY, LADDER, ON_NEW_BOOKS, parseTask } from '#test/explore/tasks.ts'

const ROOT = join(import.meta.dirname, '../..')
const specification = readSpecification()

describe('docs/saga-specification.md', () => {
  test('has the sentences that exploring checks, and no others', () => {
    expect(specification.atAnyTime).toEqual(RULES.atAnyTime)
    expect(specification.atRest).toEqual(RULES.atRest)
  })

  test('speaks only of entries that it has', () => {
    const names = [...specification.entries.keys()]
    expect(names.length).toBeGreaterThan(20)
    for (const { after, neverAfter } of specification.entries.values())
      for (const name of [...after.flat(), ...neverAfter]) expect(names).toContain(name)
  })

  const bought = ['purchase running', 'reserveStock applied', 'chargeWallet applied', 'confirmPurchase applied']

  const completed = [...bought, 'awardPoints applied', 'purchase completed']
  const asked = [...completed, 'purchase refunding 1', 'purchase refunding 2']
  const first = ['returnStock applied 1', 'returnMoney applied 1', 'purchase partially_refunded 1']

  /** `step state`, and the number of the refund that it belongs to, if it does to any. */
  const timelineOf = (lines: readonly string[]) =>
    lines.map((line) => {
      const [step, state, refund] = line.split(' ')
      return { entry: `${step} ${state}`, ...(refund && { refund: Number(refund) }) }
    })

  test.each([
    [bought, undefined],
    [[...bought, 'confirmPurchase applied'], '"confirmPurchase applied" comes twice'],
    [[...bought, 'reserveStock undone'], '"reserveStock undone" comes before "purchase compensating"'],
    [
      [...bought, 'purchase completed'],
      /comes before "awardPoints applied" or "awardPoints nothing" or "awardPoints parked"/,
    ],
    [[...bought, 'purchase compensating'], '"purchase compensating" comes after "confirmPurchase applied"'],
    [['purchase running', 'purchase forgotten'], '"purchase forgotten" is not in the table'],
    [[...asked, ...first, 'returnStock applied 2', 'returnMoney applied 2', 'purchase refunded 2'], undefined],
    [[...asked, 'purchase refunding 2'], '"purchase refunding" comes twice'],
    [[...asked, ...first, 'returnStock applied 1'], '"returnStock applied" comes twice'],
    [[...asked, ...first, 'returnMoney applied 2'], '"returnMoney applied" comes before "returnStock applied"'],
    [[...asked, ...first, 'awardPoints undone 2'], undefined],
    [[...asked, ...first, 'awardPoints undone 1'], '"awardPoints undone" comes after "returnMoney applied"'],
  ])('has an order: %j', (timeline, expected) => {
    const found = misplaced(specification, timelineOf(timeline))
    if (expected === undefined) expect(found).toBeUndefined()
    else expect(found).toMatch(expected)
  })
})

test.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))(
  'can still be put into the code: %s',
  (_, mutant) => {
    expect(mutated(ROOT, mutant).size).toBeGreaterThan(0)
  },
)

test('mutants have names of their own, and there are enough of them', () => {
  expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length)
  expect(MUTANTS.length).toBeGreaterThanOrEqual(20)
})

test('every task that is explored can be read', () => {
  for (const name of [...ON_NEW_BOOKS, ...FROM_MEMORY, ...AT_RANDOM, ...LADDER]) expect(parseTask(name).name).toBe(name)
})
