import { beforeEach, describe, expect, test } from 'vitest'
import { openApiWorld } from '#test/support/api-world.ts'
import { shared } from '#test/support/shared-world.ts'

/** Entity tags and preconditions (RFC 9110, sections 8.8.3 and 13), of everything that has a version. */

const world = await shared(openApiWorld())
await world.shop.addWallet({ username: 'derick', balanceMinor: 1_000_000 })
let run = 0

type Kind = {
  name: string
  path: (id: string) => string
  create: (id: string) => Promise<unknown>
  change: object
  other: object
  movedOn: string
}

const kinds: Kind[] = [
  {
    name: 'campaign',
    path: (id) => `/campaigns/${id}?client=Test`,
    create: (id) => world.api.post('/campaigns', { client: 'Test', campaign_name: id, rules: [] }),
    change: { status: 'inactive' },
    other: { cap_total_points: 5 },
    movedOn: 'campaign_moved_on',
  },
  {
    name: 'product',
    path: (id) => `/products/${id}`,
    create: (id) => world.api.post('/products', { id, name: 'One', description: '', price: 5, stock: 9 }),
    change: { price: 6 },
    other: { name: 'Other' },
    movedOn: 'product_moved_on',
  },
]

describe.each(kinds)('the ETag of a $name', ({ path, create, change, other, movedOn }) => {
  let id: string
  const read = (headers: Record<string, string> = {}) => world.api.call('GET', path(id), { headers })
  const patch = (body: object, ifMatch: string) =>
    world.api.call('PATCH', path(id), { body, headers: { 'If-Match': ifMatch } })
  const tag = async () => (await read()).headers.get('ETag') ?? ''

  beforeEach(async () => {
    run += 1
    id = `thing-${run}`
    await create(id)
  })

  test('lets a change through that is based on it, and answers with the next one', async () => {
    const first = await tag()
    const changed = await patch(change, first)
    expect(changed.status).toBe(200)
    expect(changed.headers.get('ETag')).toBe(await tag())
    expect(await tag()).not.toBe(first)
    expect(changed.headers.get('Cache-Control')).toContain('no-transform')
  })

  test('stands in a list, with what is not it and what nobody has ever had', async () => {
    expect((await patch(change, `"zzz", ${await tag()} ,W/"1"`)).status).toBe(200)
  })

  test('may be left open with *', async () => {
    expect((await patch(change, '*')).status).toBe(200)
  })

  test.each(['"zzz"', '"99"', '""', 'W/"1"', '"2.0123456789abcdef"', '"a", "b"'])(
    'that is well-formed and does not match (%s) is 412',
    async (ifMatch) => {
      const answer = await patch(change, ifMatch)
      expect(answer).toMatchObject({ status: 412, body: { code: movedOn, version: 1 } })
    },
  )

  test('is no wildcard when the asterisk stands in quotes', async () => {
    for (const quoted of ['"*"', '"x", "*"']) {
      expect((await patch(change, quoted)).status).toBe(412)
      expect((await read({ 'If-None-Match': quoted })).status).toBe(200)
    }
  })

  test('may have any character of a tag, and a list may have empty elements', async () => {
    expect((await patch(change, '"caf\xe9", , "x"')).status).toBe(412)
    expect((await patch(change, `,, "caf\xe9" ,,${await tag()}, `)).status).toBe(200)
  })

  test('in its weak form is 412, for changes are strict', async () => {
    expect(await patch(change, `W/${await tag()}`)).toMatchObject({ status: 412 })
  })

  test.each(['1', '"', '"1', 'w/"1"', '"1" "2"', '*, "1"', '', 'zzz'])('that is none (%s) is 400', async (ifMatch) => {
    const answer = await patch(change, ifMatch)
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: 'If-Match' }] } })
  })

  test('is lost to whoever comes second', async () => {
    const first = await tag()
    const answers = await Promise.all([patch(change, first), patch(other, first)])
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 412])
  })

  test('answers a repeat of a change as what it did, though it has moved on', async () => {
    const first = await tag()
    const send = () =>
      world.api.call('PATCH', path(id), { body: change, key: `change ${id}`, headers: { 'If-Match': first } })
    expect((await send()).status).toBe(200)
    await patch(other, '*')
    const again = await send()
    expect(again.status).toBe(200)
    expect(again.headers.get('Idempotency-Replayed')).toBe('true')
  })

  test('saves reading again what is known: 304 by strong, weak, listed tags and *', async () => {
    const known = await tag()
    for (const ifNoneMatch of [known, `W/${known}`, `"zzz", ${known}`, '*']) {
      const answer = await read({ 'If-None-Match': ifNoneMatch })
      expect([answer.status, answer.body, answer.headers.get('ETag')]).toEqual([304, '', known])
    }
    expect((await read({ 'If-None-Match': '"zzz"' })).status).toBe(200)
    await patch(change, '*')
    expect((await read({ 'If-None-Match': known })).status).toBe(200)
  })
})

test('a campaign that was deleted and made anew has none of the versions that it had', async () => {
  const at = '/campaigns/again?client=Test'
  const create = () => world.api.post('/campaigns', { client: 'Test', campaign_name: 'again', rules: [] })
  const tags = [(await create()).headers.get('ETag')]
  const remove = async () => world.api.call('DELETE', at, { headers: { 'If-Match': '*' } })
  for (let times = 0; times < 3; times++) {
    await remove()
    tags.push((await create()).headers.get('ETag'))
    for (const old of tags.slice(0, -1))
      expect(
        await world.api.call('PATCH', at, { body: { status: 'inactive' }, headers: { 'If-Match': old ?? '' } }),
      ).toMatchObject({ status: 412 })
  }
  expect(new Set(tags).size).toBe(4)
})

test('what is shown of a product changes its tag, and comes between nobody and a change', async () => {
  await world.api.post('/products', { id: 'sold', name: 'Sold', description: '', price: 5, stock: 9 })
  const before = (await world.api.get('/products/sold')).headers.get('ETag') ?? ''
  await world.api.post('/purchase', { userId: 'derick', productId: 'sold', quantity: 1 })
  const after = await world.api.call('GET', '/products/sold', { headers: { 'If-None-Match': before } })
  expect([after.status, after.body.stock]).toEqual([200, 8])
  const change = { body: { price: 7 }, headers: { 'If-Match': before } }
  expect((await world.api.call('PATCH', '/products/sold', change)).status).toBe(200)
})

test('the history of a product says who changed what, newest first, a page at a time', async () => {
  await world.api.post('/products', { id: 'told', name: 'Told', description: 'x', price: 5, stock: 1 })
  for (const price of [6, 7]) await world.api.call('PATCH', '/products/told', { body: { price } })
  const terms = { name: 'Told', description: 'x', image: null, categories: [], tags: [] }
  const actor = { role: 'demo', id: null, client: null, name: null }
  const first = (await world.api.get('/products/told/history?limit=2')).body
  const second = (await world.api.get(`/products/told/history?limit=2&cursor=${first.nextCursor}`)).body
  expect([...first.items, ...second.items]).toEqual([
    {
      version: 3,
      actor,
      at: expect.any(String),
      before: { ...terms, price: 6 },
      after: { ...terms, price: 7 },
    },
    {
      version: 2,
      actor,
      at: expect.any(String),
      before: { ...terms, price: 5 },
      after: { ...terms, price: 6 },
    },
    { version: 1, actor, at: expect.any(String), before: null, after: { ...terms, price: 5 } },
  ])
  expect(second.nextCursor).toBeNull()
  expect((await world.api.get('/products/nothing/history')).status).toBe(404)
})
