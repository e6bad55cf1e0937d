import { describe, expect, test } from 'vitest'
import { emptyAccount } from '#domain/points/account.ts'
import { decideAll } from '#domain/points/decide.ts'
import { evolve, fold } from '#domain/points/evolve.ts'
import { issue, redeem, reverse } from '#test/support/points.ts'

const { events } = decideAll(emptyAccount('ann'), [
  issue('a', 50, '2026-01-10'),
  redeem('r', 30, '2026-01-10'),
  reverse('v', 'r', '2026-01-11'),
])
const [issued, redeemed, reversed] = events
if (issued?.type !== 'issued' || redeemed?.type !== 'redeemed' || reversed?.type !== 'reversed')
  throw new Error('no history')

describe('a broken history is not folded but reported:', () => {
  test('a gap in versions', () => {
    expect(() => fold(emptyAccount('ann'), [issued, reversed])).toThrow('cannot follow')
  })

  test('an event twice', () => {
    expect(() => fold(emptyAccount('ann'), [issued, issued])).toThrow('cannot follow')
    expect(() => fold(emptyAccount('ann'), [issued, { ...issued, version: 2 }])).toThrow('happened before')
  })

  test('an event of another account', () => {
    expect(() => evolve(emptyAccount('bob'), issued)).toThrow('cannot follow')
  })

  test('a lot that is not there', () => {
    expect(() => evolve(emptyAccount('ann'), { ...redeemed, version: 1 })).toThrow('not there to change')
  })

  test('a lot that would hold less than nothing, or more than it was issued with', () => {
    const tooMuch = redeemed.portions.map((portion) => ({ ...portion, amount: 51 }))
    const account = fold(emptyAccount('ann'), [issued])
    expect(() => evolve(account, { ...redeemed, portions: tooMuch })).toThrow('cannot hold -1 points')
    expect(() => evolve(account, { ...reversed, version: 2 })).toThrow('cannot hold 80 points')
    const lost = { ...redeemed, type: 'expired' } as const
    expect(() => evolve(fold(account, [lost]), { ...reversed, version: 3 })).toThrow('cannot hold 50 points')
  })

  test('the reversal of what never happened', () => {
    const account = { ...fold(emptyAccount('ann'), [issued, redeemed]), transactions: [] }
    expect(() => evolve(account, reversed)).toThrow('not there to reverse')
  })
})

test('a state is plain JSON', () => {
  const account = fold(emptyAccount('ann'), events)
  expect(JSON.parse(JSON.stringify(account))).toEqual(account)
})
