import fc from 'fast-check'
import { JSONPath } from 'jsonpath-plus'
import { describe, expect, test } from 'vitest'
import { type Json, jsonCopy, parseJsonPath, resolveJsonPath } from '#domain/campaigns/json-path.ts'
import { events, RUNS } from '#test/support/campaigns-arbitrary.ts'

describe('paths', () => {
  test('lead to each value of an event, and to no other', () => {
    const steps = fc.array(fc.oneof(fc.constantFrom('a', 'b c', 'größe', 'x_1'), fc.nat(2)), {
      minLength: 1,
      maxLength: 6,
    })
    fc.assert(
      fc.property(steps, steps, fc.boolean(), (there, elsewhere, isQuoted) => {
        const document = jsonCopy(there.reduceRight<unknown>(around, 'treasure')) ?? null
        expect(lookUp(there, document, isQuoted)).toBe('treasure')
        if (`${elsewhere}` !== `${there}`) expect(lookUp(elsewhere, document, isQuoted)).not.toBe('treasure')
      }),
      RUNS,
    )
  })

  test('lead where the evaluation of jsonpath-plus leads, which is used here only', () => {
    const names = fc.constantFrom('a', 'b c', 'amount', 'lines', 'price', 'quantity', 'toJSON', 'length', 'größe')
    const segments = fc.array(fc.oneof(names, fc.nat(3)), { minLength: 1, maxLength: 4 })
    let found = 0
    fc.assert(
      fc.property(segments, events, fc.boolean(), (path, event, isQuoted) => {
        const document = jsonCopy(event) ?? null
        const value = lookUp(path, document, isQuoted)
        expect(value).toEqual(evaluatedByLibrary(path, document))
        if (value !== undefined) found += 1
      }),
      { numRuns: 5_000 },
    )
    expect(found).toBeGreaterThan(100)
  })

  /** To the library texts have characters, and arrays a length, as members; to RFC 9535 they have not. */
  function evaluatedByLibrary(path: readonly (string | number)[], json: Json): Json | undefined {
    const text = path.map((segment) => (typeof segment === 'number' ? `[${segment}]` : `['${segment}']`)).join('')
    const [first] = JSONPath({ path: `$${text}`, json, eval: false, resultType: 'all' }) as {
      value: Json
      parent: Json
    }[]
    if (!first || typeof first.parent !== 'object') return undefined
    return Array.isArray(first.parent) && typeof path.at(-1) !== 'number' ? undefined : first.value
  }

  function around(inner: unknown, step: string | number): unknown {
    return typeof step === 'string' ? { [step]: inner } : [...Array(step).fill(null), inner]
  }

  function lookUp(
    steps: readonly (string | number)[],
    document: Parameters<typeof resolveJsonPath>[1],
    isQuoted: boolean,
  ) {
    const text = steps.map((step) => {
      if (typeof step === 'number') return `[${step}]`
      return isQuoted || step.includes(' ') ? `["${step}"]` : `.${step}`
    })
    const read = parseJsonPath(`$${text.join('')}`)
    if (!read.ok) throw new Error(`${text.join('')}: ${read.message}`)
    return resolveJsonPath(read.path, document)
  }
})
