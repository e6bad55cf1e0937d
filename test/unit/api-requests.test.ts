import { OpenAPIHono, z } from '@hono/zod-openapi'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AppEnv } from '#api/app-types.ts'
import { normaliseOrder, orderSchema } from '#api/checkout.ts'
import { rejectInvalidInput } from '#api/errors.ts'
import { canonicalJson } from '#api/idempotency.ts'
import { numberPosition, page, readCursor } from '#api/paging.ts'
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
  type Shown = { items: number[]; count: number; nextCursor: string | null }

  /** Of the numbers up to `count`, times ten; what it refuses is 500, since no problems are made of it here. */
  async function show(count: number, limit: number, address = '/tens', cursor?: string): Promise<Shown> {
    const app = new OpenAPIHono<AppEnv>()
    app.onError((error, c) => c.json({ refused: error.message }, 500))
    app.get('/:list', (c) => {
      const after = readCursor(c, numberPosition) ?? 0
      const rows = Array.from({ length: count }, (_, index) => index + 1).filter((row) => row > after)
      return c.json(
        page(
          c,
          rows.slice(0, limit + 1),
          limit,
          (row) => row * 10,
          (row) => row,
        ),
      )
    })
    const given = cursor === undefined ? '' : `${address.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(cursor)}`
    return (await (await app.request(`${address}${given}`)).json()) as Shown
  }

  test('that is full ends with a cursor of its last item when there is one row more', async () => {
    expect(await show(3, 2)).toEqual({ items: [10, 20], count: 2, nextCursor: expect.stringMatching(/^2\.[\w-]{12}$/) })
  })

  test('is the last one when there is no row more', async () => {
    expect(await show(2, 2)).toEqual({ items: [10, 20], count: 2, nextCursor: null })
    expect(await show(0, 2)).toEqual({ items: [], count: 0, nextCursor: null })
  })

  test('and those after it have every row once, whichever limit each of them has', async () => {
    const limits = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1 })
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 12 }), limits, async (count, turns) => {
        const items: number[] = []
        let cursor: string | undefined
        for (let turn = 0; cursor !== undefined || turn === 0; turn += 1) {
          const shown = await show(count, turns[turn % turns.length] ?? 1, '/tens?of=all', cursor)
          items.push(...shown.items)
          cursor = shown.nextCursor ?? undefined
        }
        expect(items).toEqual(Array.from({ length: count }, (_, index) => (index + 1) * 10))
      }),
    )
  })

  test('is refused to every cursor that it did not give', async () => {
    const nextCursor = (await show(3, 2)).nextCursor ?? ''
    const third = (await show(9, 3)).nextCursor ?? ''
    const ofOthers = [await show(3, 2, '/fives'), await show(3, 2, '/tens?of=a')].map((other) => other.nextCursor ?? '')
    const mixed = [`1${nextCursor.slice(1)}`, `${nextCursor.slice(0, -1)}${nextCursor.endsWith('A') ? 'B' : 'A'}`]
    for (const cursor of [...ofOthers, ...mixed, '', '2', '2.', `2${third.slice(1)}`])
      expect(await show(9, 2, '/tens', cursor), cursor).toHaveProperty('refused')
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.base64String()), async (cursor) => {
        expect(await show(9, 2, '/tens', cursor)).toHaveProperty('refused')
      }),
    )
    expect(await show(9, 2, '/tens', nextCursor)).toMatchObject({ items: [30, 40] })
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
