import { z } from '@hono/zod-openapi'
import { describe, expect, test } from 'vitest'
import { normaliseOrder, orderSchema } from '#api/checkout.ts'
import { rejectInvalidInput } from '#api/errors.ts'
import { canonicalJson } from '#api/idempotency.ts'
import { page } from '#api/schemas.ts'
import { createMoney } from '#domain/money.ts'

describe('canonical JSON', () => {
  test('is the same for the same members in another order, at every depth', () => {
    const one = { b: [{ y: 1, x: null }], a: 'x' }
    const other = { a: 'x', b: [{ x: null, y: 1 }] }
    expect(canonicalJson(one)).toBe('{"a":"x","b":[{"x":null,"y":1}]}')
    expect(canonicalJson(other)).toBe(canonicalJson(one))
  })

  test('is another one for another order of items, and for another value', () => {
    expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]))
    expect(canonicalJson({ a: 1 })).not.toBe(canonicalJson({ a: '1' }))
    expect(canonicalJson({ a: undefined })).toBe(canonicalJson({}))
  })
})

test('an order of one product and one of a single line are the same order', () => {
  const orders = orderSchema(createMoney('USD', 'en-US'))
  const short = orders.parse({ userId: 'derick', productId: '1', quantity: 2, expectedTotal: 19.99 })
  const long = orders.parse({ userId: 'derick', lines: [{ productId: '1', quantity: 2 }], expectedTotal: 19.99 })
  expect(normaliseOrder(short)).toEqual(normaliseOrder(long))
  expect(normaliseOrder(short)).toEqual({
    username: 'derick',
    lines: [{ productId: '1', quantity: 2 }],
    expectedTotalMinor: 1999,
  })
})

describe('a page', () => {
  const show = (rows: number[], limit: number) => page(rows, limit, (row) => row * 10, String)

  test('that is full ends with the cursor of its last item when there is one row more', () => {
    expect(show([1, 2, 3], 2)).toEqual({ items: [10, 20], count: 2, nextCursor: '2' })
  })

  test('is the last one when there is no row more', () => {
    expect(show([1, 2], 2)).toEqual({ items: [10, 20], count: 2, nextCursor: null })
    expect(show([], 2)).toEqual({ items: [], count: 0, nextCursor: null })
  })
})

test('every error of a request is a sentence about its value, also where the schema has no text of its own', () => {
  const schema = z.object({
    a: z.number(),
    b: z.string(),
    c: z.enum(['x', 'y']),
    d: z.number().min(0),
    e: z.uuid(),
    f: z.int(),
  })
  const input = { a: '1', c: 'z', d: -1, e: 'q', f: 1.5 }
  expect(() => rejectInvalidInput({ target: 'json', ...schema.safeParse(input) })).toThrow(
    expect.objectContaining({
      members: {
        errors: [
          { path: 'a', message: 'must be a number' },
          { path: 'b', message: 'is missing' },
          { path: 'c', message: 'must be one of "x"|"y"' },
          { path: 'd', message: 'must be >=0' },
          { path: 'e', message: 'must be a valid UUID' },
          { path: 'f', message: 'must be a whole number' },
        ],
      },
    }),
  )
})
