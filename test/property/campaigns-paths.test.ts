import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jsonCopy, parseJsonPath, resolveJsonPath } from '#domain/campaigns/json-path.ts'
import { RUNS } from '#test/support/campaigns-arbitrary.ts'

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
