import { createServer } from 'node:http'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, describe, expect, test } from 'vitest'
import { parkAward } from '#activities/points.ts'
import { keyDigest, requestHash } from '#api/idempotency.ts'
import { recordExternalEvent } from '#db/awards.ts'
import { recordDiscrepancy } from '#db/discrepancies.ts'
import { MAX_TOPPED_UP_MINOR, topUpWallet } from '#db/wallets.ts'
import { openApiWorld } from '#test/support/api-world.ts'
import { giving } from '#test/support/campaign-examples.ts'
import { shared } from '#test/support/shared-world.ts'
import { aRequest } from '#test/support/shop.ts'
import { AUTH } from '#test/support/tokens.ts'

/**
 * Words that nobody else uses, in every place that takes words, and where they are found before and after whom they are about was
 * erased: in every column of every table, in everything that Temporal keeps, and in the logs.
 */

const word = () =>
  `xq${crypto
    .randomUUID()
    .replaceAll('-', '')
    .replaceAll(/\d/g, (digit) => 'ghijklmnop'[Number(digit)] ?? '')}`

/** About the customer. */
const CUSTOMERS = {
  username: word(),
  displayName: word(),
  subject: word(),
  'session of the provider': word(),
  'role of a session': word(),
  'payload: a text': word(),
  'payload: a name of a member': word(),
  'payload: what a rule looks at': word(),
  'reason of a dismissal': word(),
  'reason of a resolution': word(),
}
/** Of an operator, and what that one wrote. */
const OPERATORS = { 'subject of the operator': word(), 'reason of an adjustment': word() }
/** Stay nowhere, from the beginning. */
const PASSING = { 'Idempotency-Key': word(), 'X-Request-Id': word(), nonsense: word() }

const world = await shared(openApiWorld())
const { shop } = world

const { publicKey, privateKey } = await generateKeyPair('ES256')
const published = { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' }] }
const provider = createServer((_, response) => response.end(JSON.stringify(published)))
await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve))
afterAll(() => void provider.close())
const jwksUrl = new URL(`http://127.0.0.1:${(provider.address() as { port: number }).port}/jwks`)
const api = await world.serve({ auth: { ...AUTH, keys: { jwksUrl } } })

async function tokenOf(subject: string, claims: object) {
  const token = await new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'one' })
    .setIssuer(AUTH.issuer)
    .setAudience(AUTH.audience)
    .setSubject(subject)
    .setExpirationTime('10 minutes')
    .sign(privateKey)
  return { Authorization: `Bearer ${token}` }
}

const customer = await tokenOf(CUSTOMERS.subject, { roles: ['customer'] })
const operator = await tokenOf(OPERATORS['subject of the operator'], { roles: ['operator'] })
const boss = await tokenOf('the-boss', { roles: ['operator'] })
const service = await tokenOf('shop-front', { roles: ['service'], clients: ['ReviewSite'] })

let requests = 0
/** Digests of the keys of those that name the customer. */
const naming: string[] = []

/** A request with words in its headers, sent twice: as clients do that have not got the answer. */
async function ask(who: Record<string, string>, method: string, path: string, body?: unknown, status = 200) {
  requests += 1
  const key = `${PASSING['Idempotency-Key']}-${requests}`
  if (wordsIn(path + JSON.stringify(body), CUSTOMERS).length > 0) naming.push(keyDigest(key))
  const headers = { ...who, 'X-Request-Id': PASSING['X-Request-Id'] }
  const send = () => api.call(method, path, { key, headers, ...(body !== undefined && { body }) })
  const first = await send()
  expect(first.status, `${method} ${path}: ${JSON.stringify(first.body)}`).toBe(status)
  if (method !== 'GET') await send()
  return first.body
}

const { username } = CUSTOMERS
const order = (changes: object = {}) => ({ userId: username, productId: 'air', quantity: 1, ...changes })
const payload = {
  stars: 5,
  said: { deep: [CUSTOMERS['payload: a text']] },
  [CUSTOMERS['payload: a name of a member']]: 1,
  mood: CUSTOMERS['payload: what a rule looks at'],
}

