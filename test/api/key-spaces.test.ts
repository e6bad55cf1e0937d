import { beforeAll, describe, expect, test } from 'vitest'
import { openApiWorld } from '#test/support/api-world.ts'
import { shared } from '#test/support/shared-world.ts'

/** Which routes share their keys, as the document says it. */

const world = await shared(openApiWorld())
const { api } = world

let run = 0
let product: string
let member: string

beforeAll(async () => {
  product = await world.shop.addProduct({ priceMinor: 100, stock: 1_000 })
  member = await world.shop.addWallet({ balanceMinor: 1_000_000 })
  await api.post('/points', { account_id: member, amount: 100_000 })
})

type Request = { path: string; body?: object; headers?: Record<string, string> }
type Operation = { space: 'purchases' | 'points' | 'events' | 'others'; request: () => Request | Promise<Request> }

/** Every operation that takes a key, with a request that is a new one each time it is made. */
const OPERATIONS: Record<string, Operation> = {
  'POST /purchase': {
    space: 'purchases',
    request: () => ({ path: '/purchase', body: { userId: member, productId: product, quantity: 1 } }),
  },
  'POST /purchases/{id}/refunds': {
    space: 'others',
    request: async () => {
      const { body } = await api.post('/purchase', { userId: member, productId: product, quantity: 1 })
      return { path: `/purchases/${body.purchaseId}/refunds`, body: {} }
    },
  },
  'POST /points': {
    space: 'points',
    request: () => ({ path: '/points', body: { account_id: member, amount: 30 + run } }),
  },
  'DELETE /points': { space: 'points', request: () => ({ path: '/points', body: { account_id: member, amount: 1 } }) },
  'POST /points/redemptions': {
    space: 'points',
    request: () => ({ path: '/points/redemptions', body: { account_id: member, amount: 2 } }),
  },
  'POST /points/transactions/{id}/reversal': {
    space: 'points',
    request: async () => {
      const { body } = await api.post('/points', { account_id: member, amount: 5 })
      return { path: `/points/transactions/${body.id}/reversal` }
    },
  },
  'POST /events': {
    space: 'events',
    request: () => ({
      path: '/events',
      body: { type: 'Review', client: 'site', account_id: member, payload: { run } },
    }),
  },
  'POST /products': {
    space: 'others',
    request: () => ({ path: '/products', body: { name: `New ${run}`, description: '', price: 1, stock: 1 } }),
  },
  'PATCH /products/{id}': {
    space: 'others',
    request: () => ({ path: `/products/${product}`, body: { description: `${run}` } }),
  },
  'POST /products/{id}/stock-adjustments': {
    space: 'others',
    request: () => ({ path: `/products/${product}/stock-adjustments`, body: { quantity: 1, reason: `${run}` } }),
  },
  'POST /users': { space: 'others', request: () => ({ path: '/users', body: { username: `new-${run}`, balance: 1 } }) },
  'POST /users/{username}/top-ups': {
    space: 'others',
    request: () => ({ path: `/users/${member}/top-ups`, body: { amount: 1 } }),
  },
  'PATCH /users/{username}': {
    space: 'others',
    request: () => ({ path: `/users/${member}`, body: { tags: [`tag-${run}`] } }),
  },
  'POST /users/{username}/erasure': {
    space: 'others',
    request: async () => {
      const username = `gone-${crypto.randomUUID()}`
      await api.post('/users', { username, balance: 0 })
      return { path: `/users/${username}/erasure`, body: {} }
    },
  },
  'POST /campaigns': { space: 'others', request: () => ({ path: '/campaigns', body: campaign(`new ${run}`) }) },
  'PATCH /campaigns/{campaign_name}': {
    space: 'others',
    request: async () => ({ ...(await addedCampaign()), body: { cap_total_points: run } }),
  },
  'DELETE /campaigns/{campaign_name}': { space: 'others', request: addedCampaign },
}

/** Of a client of its own: there may be fifty of one. */
function campaign(campaign_name: string) {
  return { client: `client-${run}`, campaign_name, rules: [] }
}

async function addedCampaign(): Promise<Request> {
  await api.post('/campaigns', campaign('old'))
  return { path: `/campaigns/old?client=client-${run}`, headers: { 'If-Match': '"1"' } }
}

/** Sends a new request. */
async function send(name: string, key: string) {
  const { path, body, headers } = (await OPERATIONS[name]?.request()) ?? { path: '' }
  const method = name.split(' ')[0] ?? ''
  return await api.call(method, path, { key, ...(body && { body }), ...(headers && { headers }) })
}

test('every operation of the document that takes a key is here, and says the same of keys', () => {
  const descriptions: string[] = []
  const taking = Object.entries(api.contract.document.paths).flatMap(([path, methods]) =>
    Object.entries(methods as object).flatMap(([method, { parameters = [] }]) => {
      const header = parameters.find(({ name }: { name: string }) => name === 'Idempotency-Key')
      if (header === undefined) return []
      descriptions.push(header.schema.description ?? header.description)
      return [`${method.toUpperCase()} ${path}`]
    }),
  )
  expect(Object.keys(OPERATIONS).toSorted()).toEqual(taking.toSorted())
  const sentences = descriptions.map((description) => /Keys of purchases .* at least a week\./.exec(description)?.[0])
  expect(new Set(sentences).size).toBe(1)
  const { description } = (api.contract.document as unknown as { info: { description: string } }).info
  expect(description).toContain(sentences[0])
})

describe('a key', () => {
  test.each(Object.keys(OPERATIONS))('of %s is that of every route of its space, and of no other', async (name) => {
    for (const other of Object.keys(OPERATIONS).filter((each) => each !== name)) {
      run += 1
      const key = crypto.randomUUID()
      expect((await send(name, key)).status, name).toBeLessThan(300)
      const { status } = await send(other, key)
      if (OPERATIONS[name]?.space === OPERATIONS[other]?.space) expect(status, other).toBe(422)
      else expect(status, other).toBeLessThan(300)
    }
  })
})
