import { beforeEach, describe, expect, test } from 'vitest'
import { keyDigest } from '#api/idempotency.ts'
import { openApiWorld } from '#test/support/api-world.ts'
import { shared } from '#test/support/shared-world.ts'

const world = await shared(openApiWorld())
let run = 0
let id: string

beforeEach(() => {
  run += 1
  id = `unicorn-${String(run).padStart(3, '0')}`
})

const moon = () => ({
  ...{ id, name: 'Unicorn Moon', description: 'Pale.', image: '/images/x.svg', price: 19.99, stock: 7 },
  ...{ categories: ['unicorns', 'nightly'], tags: ['new'] },
})
const add = (changes: object = {}, key?: string) =>
  world.api.post('/products', { ...moon(), ...changes }, key === undefined ? {} : { key })
const change = (changes: unknown, key?: string) =>
  world.api.call('PATCH', `/products/${id}`, { body: changes, ...(key !== undefined && { key }) })
const adjust = (quantity: number, key?: string) =>
  world.api.post(
    `/products/${id}/stock-adjustments`,
    { quantity, reason: 'Delivery 1' },
    key === undefined ? {} : { key },
  )

async function movements() {
  return await world.shop.sql`
    select m.quantity::int, m.reason, t.content as note, m.reference, m.actor
    from stock_movements m left join texts t on t.id = m.note_id
    where m.product_id = ${id} order by m.id`
}

describe('adding a product', () => {
  test('answers with it and its address, and writes its stock down as a movement', async () => {
    const { status, headers, body } = await add({}, 'moon')
    expect(status).toBe(201)
    expect(body).toEqual(moon())
    expect(headers.get('Location')).toBe(`/products/${id}`)
    expect((await world.api.get(`/products/${id}`)).body).toEqual(body)
    const [initial] = await movements()
    expect(initial).toMatchObject({ quantity: 7, reason: 'initial', reference: keyDigest('moon'), actor: 'demo' })
  })

  test('makes an id when none is given, and the same one again for the same key', async () => {
    const { id: _, ...nameless } = moon()
    const first = await world.api.post('/products', nameless, { key: `nameless-${run}` })
    const second = await world.api.post('/products', nameless, { key: `nameless-${run}` })
    expect(first.status).toBe(201)
    expect(second.body.id).toBe(first.body.id)
    expect(second.headers.get('Idempotency-Replayed')).toBe('true')
    const other = await world.api.post('/products', nameless)
    expect(other.body.id).not.toBe(first.body.id)
  })

  test('of an id that is taken is refused, and leaves the first one as it is', async () => {
    await add()
    expect(await add({ name: 'Other' })).toMatchObject({ status: 409, body: { code: 'product_exists' } })
    expect((await world.api.get(`/products/${id}`)).body.name).toBe('Unicorn Moon')
  })

  test('without stock, picture, categories or tags is possible', async () => {
    const { image: _, categories: __, tags: ___, ...plain } = moon()
    const { body } = await world.api.post('/products', { ...plain, stock: 0 })
    expect(body).toMatchObject({ image: null, categories: [], tags: [], stock: 0 })
    expect(await movements()).toEqual([])
  })

  test.each([
    { price: 0 },
    { price: -1 },
    { price: 19.999 },
    { price: 1_000_000_000.01 },
    { price: '19.99' },
    { stock: -1 },
    { stock: 1.5 },
    { stock: 1_000_000_001 },
    { name: '' },
    { name: ' ' },
    { name: 'a\u0000b' },
    { name: 'half \ud83e a unicorn' },
    { description: 'a\u0000b' },
    { image: 'javascript:alert(1)' },
    { image: '//elsewhere.example/x.svg' },
    { image: '/\\elsewhere.example/x.svg' },
    { image: '/\\\\elsewhere.example/x.svg' },
    { image: '/images\\x.svg' },
    { image: 'http:///elsewhere.example' },
    { image: 'https://?' },
    { image: 'http://#' },
    { image: '/' },
    { image: '/"' },
    { categories: Array.from({ length: 21 }, (_, index) => `c${index}`) },
    { categories: ['unicorns', 'unicorns'] },
    { categories: 'unicorns' },
    { tags: null },
    { id: 'no spaces' },
    { id: 'x'.repeat(65) },
    { colour: 'white' },
  ])('with %j is bad input, and says where', async (changes) => {
    const { status, body } = await add(changes)
    expect(status).toBe(400)
    expect(body.errors.map((error: { path: string }) => error.path)).toEqual(Object.keys(changes))
    expect((await world.api.get(`/products/${id}`)).status).toBe(404)
  })

  test.each(['categories', 'tags'])(
    'with a word among its %s that is no label is bad input, and says which',
    async (member) => {
      for (const word of ['', 'Unicorns', '-x', 'two words', 'x'.repeat(41), 'é', 7, null]) {
        const { status, body } = await add({ [member]: ['unicorns', word] })
        expect([status, body.errors?.map((error: { path: string }) => error.path)], `${word}`).toEqual([
          400,
          [`${member}.1`],
        ])
      }
      const longest = Array.from({ length: 20 }, (_, index) => `${index}`.padEnd(40, '-'))
      expect((await add({ [member]: longest })).body).toMatchObject({ [member]: longest })
    },
  )

  test('takes any language, several lines, and the largest price', async () => {
    const text = { name: 'Единорог 🦄', description: 'One line\nand another.', price: 1_000_000_000 }
    expect((await add(text)).body).toMatchObject(text)
  })
})