/** Somebody whose name, subject and display name are words. */
async function signUp(): Promise<string> {
  const user = { username, balance: 100_000, subject: CUSTOMERS.subject }
  const { id } = await ask(operator, 'POST', '/users', user, 201)
  await ask(operator, 'POST', `/users/${username}/top-ups`, { amount: 1 })
  const amountMinor = MAX_TOPPED_UP_MINOR - 10_000_100
  const request = aRequest('up to what is allowed')
  expect(await topUpWallet(shop.sql, request, { username, amountMinor, actor: 'test' })).toMatchObject({
    result: 'done',
  })
  await ask(operator, 'POST', `/users/${username}/top-ups`, { amount: 1 }, 409)
  await ask(operator, 'POST', '/users', user, 409)
  await ask(operator, 'POST', '/users', { username: 'another', balance: 0, subject: CUSTOMERS.subject }, 409)
  await ask(operator, 'POST', '/users', { ...user, username: 'olaf', subject: 'olaf' }, 201)
  await ask(operator, 'POST', '/users', { username: 'olaf', balance: 0, subject: CUSTOMERS.subject }, 409)
  const roles = [{ role: CUSTOMERS['role of a session'], clients: null }]
  await shop.asOwner(
    (sql) => sql`
      with named as (update users set display_name = ${CUSTOMERS.displayName} where id = ${id})
      insert into sessions (id, user_id, provider_session, signed_in_at, roles, expires_at)
      values (${'0'.repeat(64)}, ${id}, ${CUSTOMERS['session of the provider']}, now(), ${sql.json(roles)},
        now() + interval '1 hour')`,
  )
  return id
}

async function shopAround(): Promise<string[]> {
  const bought: string[] = []
  for (const lane of ['fast', 'visible']) {
    const { purchaseId } = await ask(customer, 'POST', '/purchase', order({ lane }))
    bought.push(purchaseId)
    await ask(customer, 'POST', `/purchases/${purchaseId}/refund`)
    await ask(customer, 'POST', '/purchase', order({ lane, quantity: 900 }), 409)
    bought.push((await ask(customer, 'POST', '/purchase', order({ lane, redeemPoints: 5 }))).purchaseId)
  }
  await ask(customer, 'POST', '/purchase/quote', order())
  const { purchaseId } = await ask(customer, 'POST', '/purchase', order({ lane: 'visible' }))
  await ask(customer, 'POST', `/purchases/${purchaseId}/cancel`, undefined, 409)
  return [...bought, purchaseId]
}

async function movePoints(): Promise<void> {
  const { id } = await ask(operator, 'POST', '/points', { account_id: username, amount: 100 })
  await ask(service, 'DELETE', '/points', { account_id: username, amount: 5 })
  await ask(service, 'POST', '/points/redemptions', { account_id: username, amount: 5 })
  await ask(service, 'POST', '/points/redemptions', { account_id: username, amount: 1_000_000 }, 409)
  await ask(operator, 'POST', `/points/transactions/${id}/reversal`)
}

