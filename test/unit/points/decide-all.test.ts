import { describe, expect, test } from 'vitest'
import { MAX_POINTS } from '#domain/points/account.ts'
import { decideAll, loadFor } from '#domain/points/decide.ts'
import { changesOf } from '#domain/points/evolve.ts'
import { expire, given, issue, redeem, reverse } from '#test/support/points.ts'

const noon = '2026-01-11T12:00:00.000Z'

describe('commands that meet at one account', () => {
  test('are each decided on what the ones before left, and get consecutive versions', () => {
    const { account } = given(issue('a', 50, '2026-01-10'))
    const batch = decideAll(account, [redeem('r', 40, noon), redeem('s', 40, noon), redeem('t', 10, noon)])
    expect(batch.answers).toMatchObject([
      { ok: true, answer: { id: 'r', balance: 10 } },
      { ok: false, refusal: { code: 'insufficient_points', available: 10 } },
      { ok: true, answer: { id: 't', balance: 0 } },
    ])
    expect(batch.events.map((event) => [event.transactionId, event.version])).toEqual([
      ['r', 2],
      ['t', 3],
    ])
  })

  test('can reverse one another', () => {
    const { account } = given(issue('a', 50, '2026-01-10'))
    const batch = decideAll(account, [redeem('r', 40, noon), reverse('v', 'r', noon), reverse('w', 'r', noon)])
    expect(batch.answers.map((answer) => answer.ok)).toEqual([true, true, false])
    expect(batch.account.counters.balance).toBe(50)
  })

  test('leave the account they were given as it was', () => {
    const { account } = given(issue('a', 50, '2026-01-10'))
    const before = structuredClone(account)
    decideAll(account, [redeem('r', 40, noon), reverse('v', 'a', noon)])
    expect(account).toEqual(before)
  })

  test('change each row once: a lot that one opens and the next spends from is inserted as it ends up', () => {
    const { account } = given(issue('a', 50, '2026-01-10', 9))
    const { events } = decideAll(account, [issue('b', 30, noon, 9), redeem('r', 40, noon), redeem('s', 20, noon)])
    const end = '2026-01-20T00:00:00.000Z'
    expect(changesOf(events)).toEqual({
      counters: { balance: -30, issued: 30, redeemed: 60, expired: 0, takenBack: 0 },
      opened: [
        {
          id: 'b',
          transactionId: 'b',
          campaignId: null,
          issuedAt: noon,
          availableAt: noon,
          expiresAt: end,
          original: 30,
          ...{ remaining: 20, expired: 0, takenBack: 0, claimed: 0, claimedExpired: 0, owed: 0 },
        },
      ],
      changed: [{ lotId: 'a', remaining: -50, expired: 0, takenBack: 0, claimed: 0, claimedExpired: 0, owed: 0 }],
      allocations: [
        { transactionId: 'r', redemptionId: 'r', lotId: 'a', amount: 40 },
        { transactionId: 's', redemptionId: 's', lotId: 'a', amount: 10 },
        { transactionId: 's', redemptionId: 's', lotId: 'b', amount: 10 },
      ],
      daily: [
        {
          issuedOn: '2026-01-11',
          availableOn: '2026-01-11',
          expiresAt: end,
          remaining: 20,
          expired: 0,
          lastUpdated: noon,
        },
        {
          issuedOn: '2026-01-10',
          availableOn: '2026-01-10',
          expiresAt: '2026-01-19T00:00:00.000Z',
          remaining: -50,
          expired: 0,
          lastUpdated: noon,
        },
      ],
    })
  })

  test('must not bring the same transaction id twice', () => {
    expect(() => decideAll(given().account, [issue('a', 1, noon), issue('a', 1, noon)])).toThrow('happened before')
  })
})

describe('what must be loaded for commands', () => {
  test('is lots up to all that they may redeem at the first moment, and lapsed ones at the last', () => {
    const later = '2026-01-11T12:00:01.000Z'
    const load = loadFor([redeem('r', 40, noon), redeem('s', 2, later), issue('a', 9, noon), redeem('t', 1e300, noon)])
    expect(load).toEqual({ from: noon, now: later, points: 42, targets: [] })
    expect(loadFor([expire('x', noon)])).toEqual({ from: noon, now: noon, points: 0, targets: [] })
  })

  test('is, for a reversal, its target, and lots enough for redemptions after it though it empties one', () => {
    const commands = [reverse('v', 'a', noon), redeem('r', 40, noon), reverse('w', 'a', noon)] as const
    expect(loadFor([...commands])).toEqual({ from: noon, now: noon, points: 40 + MAX_POINTS, targets: ['a'] })
    expect(loadFor([...commands, redeem('s', 5, noon)]).points).toBe(45 + 2 * MAX_POINTS)
  })

  test('is, for the reversal of a part, lots enough for as much as that', () => {
    const part = (amount: number) => reverse('v', 'a', noon, 0, { amount })
    expect(loadFor([part(7), redeem('r', 40, noon)]).points).toBe(47)
    expect(loadFor([part(Number.NaN), redeem('r', 40, noon)]).points).toBe(40)
  })

  test('is no lot but its own for a reversal that no redemption comes after', () => {
    expect(loadFor([redeem('r', 40, noon), reverse('v', 'a', noon)]).points).toBe(40)
  })
})
