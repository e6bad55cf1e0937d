import { describe, expect, test } from 'vitest'
import { type LotEnd, lotDates } from '#domain/points/account.ts'

const NOON = '2026-01-10T12:00:00.000Z'
const dates = (issuedAt: string, availableAfterDays: number, ends: LotEnd) => {
  const { availableOn, expiresAt } = lotDates(issuedAt, { availableAfterDays, ends })
  return [availableOn, expiresAt]
}

describe('the day from which a lot counts, and the end of one that lives for days', () => {
  test.each([
    ['2026-01-10T00:00:00.000Z', 0, 1, '2026-01-10', '2026-01-11T00:00:00.000Z'],
    ['2026-01-10T23:59:59.999Z', 0, 1, '2026-01-10', '2026-01-11T00:00:00.000Z'],
    ['2026-01-10T12:00:00.000Z', 0, 365, '2026-01-10', '2027-01-10T00:00:00.000Z'],
    ['2028-02-28T12:00:00.000Z', 0, 2, '2028-02-28', '2028-03-01T00:00:00.000Z'],
    ['2027-12-31T23:59:59.999Z', 0, 366, '2027-12-31', '2028-12-31T00:00:00.000Z'],
    ['2026-01-10T00:00:00.000Z', 14, 1, '2026-01-24', '2026-01-25T00:00:00.000Z'],
    ['2026-01-10T23:59:59.999Z', 14, 365, '2026-01-24', '2027-01-24T00:00:00.000Z'],
    ['2028-02-28T12:00:00.000Z', 1, 1, '2028-02-29', '2028-03-01T00:00:00.000Z'],
    ['2027-02-28T12:00:00.000Z', 1, 1, '2027-03-01', '2027-03-02T00:00:00.000Z'],
    ['2026-12-31T23:59:59.999Z', 1, 1, '2027-01-01', '2027-01-02T00:00:00.000Z'],
    ['2026-03-01T12:00:00.000Z', 365, 36_500, '2027-03-01', '2127-02-05T00:00:00.000Z'],
  ])('issued at %s, after %d days, for %d days: from %s to %s', (issuedAt, wait, days, availableOn, expiresAt) => {
    expect(dates(issuedAt, wait, { days })).toEqual([availableOn, expiresAt])
  })
})

describe('the end of a lot that lives to the end of a month', () => {
  test.each([
    ['2026-01-10T12:00:00.000Z', 0, 0, '2026-02-01T00:00:00.000Z'],
    ['2026-01-01T00:00:00.000Z', 0, 0, '2026-02-01T00:00:00.000Z'],
    ['2026-01-31T23:59:59.999Z', 0, 0, '2026-02-01T00:00:00.000Z'],
    // It is the month in which the points count that matters.
    ['2026-01-31T23:59:59.999Z', 1, 0, '2026-03-01T00:00:00.000Z'],
    ['2028-02-29T12:00:00.000Z', 0, 0, '2028-03-01T00:00:00.000Z'],
    ['2028-01-31T12:00:00.000Z', 0, 1, '2028-03-01T00:00:00.000Z'],
    ['2026-12-31T23:59:59.999Z', 0, 0, '2027-01-01T00:00:00.000Z'],
    ['2026-12-01T00:00:00.000Z', 0, 1, '2027-02-01T00:00:00.000Z'],
    ['2026-11-15T12:00:00.000Z', 30, 12, '2028-01-01T00:00:00.000Z'],
    ['2026-01-10T12:00:00.000Z', 0, 120, '2036-02-01T00:00:00.000Z'],
  ])('issued at %s, after %d days, with month %d after it: %s', (issuedAt, wait, endOfMonth, expiresAt) => {
    expect(dates(issuedAt, wait, { endOfMonth })[1]).toBe(expiresAt)
  })
})

describe('the end of a lot that lives to a fixed day', () => {
  test.each([
    ['is after that day', 0, '2026-12-31', '2027-01-01T00:00:00.000Z'],
    ['is after a leap day', 0, '2028-02-29', '2028-03-01T00:00:00.000Z'],
    ['is after the day of the issue, if it is that', 0, '2026-01-10', '2026-01-11T00:00:00.000Z'],
    ['is after the day of the issue, if it is past', 0, '2025-12-31', '2026-01-11T00:00:00.000Z'],
    [
      'is after the day from which the points count, if it is past by then',
      14,
      '2026-01-20',
      '2026-01-25T00:00:00.000Z',
    ],
    ['is after the day from which the points count, if it is that', 14, '2026-01-24', '2026-01-25T00:00:00.000Z'],
    ['is that, if the points count for longer', 14, '2026-01-25', '2026-01-26T00:00:00.000Z'],
  ])('%s', (_, wait, on, expiresAt) => {
    expect(dates(NOON, wait, { on })[1]).toBe(expiresAt)
  })
})

describe('terms that cannot be', () => {
  test.each<[wait: number, ends: LotEnd]>([
    ...[0, -1, 1.5, 36_501, Number.NaN].map((days): [number, LotEnd] => [0, { days }]),
    ...[-1, 0.5, 121, Number.NaN].map((endOfMonth): [number, LotEnd] => [0, { endOfMonth }]),
    ...['2026-02-30', '2026-13-01', '9999-12-31', '2026-1-1', ''].map((on): [number, LotEnd] => [0, { on }]),
    ...[-1, 1.5, 366, Number.NaN].map((wait): [number, LotEnd] => [wait, { days: 1 }]),
  ])('after %d days, %j: are an error of who configures them', (wait, ends) => {
    expect(() => dates(NOON, wait, ends)).toThrow(RangeError)
  })
})