describe('the list of products', () => {
  test('has what can be bought of each now, which is what is not reserved', async () => {
    await add()
    await world.shop.addWallet({ username: `buyer-${run}`, balanceMinor: 100_000 })
    await world.api.post('/purchase', { userId: `buyer-${run}`, productId: id, quantity: 2 })
    const { body } = await world.api.get('/products?limit=500')
    expect(body.count).toBe(body.items.length)
    expect(body.items.find((product: { id: string }) => product.id === id)).toMatchObject({ stock: 5, price: 19.99 })
  })

  test('is read page by page in the order of ids, without a product twice or left out', async () => {
    await add({ id: `${id}-a` })
    await add({ id: `${id}-b` })
    await add({ id: `${id}-c` })
    const ids: string[] = []
    let path = '/products?limit=2'
    while (path !== '') {
      const { body } = await world.api.get(path)
      ids.push(...body.items.map((product: { id: string }) => product.id))
      path = body.nextCursor === null ? '' : `/products?limit=2&cursor=${body.nextCursor}`
    }
    expect(ids).toEqual([...new Set(ids)].toSorted())
    expect(ids).toEqual(expect.arrayContaining([`${id}-a`, `${id}-b`, `${id}-c`]))
  })

  test.each(['limit=0', 'limit=501', 'limit=x', 'limit=1.5', 'cursor=%20', 'page=2', 'limit=1&limit=2'])(
    'with %s is bad input',
    async (query) => {
      const { status, body } = await world.api.get(`/products?${query}`)
      expect(status).toBe(400)
      expect(body.errors).toHaveLength(1)
    },
  )
})

describe('changing a product', () => {
  test('changes what is given and nothing else', async () => {
    await add()
    const { status, body } = await change({ price: 25, description: '' })
    expect(status).toBe(200)
    expect(body).toEqual({ ...moon(), price: 25, description: '' })
  })

  test('puts categories and tags in place of those that there were, and its history says who did', async () => {
    await add()
    expect((await change({ categories: [] })).body).toEqual({ ...moon(), categories: [] })
    expect((await change({ tags: ['summer', 'sale'] })).body).toEqual({
      ...moon(),
      categories: [],
      tags: ['summer', 'sale'],
    })
    const { body } = await world.api.get(`/products/${id}/history`)
    const terms = ({ categories, tags }: { categories: string[]; tags: string[] }) => ({ categories, tags })
    const { categories, tags } = moon()
    expect(body.items.map(({ after }: { after: ReturnType<typeof terms> }) => terms(after))).toEqual([
      { categories: [], tags: ['summer', 'sale'] },
      { categories: [], tags },
      { categories, tags },
    ])
  })

  test('happens once per key: the answer to a repeat shows what has changed since', async () => {
    await add()
    await change({ price: 25 }, `change-${run}`)
    await change({ price: 30 })
    const again = await change({ price: 25 }, `change-${run}`)
    expect(again.headers.get('Idempotency-Replayed')).toBe('true')
    expect(again.body.price).toBe(30)
  })

  test('that does not exist is 404, and bad input is 400', async () => {
    expect(await change({ price: 25 })).toMatchObject({ status: 404, body: { code: 'unknown_product' } })
    await add()
    for (const body of [{}, { stock: 5 }, { id: 'other' }, { price: null }, { tags: null }, { tags: ['a', 'a'] }])
      expect((await change(body)).status).toBe(400)
  })
})

