import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  onlyKnown,
  operationsSearch,
  pointsSearch,
  purchasesSearch,
  readSearch,
  writeSearch,
} from '#web/search-params.ts'

const PAGES = { operationsSearch, pointsSearch, purchasesSearch }

describe('the query of an address', () => {
  test('comes back as the text that it was, whatever it looks like', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('662E41', 'true', 'null', '007', '{"a":1}', '"x"', '1e400'),
    )
    fc.assert(
      fc.property(fc.dictionary(text, text), (search) => {
        expect(readSearch(writeSearch(search))).toEqual({ ...search })
      }),
    )
  })

  test.each(Object.entries(PAGES))('is nothing but what the page knows: %s', (_, validate) => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('panel', 'user', 'as_of', 'status', 'days', 'lots'), fc.string()),
        (given) => {
          // As the router does it: what a page makes of a query goes over the query.
          expect(writeSearch({ ...given, ...onlyKnown<object>(validate)(given) })).toBe(
            writeSearch({ ...validate(given) }),
          )
        },
      ),
    )
  })

  test('leaves out what is not given', () => {
    expect(writeSearch({ days: 7, tab: undefined })).toBe('?days=7')
    expect(writeSearch({})).toBe('')
  })

  test('names a user whose name looks like a number', () => {
    expect(operationsSearch(readSearch('?panel=users&user=662E41'))).toEqual({ panel: 'users', user: '662E41' })
  })

  test.each(Object.entries(PAGES))('survives its own address: %s', (_, validate) => {
    const given = fc.record(
      {
        days: fc.constantFrom('active', 'expired', 'zzz'),
        panel: fc.constantFrom('parked', 'undoing', 'stock', 'users', 'liability', 'zzz'),
        as_of: fc.constantFrom('2026-12-31T23:59:59.999Z', '2026-12-31', 'zzz'),
        user: fc.constantFrom('derick', '662E41'),
        lots: fc.constantFrom('open', 'all', 'zzz'),
        status: fc.constantFrom('completed', 'zzz'),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(given, (search) => {
        const valid = validate(search)
        expect(validate(readSearch(writeSearch(valid)))).toEqual(valid)
      }),
    )
  })
})
