import fc from 'fast-check'
import { expect, test } from 'vitest'
import { emptyAccount, type PointsAccount, type PointsCommand, pointsIn } from '#domain/points/account.ts'
import { decideAll } from '#domain/points/decide.ts'
import { rebuild } from '#domain/points/evolve.ts'
import { expire, reverse } from '#test/support/points.ts'
import { pointsCommands } from '#test/support/points-arbitrary.ts'

/** What is left to reverse of a transaction, in parts of one point at least. */
function inParts(left: number, cuts: readonly number[]): number[] {
  const places = [...new Set([...cuts.map((cut) => cut % left), 0, left])].sort((a, b) => a - b)
  return places.slice(1).map((place, index) => place - (places[index] ?? 0))
}

/** All that can be known of an account, but for how many transactions it took, and when. */
function booksAfter(history: readonly PointsCommand[], reversals: readonly PointsCommand[]) {
  const { events, account, answers } = decideAll(emptyAccount('ann'), [...history, ...reversals])
  expect(answers.slice(history.length).filter(({ ok }) => !ok)).toEqual([])
  const { allocations, daily, lots, counters } = rebuild('ann', events)
  const taken = new Map<string, number>()
  for (const { redemptionId, lotId, amount } of allocations)
    taken.set(`${redemptionId} ${lotId}`, (taken.get(`${redemptionId} ${lotId}`) ?? 0) + amount)
  const days = daily.map(({ lastUpdated: _, ...day }) => day)
  const kept = account.transactions.map(({ id, reversed }) => [id, reversed])
  return { lots, counters, taken, days, kept: Object.fromEntries(kept.filter(([id]) => !`${id}`.startsWith('part'))) }
}

const reversible = ({ transactions }: PointsAccount) =>
  transactions.filter(
    ({ type, portions, reversed }) => (type === 'issue' || type === 'redeem') && pointsIn(portions) > reversed,
  )

test('parts of a transaction that are reversed one after the other, come to what reversing them at once does', () => {
  const cases = fc.record({
    commands: pointsCommands,
    which: fc.nat(),
    cuts: fc.array(fc.nat(), { minLength: 1, maxLength: 5 }),
    share: fc.integer({ min: 1, max: 10 }),
    prefer: fc.shuffledSubarray([0, 1, 2]),
    makesGood: fc.nat({ max: 30 }),
  })
  let several = 0
  const property = fc.property(cases, ({ commands, which, cuts, share, prefer, makesGood }) => {
    const now = commands.at(-1)?.now ?? ''
    const targets = reversible(decideAll(emptyAccount('ann'), commands).account)
    const target = targets[which % Math.max(1, targets.length)]
    if (!target) return
    const left = Math.ceil(((pointsIn(target.portions) - target.reversed) * share) / 10)
    const lots = { prefer: prefer.flatMap((index) => target.portions[index] ?? []) }
    const parts = inParts(left, cuts)
    if (parts.length > 1) several += 1
    // Money makes good what is unsettled when it comes: it comes with the last part.
    const one = [reverse('part', target.id, now, makesGood, { amount: left, ...lots })]
    const many = parts.map((amount, n) =>
      reverse(`part${n}`, target.id, now, n === parts.length - 1 ? makesGood : 0, { amount, ...lots }),
    )
    expect(booksAfter(commands, many)).toEqual(booksAfter(commands, one))
  })
  fc.assert(property, { numRuns: 1_000 })
  expect(several, 'cases of several parts, so that the above means something').toBeGreaterThan(300)
})

/** What somebody gets to know of a reversal, or of a redemption, whose points may have lapsed, swept or not. */
function answersWithout(inserted: RegExp, commands: readonly PointsCommand[]) {
  const { answers } = decideAll(emptyAccount('ann'), commands)
  return commands.flatMap(({ type, transactionId }, index) => {
    const result = answers[index]
    if (!result || type === 'expire' || inserted.test(transactionId)) return []
    if (!result.ok) return [[transactionId, result.refusal.code]]
    const { amount, balance, reversal } = result.answer
    const { spent, owed, expired } = reversal?.notTakenBack ?? { spent: 0, owed: 0, expired: 0 }
    return [[transactionId, amount + expired, balance, spent, owed, reversal?.withheld]]
  })
}

test('whether points that have lapsed are swept makes no difference to what is spent, owed and withheld', () => {
  const expiries = (commands: readonly PointsCommand[]) =>
    new Set(commands.flatMap(({ type, transactionId }) => (type === 'expire' ? [transactionId] : [])))
  let swept = 0
  const property = fc.property(pointsCommands, fc.array(fc.boolean(), { minLength: 40 }), (generated, sweeps) => {
    // What is said of a reversal of an expiry depends on whether there was one.
    const ends = expiries(generated)
    const commands = generated.filter(
      (one) => one.type !== 'expire' && !(one.type === 'reverse' && ends.has(one.reverses)),
    )
    const more = commands.flatMap((command, index) =>
      sweeps[index] ? [expire(`sweep-${index}`, command.now), command] : [command],
    )
    swept += decideAll(emptyAccount('ann'), more).events.filter(({ type }) => type === 'expired').length
    expect(answersWithout(/^sweep-/, more)).toEqual(answersWithout(/^sweep-/, commands))
  })
  fc.assert(property, { numRuns: 1_000 })
  expect(swept, 'sweeps, so that the above means something').toBeGreaterThan(300)
})

test('when all that was issued and spent is reversed, in any order, nothing is left, and nothing is owed', () => {
  let several = 0
  const property = fc.property(pointsCommands, fc.infiniteStream(fc.nat()), (generated, places) => {
    // What money has made good is there again when it comes back.
    const commands = generated.map((one) => (one.type === 'reverse' ? { ...one, makesGood: 0 } : one))
    const now = commands.at(-1)?.now ?? ''
    const { account } = decideAll(emptyAccount('ann'), commands)
    const targets = reversible(account)
      .map((one) => ({ one, place: places.next().value }))
      .sort((a, b) => a.place - b.place)
    if (targets.length > 2) several += 1
    const { account: after, answers } = decideAll(
      account,
      targets.map(({ one }) => reverse(`all of ${one.id}`, one.id, now)),
    )
    expect(answers.filter(({ ok }) => !ok)).toEqual([])
    expect(after.lots.filter(({ remaining, owed }) => remaining > 0 || owed > 0)).toEqual([])
  })
  fc.assert(property, { numRuns: 1_000 })
  expect(several, 'cases of several, so that the above means something').toBeGreaterThan(300)
})
