import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#db/client.ts'
import { eventually, makePlace, npmStart, type Place, type RunningCommand } from '#test/support/launched-system.ts'

/** What people are called, say and send. Each is looked for, in any case of letters, where it must not be. */
const WORDS = {
  user: 'erika-mustermann',
  stranger: 'otto-normal',
  key: 'schluesselwort',
  reason: 'gefallen fuer tante',
  type: 'krankmeldung',
  payload: 'zuckerspiegel',
  campaign: 'geburtstag von hilde',
  description: 'gebraucht von gerda',
  field: 'kontonummer',
  password: 'sesamoeffnedich',
}

let place: Place
let system: RunningCommand
const bought: string[] = []

beforeAll(async () => {
  place = await makePlace()
  system = await npmStart(place)
}, 120_000)
afterAll(async () => {
  system?.process.kill('SIGINT')
  await system?.ended
  place?.remove()
}, 60_000)

/** @returns the status, and the purchase that the answer is about */
async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const answer = await fetch(`http://127.0.0.1:${place.ports.api}${path}`, {
    method,
    headers: {
      'Content-Type': 'application/json',
      'Idempotency-Key': `${WORDS.key}-${crypto.randomUUID()}`,
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const { purchaseId } = (await answer.json().catch(() => ({}))) as { purchaseId?: string }
  if (purchaseId !== undefined) bought.push(purchaseId)
  return { status: answer.status, purchaseId }
}

const order = (changes: object = {}) => ({ userId: WORDS.user, productId: 'private', quantity: 1, ...changes })

/** Purchases, refusals and whatever else goes well or is refused. */
async function useTheShop(): Promise<void> {
  const product = { id: 'private', name: 'Hobby horse', description: WORDS.description, price: 100, stock: 5 }
  expect((await ask('POST', '/products', product)).status).toBe(201)
  expect((await ask('POST', '/users', { username: WORDS.user, balance: 1000 })).status).toBe(201)
  expect((await ask('POST', '/users', { username: WORDS.user, balance: 1000 })).status).toBe(409)
  const adjustment = { quantity: 1, reason: WORDS.reason }
  expect((await ask('POST', '/products/private/stock-adjustments', adjustment)).status).toBe(201)
  const rules = [
    {
      variable: '$.type',
      condition: { rule: 'string_equals', value: WORDS.payload },
      action: { command: 'issue', formula: '1' },
    },
  ]
  expect((await ask('POST', '/campaigns', { campaign_name: WORDS.campaign, rules })).status).toBe(201)
  expect((await ask('GET', `/campaigns/${encodeURIComponent(WORDS.campaign)}`)).status).toBe(200)

  for (const lane of ['fast', 'visible']) {
    const { status, purchaseId } = await ask('POST', '/purchase', order({ lane }))
    expect(status).toBe(200)
    expect((await ask('POST', `/purchases/${purchaseId}/refund`)).status).toBe(200)
    expect((await ask('POST', '/purchase', order({ lane, quantity: 7 }))).status).toBe(409)
    expect((await ask('POST', '/purchase', order({ lane, productId: '1' }))).status).toBe(409)
    expect((await ask('POST', '/purchase', order({ lane, redeemPoints: 1_000_000 }))).status).toBe(409)
  }
  expect((await ask('POST', '/points', { account_id: WORDS.stranger, amount: 7 })).status).toBe(200)
  expect((await ask('DELETE', '/points', { account_id: WORDS.stranger, amount: 8 })).status).toBe(409)
  const event = {
    type: WORDS.type,
    client: 'HealthSite',
    account_id: WORDS.user,
    payload: { [WORDS.field]: WORDS.payload },
  }
  expect((await ask('POST', '/events', event)).status).toBe(200)
  for (const path of [
    `/users/balance/${WORDS.user}`,
    `/users/${WORDS.user}/wallet-entries`,
    `/purchases?userId=${WORDS.user}`,
  ])
    expect((await ask('GET', path)).status).toBe(200)
}

/** Requests that are wrong in ways that people are. */
async function askForNonsense(): Promise<void> {
  const wrong: [number, string, string, unknown?][] = [
    [400, 'POST', '/purchase', `{"userId":"${WORDS.user}","${WORDS.field}`],
    [400, 'POST', '/purchase', order({ [WORDS.field]: WORDS.password })],
    [400, 'POST', '/purchase', order({ userId: `${WORDS.user} ${WORDS.password}` })],
    [404, 'POST', '/purchase', order({ userId: WORDS.stranger + 2 })],
    [
      400,
      'POST',
      '/events',
      { type: WORDS.type, client: WORDS.password, account_id: WORDS.user, payload: WORDS.payload },
    ],
    [404, 'GET', `/users/balance/${WORDS.password}`],
    [404, 'GET', `/${WORDS.user}/${WORDS.password}`],
    [404, 'GET', `/purchases/${WORDS.password}`],
    [404, 'GET', `/campaigns/${WORDS.password}`],
    [405, 'PUT', `/users/balance/${WORDS.user}`],
    [400, 'GET', `/purchases?${WORDS.field}=${WORDS.password}`],
  ]
  for (const [status, method, path, body] of wrong)
    expect([path, (await ask(method, path, body)).status]).toEqual([path, status])
}

/** Purchases whose connections to the database break off again and again, and rows that Postgres refuses. */
async function failAtIt(): Promise<void> {
  const databaseUrl = place.runtime()?.urls.database ?? ''
  const sql = openDatabase({ databaseUrl, applicationName: 'test', maxConnections: 1 })
  const key = { scope: 'test', key: WORDS.key, request_hash: '', resource: WORDS.payload }
  const insert = () => sql`
    insert into idempotency_keys (scope, key, request_hash, resource) values (${key.scope}, ${key.key}, ${key.request_hash}, ${key.resource})`
  await insert()
  await expect(insert()).rejects.toThrow('duplicate key')
  const purchases = Array.from({ length: 4 }, () => ask('POST', '/purchase', order({ lane: 'visible' })))
  for (let round = 0; round < 10; round++) {
    await sql`
      select pg_terminate_backend(pid) from pg_stat_activity where usename = current_user and pid <> pg_backend_pid()`
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  for (const { status } of await Promise.all(purchases)) expect([200, 202, 409, 500, 503]).toContain(status)
  const underWay = async () => {
    const [row] = await sql<{ count: number }[]>`select count(*) from purchases where settled_at is null`.catch(
      () => [],
    )
    return row?.count === 0
  }
  await eventually('all purchases have ended', 60_000, underWay)
  await sql.end({ timeout: 5 })
}

/** Everything in files of a folder of the installation, in small letters. */
function textIn(folder: string): string {
  const root = join(place.dataDir, folder)
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return files
    .map((file) => readFileSync(join(file.parentPath, file.name), 'latin1'))
    .join('\n')
    .toLowerCase()
}

describe('an installation in which people buy, are refused, make mistakes and are struck by failures', () => {
  beforeAll(async () => {
    await useTheShop()
    await askForNonsense()
    await failAtIt()
  }, 180_000)

  test.each(['logs', 'temporal'])('has nothing about them in its %s but ids', (folder) => {
    const text = textIn(folder)
    expect(Object.values(WORDS).filter((word) => text.includes(word))).toEqual([])
    // That is looked for where it would be.
    expect(bought.filter((id) => !text.includes(id))).toEqual([])
    expect(bought.length).toBeGreaterThan(8)
  })

  test('has logs of each of its processes', () => {
    const names = readdirSync(join(place.dataDir, 'logs'))
    expect(names).toEqual(expect.arrayContaining(['api.log', 'postgres.log', 'temporal.log', 'worker.log']))
    expect(textIn('logs')).toContain('duplicate key value violates unique constraint')
  })
})