describe('adjusting stock', () => {
  test('adds and takes out, and writes down who did it and why', async () => {
    await add()
    expect(await adjust(5, `in-${run}`)).toMatchObject({ status: 201, body: { stock: 12 } })
    expect(await adjust(-12)).toMatchObject({ status: 201, body: { stock: 0 } })
    const [, delivery, removal] = await movements()
    const why = { reason: 'adjustment', note: 'Delivery 1', actor: 'demo' }
    expect(delivery).toMatchObject({ ...why, quantity: 5, reference: keyDigest(`in-${run}`) })
    expect(removal).toMatchObject({ ...why, quantity: -12 })
  })

  test('below what is reserved is refused, with what can be taken out', async () => {
    await add()
    await world.shop.asOwner((sql) => sql`update products set reserved = 3 where id = ${id}`)
    const refused = await adjust(-5)
    expect(refused).toMatchObject({ status: 409, body: { code: 'insufficient_stock', available: 4 } })
    await world.shop.asOwner((sql) => sql`update products set reserved = 0 where id = ${id}`)
    expect((await world.api.get(`/products/${id}`)).body.stock).toBe(7)
    expect(await movements()).toHaveLength(1)
  })

  test('beyond 10^9 on hand is refused', async () => {
    await add()
    expect(await adjust(1_000_000_000)).toMatchObject({ status: 409, body: { code: 'stock_too_large' } })
  })

  test('by one key at once from 20 sides happens once', async () => {
    await add()
    const answers = await Promise.all(Array.from({ length: 20 }, () => adjust(1, `at-once-${run}`)))
    expect(answers.map(({ status, body }) => [status, body.stock])).toEqual(Array(20).fill([201, 8]))
    expect(await movements()).toHaveLength(2)
  })

  test('from 20 sides at once takes out what there is, and no more', async () => {
    await add()
    const statuses = (await Promise.all(Array.from({ length: 20 }, () => adjust(-1)))).map(({ status }) => status)
    expect(statuses.filter((status) => status === 201)).toHaveLength(7)
    expect(statuses.filter((status) => status === 409)).toHaveLength(13)
    expect((await world.api.get(`/products/${id}`)).body.stock).toBe(0)
  })

  test('remembers a refusal under its key, even when there is enough by now', async () => {
    await add()
    expect((await adjust(-8, `refused-${run}`)).status).toBe(409)
    await adjust(10)
    const again = await adjust(-8, `refused-${run}`)
    expect(again).toMatchObject({ status: 409, body: { code: 'insufficient_stock', available: 7 } })
    expect(again.headers.get('Idempotency-Replayed')).toBe('true')
  })

  test('under a key that stood for something else is 422, and moves nothing', async () => {
    await add({}, `used-${run}`)
    expect(await adjust(5, `used-${run}`)).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } })
    await adjust(5, `five-${run}`)
    expect((await adjust(6, `five-${run}`)).status).toBe(422)
    await add({ id: `${id}-b` })
    const ofAnother = { quantity: 5, reason: 'Delivery 1' }
    const other = await world.api.post(`/products/${id}-b/stock-adjustments`, ofAnother, { key: `five-${run}` })
    expect(other.status).toBe(422)
    expect((await world.api.get(`/products/${id}`)).body.stock).toBe(12)
    expect((await world.api.get(`/products/${id}-b`)).body.stock).toBe(7)
  })

  test('of a product that does not exist is 404, is not remembered, and 0 is bad input', async () => {
    expect(await adjust(1, `early-${run}`)).toMatchObject({ status: 404, body: { code: 'unknown_product' } })
    await add()
    expect((await adjust(0, `early-${run}`)).status).toBe(400)
    expect((await adjust(1, `early-${run}`)).status).toBe(201)
  })
})
