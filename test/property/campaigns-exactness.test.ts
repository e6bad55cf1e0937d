import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clampToCaps } from '#domain/campaigns/award.ts'
import { exactFromNumber, exactFromText, exactToText, roundHalfEven } from '#domain/campaigns/exact-number.ts'
import { evaluated, giving, purchase } from '#test/support/campaign-examples.ts'
import * as model from '#test/support/rational-model.ts'

/** A formula with what the model makes of it; undefined is a division by zero. */
type Example = { readonly text: string; readonly value: model.Rational | undefined }

const AMOUNT = model.decimal(1999n, 2)

const numbers: fc.Arbitrary<Example> = fc
  .tuple(fc.bigInt(0n, 99_999n), fc.integer({ min: 0, max: 4 }))
  .map(([units, decimals]) => ({ text: decimalText(units, decimals), value: model.decimal(units, decimals) }))

const { formula: formulas } = fc.letrec<{ formula: Example }>((tie) => ({
  formula: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    numbers,
    fc.constant({ text: '$.amount', value: AMOUNT }),
    tie('formula').map(({ text, value }) => ({
      text: `-(${text})`,
      value: value && { n: -value.n, d: value.d },
    })),
    fc
      .tuple(fc.constantFrom<model.Operation>('+', '-', '*', '/', '%'), tie('formula'), tie('formula'))
      .map(([operation, a, b]) => ({
        text: `(${a.text})${operation} (${b.text})`,
        value: a.value && b.value && model.operate(operation, a.value, b.value),
      })),
    fc
      .tuple(fc.constantFrom<model.Call>('min', 'max'), fc.array(tie('formula'), { minLength: 1, maxLength: 3 }))
      .map(([name, operands]) => called(name, operands)),
    fc
      .tuple(fc.constantFrom<model.Call>('floor', 'ceil', 'round'), tie('formula'))
      .map(([name, operand]) => called(name, [operand])),
  ),
}))

function called(name: model.Call, operands: readonly Example[]): Example {
  const [first, ...others] = operands.flatMap(({ value }) => value ?? [])
  const isKnown = first !== undefined && others.length + 1 === operands.length
  return {
    text: `${name}(${operands.map(({ text }) => text).join(', ')})`,
    value: isKnown ? model.call(name, [first, ...others]) : undefined,
  }
}

function decimalText(units: bigint, decimals: number): string {
  const digits = units.toString().padStart(decimals + 1, '0')
  return decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
}

describe('formulas are exact', () => {
  test('they come to what plain rational arithmetic over BigInt comes to', () => {
    const isOfInterest = ({ text }: Example) => text.length <= 1000
    fc.assert(
      fc.property(formulas.filter(isOfInterest), ({ text, value }) => {
        const { rules, exact, earned } = evaluated({ rules: [giving(text)] }, purchase({ amount: 19.99 }))
        const [outcome] = rules
        if (outcome?.outcome === 'not_evaluated') {
          // What the model has no bounds for is left to the tests of hostile rules.
          if (outcome.reason.code === 'too_large') return
          expect(outcome.reason.code).toBe('division_by_zero')
          expect(value).toBeUndefined()
          return
        }
        const given = value && (value.n < 0n ? model.integer(0n) : value)
        if (!given) throw new Error(`${text} gave ${exact}, but divides by zero`)
        expect(model.isEqual(model.fromText(exact), given)).toBe(true)
        expect(BigInt(earned)).toBe(model.roundHalfEven(given))
      }),
      { numRuns: 2_000 },
    )
  })

  test('whole numbers of cents never lose one', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 100_000_000 }), { minLength: 1, maxLength: 20 }), (cents) => {
        const lines = cents.map((cent) => ({ price: cent / 100 }))
        const formula = lines.map((_, index) => `$.lines[${index}].price`).join('+')
        const { exact } = evaluated({ rules: [giving(formula)] }, purchase({ lines }))
        const total = BigInt(cents.reduce((sum, cent) => sum + cent, 0))
        expect(model.isEqual(model.fromText(exact), model.decimal(total, 2))).toBe(true)
      }),
    )
  })

  test('a campaign gives the sum of its rules, rounded once', () => {
    fc.assert(
      fc.property(fc.array(numbers, { maxLength: 30 }), (examples) => {
        const { exact, earned } = evaluated({ rules: examples.map(({ text }) => giving(text)) }, purchase())
        const sum = examples.reduce(
          (total, { value }) => model.operate('+', total, value ?? total) ?? total,
          model.integer(0n),
        )
        expect(model.isEqual(model.fromText(exact), sum)).toBe(true)
        expect(BigInt(earned)).toBe(model.roundHalfEven(sum))
      }),
    )
  })
})

describe('exact numbers', () => {
  test('a float is its shortest decimal, and back', () => {
    const floats = fc
      .double({ min: -1e40, max: 1e40, noNaN: true })
      .filter((number) => number === 0 || Math.abs(number) > 1e-40)
    fc.assert(
      fc.property(floats, (number) => {
        const exact = exactFromNumber(number)
        expect(exact && Number(exactToText(exact))).toBe(number === 0 ? 0 : number)
      }),
    )
  })

  test('text of a decimal keeps every digit', () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 50n), 10n ** 50n), fc.integer({ min: 0, max: 9 }), (units, decimals) => {
        const text = `${units < 0n ? '-' : ''}${decimalText(units < 0n ? -units : units, decimals)}`
        const exact = exactFromText(text)
        if (!exact) throw new Error(`${text} was not read`)
        expect(model.isEqual(model.fromText(exactToText(exact)), model.fromText(text))).toBe(true)
      }),
    )
  })

  test('rounding leaves half at most, and on one half an even number', () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 20n), 10n ** 20n), fc.integer({ min: 0, max: 3 }), (units, decimals) => {
        const text = `${units < 0n ? '-' : ''}${decimalText(units < 0n ? -units : units, decimals)}`
        const exact = exactFromText(text)
        if (!exact) throw new Error(`${text} was not read`)
        const rounded = roundHalfEven(exact)
        const distance = exact.sub(rounded).abs().mul(2n)
        expect(distance.lte(1n)).toBe(true)
        if (distance.equals(1n)) expect(rounded % 2n).toBe(0n)
      }),
    )
  })
})

describe('caps', () => {
  const left = fc.option(fc.integer({ min: -1_000, max: 1_000 }))

  test('nothing is given beyond them, nothing is taken back, and no more is withheld than they ask', () => {
    fc.assert(
      fc.property(fc.nat(1_000), left, left, (earned, totalPoints, pointsPerCustomer) => {
        const { points, limitedBy } = clampToCaps(earned, { totalPoints, pointsPerCustomer })
        const caps = [totalPoints, pointsPerCustomer].flatMap((cap) => (cap === null ? [] : [Math.max(0, cap)]))
        expect(points).toBe(Math.min(earned, ...caps))
        expect(limitedBy === null).toBe(points === earned)
      }),
    )
  })
})