/** Events, one of which is parked and dismissed, and a saga that cannot be settled. */
async function sendEvents(purchaseId: string): Promise<void> {
  const rules = [
    giving('$.stars', { variable: '$.mood', rule: 'string_equals', value: 'happy' }),
    giving('$.stars', { variable: '$.mood', rule: 'numeric_greater_than', value: 1 }),
    giving('$.said', { variable: '$.stars', rule: 'numeric_greater_than', value: 1 }),
    giving('$.stars', { variable: '$.stars', rule: 'numeric_greater_than', value: 1 }),
  ]
  const campaign = { client: 'ReviewSite', campaign_name: 'stars', event_types: ['Review'], rules }
  await ask(operator, 'POST', '/campaigns', campaign, 201)
  await ask(service, 'POST', '/events', { type: 'Review', client: 'ReviewSite', account_id: username, payload })
  const event = { type: 'Review', client: 'ReviewSite', payload }
  await ask(operator, 'POST', '/campaigns/simulate', { client: 'ReviewSite', event: { ...event, accountId: username } })
  await ask(operator, 'POST', '/campaigns/backtest', { client: 'ReviewSite', from: '2026-01-01T00:00:00Z' })
  const eventId = crypto.randomUUID()
  await recordExternalEvent(
    shop.sql,
    { scope: 'reviewsite', key: eventId, requestHash: '' },
    { eventId, type: 'Review', client: 'reviewsite', username, payload, actor: 'demo' },
  )
  await parkAward(shop.points, { eventId }, 'unavailable')
  const dismissal = { reason: CUSTOMERS['reason of a dismissal'] }
  await ask(boss, 'POST', `/operations/parked/${eventId}/dismissal`, dismissal)
  await recordDiscrepancy(shop.sql, { id: purchaseId, saga: 'refund', problem: 'its entries are gone' })
  const resolution = { reason: CUSTOMERS['reason of a resolution'] }
  await ask(boss, 'POST', `/operations/discrepancies/${purchaseId}/resolution`, resolution)
}

/** Requests that name somebody, or say something, where that is wrong. */
async function makeMistakes(): Promise<void> {
  const { nonsense } = PASSING
  for (const path of [`/${nonsense}`, `/users/balance/${nonsense}`, `/purchases/${nonsense}`, `/campaigns/${nonsense}`])
    await ask(operator, 'GET', path, undefined, 404)
  await ask(operator, 'GET', `/purchases?${nonsense}=${nonsense}`, undefined, 400)
  await ask(operator, 'POST', '/purchase', order({ [nonsense]: nonsense }), 400)
  await ask(operator, 'POST', '/purchase', order({ userId: nonsense }), 404)
  await ask(operator, 'POST', '/purchase', `{"userId":"${nonsense}`, 400)
  await ask(operator, 'POST', '/points', { account_id: nonsense, amount: 1 }, 404)
  await ask(operator, 'POST', `/users/${nonsense}/erasure`, {}, 404)
  expect((await api.call('GET', '/me', { headers: { Authorization: `Bearer ${nonsense}` } })).status).toBe(401)
}

async function keepShop(): Promise<void> {
  const product = { id: 'air', name: 'Air', description: 'A unicorn', price: 1_000, stock: 500 }
  await ask(operator, 'POST', '/products', product, 201)
  const adjustment = { quantity: 1, reason: OPERATORS['reason of an adjustment'] }
  await ask(operator, 'POST', '/products/air/stock-adjustments', adjustment, 201)
}

type Words = Record<string, string>

/** The words that a text has in it, in any case of letters, each by what it is. */
function wordsIn(text: string, words: Words): string[] {
  const lower = text.toLowerCase()
  return Object.entries(words).flatMap(([what, one]) => (lower.includes(one) ? [what] : []))
}

/** Where in the database words are: `table.column: what`. Whatever tables and columns there are by then. */
async function inDatabase(words: Words): Promise<string[]> {
  const found: string[] = []
  await shop.asOwner(async (sql) => {
    const columns = await sql<{ table: string; column: string }[]>`
      select table_name as table, column_name as column
      from information_schema.columns natural join information_schema.tables
      where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'
      order by 1, 2`
    expect(columns.length).toBeGreaterThan(150)
    for (const { table, column } of columns) {
      // What is stored in bytes is looked at as the text that it may be.
      const rows = await sql<{ text: string }[]>`
        select ${sql(column)}::text as text from ${sql(table)} where ${sql(column)} is not null`
      const all = rows.map(({ text }) => (text.startsWith('\\x') ? Buffer.from(text.slice(2), 'hex').toString() : text))
      found.push(...wordsIn(all.join('\n'), words).map((what) => `${table}.${column}: ${what}`))
    }
  })
  return found
}

/** Everything that Temporal has of the workflows of this shop: what lists show, and the histories, with what is in their bytes. */
async function readTemporal(): Promise<string> {
  const kept: unknown[] = []
  for await (const execution of world.client.workflow.list({ query: `TaskQueue = "${world.taskQueue}"` })) {
    const handle = world.client.workflow.getHandle(execution.workflowId, execution.runId)
    kept.push((await handle.describe()).raw, execution.raw, await handle.fetchHistory())
  }
  return JSON.stringify(kept, (member, value: unknown) =>
    member === 'data' && typeof value === 'string' ? Buffer.from(value, 'base64').toString() : value,
  )
}

/** What the SDK tells of itself has numbers that JSON has not. */
const logs = () =>
  JSON.stringify([api.log, world.api.log, world.logged], (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  )

await keepShop()
const id = await signUp()
await ask(operator, 'POST', '/points', { account_id: username, amount: 20 })
const bought = await shopAround()
await movePoints()
await sendEvents(bought.at(-1) ?? '')
await makeMistakes()

describe('before anybody is erased', () => {
  test('the words are where they can be erased, and nowhere else', async () => {
    const texts = ['payload: a text', 'payload: a name of a member', 'payload: what a rule looks at']
    const reasons = ['reason of a dismissal', 'reason of a resolution', 'reason of an adjustment']
    const all = { ...CUSTOMERS, ...OPERATORS, ...PASSING }
    expect((await inDatabase(all)).toSorted()).toEqual(
      [
        ...[...texts, ...reasons].map((what) => `texts.content: ${what}`),
        'sessions.provider_session: session of the provider',
        'sessions.roles: role of a session',
        'users.display_name: displayName',
        'users.subject: subject',
        'users.subject: subject of the operator',
        'users.username: username',
      ].toSorted(),
    )
  })

  test('Temporal has seen the sagas, and the logs the requests, and neither a word', async () => {
    const unseen = async () => {
      const temporal = await readTemporal()
      return [...bought, id, '1 × Air', 'out_of_stock'].filter((seen) => !temporal.includes(seen))
    }
    await expect.poll(unseen, { timeout: 20_000 }).toEqual([])
    const temporal = await readTemporal()
    for (const text of [temporal, logs()]) expect(wordsIn(text, { ...CUSTOMERS, ...OPERATORS, ...PASSING })).toEqual([])
    expect(api.log.filter(({ msg }) => msg === 'request').length).toBeGreaterThan(requests)
  })
})

describe('after the customer was erased, and then the operator', () => {
  test('no word about them is left anywhere, and the books add up', async () => {
    const { status, body } = await api.post(`/users/${username}/erasure`, { forfeit: true }, { headers: boss })
    expect([status, body.texts]).toEqual([200, 4])
    const digests = await shop.sql<{ isKept: boolean; isRefused: boolean }[]>`
      select request_hash <> '' as "isKept", refusal is not null as "isRefused" from idempotency_keys
      where key = any(${naming})`
    expect(digests.filter(({ isKept }) => isKept)).toEqual([])
    expect(digests.filter(({ isRefused }) => isRefused)).toHaveLength(4)
    expect(await inDatabase(CUSTOMERS)).toEqual([])
    expect(await inDatabase(OPERATORS)).toEqual([
      'texts.content: reason of an adjustment',
      'users.subject: subject of the operator',
    ])
    const [row] = await shop.sql<{ id: string }[]>`
      select id from users where subject = ${OPERATORS['subject of the operator']}`
    const second = await api.post(`/users/${row?.id}/erasure`, {}, { headers: boss })
    expect([second.status, second.body.texts]).toEqual([200, 1])
    const all = { ...CUSTOMERS, ...OPERATORS, ...PASSING }
    expect(await inDatabase(all)).toEqual([])
    expect(wordsIn(await readTemporal(), all)).toEqual([])
    expect(wordsIn(logs(), all)).toEqual([])
    expect(await shop.brokenInvariants()).toEqual([])
  })

  test('no digest of a request that named them is kept, but where keys are forgotten after a week', async () => {
    const kept = await shop.sql`
      select 'purchases' from purchases where user_id = ${id} and request_hash <> ''
      union all select 'external_events' from external_events where user_id = ${id} and request_hash <> ''
      union all select 'idempotency_keys' from idempotency_keys where ${id} in (scope, resource) and request_hash <> ''`
    const named = [
      requestHash('points issue', { account_id: username, amount: 20 }),
      requestHash('points issue', [username, 20]),
    ]
    expect(await shop.sql`select key from points_commands where request_hash = any(${named})`).toEqual([])
    // That of the erasure itself.
    expect(kept.map((row) => Object.values(row)[0])).toEqual(['idempotency_keys'])
  })

  test('rules of an evaluation can still be explained, without the words they looked at', async () => {
    const [event] = await shop.sql<{ id: string }[]>`select id from external_events where user_id = ${id} limit 1`
    const { body } = await api.call('GET', `/events/${event?.id}/evaluation`, { headers: boss })
    const [{ rules }] = body.campaigns
    expect(rules).toMatchObject([
      { rule: 1, notEvaluated: { code: 'wrong_type' } },
      { rule: 2, notEvaluated: { code: 'wrong_type' } },
      { rule: 3, exact: '5' },
    ])
  })
})

/** Members of requests that have a word above. */
const WITH_WORDS = ['username', 'subject', 'userId', 'account_id', 'payload', 'reason', 'Idempotency-Key']

/** Those that are kept as they are, or are kept nowhere, and why. */
const OTHERS: Record<string, string> = {
  ...of('kept nowhere', ['If-Match', 'If-None-Match', 'Last-Event-ID', 'Prefer', 'cursor', 'event']),
  ...of('of a product, which is about no user', ['id', 'name', 'description', 'image', 'productId', 'lines']),
  ...of('words of the shop: a customer has them no more once erased', ['categories', 'tags']),
  ...of('of a campaign, which is about no user', ['campaign_name', 'client', 'event_types', 'type', 'value']),
  ...of('of a campaign, one of a vocabulary', ['exclusive_group']),
}

function of(reason: string, members: string[]): Record<string, string> {
  return Object.fromEntries(members.map((member) => [member, reason]))
}

type Schema = { [member: string]: unknown } & {
  $ref?: string
  type?: string | string[]
  properties?: Record<string, Schema>
}

test('every member of a request that takes words has one above, or a reason why not', () => {
  const document = api.contract.document as unknown as {
    paths: Record<
      string,
      Record<
        string,
        {
          parameters?: { name: string; schema: Schema }[]
          requestBody?: { content: Record<string, { schema: Schema }> }
        }
      >
    >
    components: { schemas: Record<string, Schema> }
  }
  const found = new Set<string>()
  const seen = new Set<unknown>()
  function look(name: string, schema: Schema): void {
    const { $ref, type, properties = {} } = schema
    if ($ref !== undefined) look(name, document.components.schemas[$ref.split('/').at(-1) ?? ''] ?? {})
    if ([type].flat().includes('string') && !['enum', 'const', 'format'].some((known) => known in schema))
      found.add(name)
    if (seen.has(schema)) return
    seen.add(schema)
    for (const [member, inner] of Object.entries(properties)) look(member, inner)
    for (const inner of ['anyOf', 'oneOf', 'allOf', 'items', 'additionalProperties'].flatMap(
      (part) => schema[part] ?? [],
    ))
      if (typeof inner === 'object') look(name, inner as Schema)
  }
  for (const { parameters = [], requestBody } of Object.values(document.paths).flatMap((methods) =>
    Object.values(methods),
  )) {
    for (const { name, schema } of parameters) look(name, schema)
    for (const { schema } of Object.values(requestBody?.content ?? {})) look('body', schema)
  }
  expect([...found].toSorted()).toEqual([...WITH_WORDS, ...Object.keys(OTHERS)].toSorted())
})
