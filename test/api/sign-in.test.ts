import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRateLimits } from '#api/rate-limits.ts'
import { DEFAULT_POLICIES } from '#config/rate-limits.ts'
import { openApiWorld } from '#test/support/api-world.ts'
import { openEventStream } from '#test/support/event-stream.ts'
import { openClient, openIdentityProvider } from '#test/support/identity-provider.ts'
import { interceptSql } from '#test/support/intercepted-sql.ts'
import { shared } from '#test/support/shared-world.ts'

const provider = await openIdentityProvider({
  rita: { name: 'Rita Rosso', preferred_username: 'rita@shop.example' },
  wanda: { preferred_username: 'wanda' },
  'another rita': { preferred_username: 'Rita' },
  leaver: { preferred_username: 'leaver' },
  impostor: { preferred_username: 'Usr_0199d6a4-7f1e-7c3a-9b0e-5a1c2d3e4f50' },
  nameless: { preferred_username: '...' },
  linked: { preferred_username: 'someone' },
  olga: { preferred_username: 'olga', roles: ['operator'] },
  otto: { preferred_username: 'otto', roles: ['operator'], clients: ['ReviewSite'] },
})
afterAll(() => provider.close())
const world = await shared(openApiWorld())
/** Happens once the account of who signs in is open, and before the session is. */
let beforeSession: (() => Promise<void>) | undefined
const writes = interceptSql(world.shop.sql, async (text, send) => {
  if (text.includes('open_session')) await beforeSession?.()
  return await send()
})
const store = await world.serve({ auth: provider.auth, port: provider.storePort, writes })
const { url } = store
const OWN = { Origin: url }
const SESSION = '__Host-unicorn-session'

type Client = ReturnType<typeof openClient>

beforeAll(async () => {
  await world.shop.addProduct({ id: 'unicorn', priceMinor: 1_999, stock: 100 })
})

async function signedIn(login: string): Promise<Client> {
  const client = openClient()
  expect(await client.signIn(url, login)).toBe(`${url}/store/`)
  return client
}

async function ask(client: Client, method: string, path: string, given: { body?: unknown; headers?: object } = {}) {
  const { body, headers } = given
  const response = await client.send(`${url}${path}`, {
    method,
    headers: { ...(body !== undefined && { 'Content-Type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }
}

const me = (client: Client) => ask(client, 'GET', '/me')

describe('signing in', () => {
  test('opens an account with an empty wallet the first time, and finds it the next', async () => {
    const client = await signedIn('rita')
    const first = await me(client)
    expect(first).toMatchObject({ status: 200, body: { role: 'customer', clients: null, user: { username: 'rita' } } })
    expect(await ask(client, 'GET', '/users/balance/rita')).toMatchObject({ status: 200, body: { balance: 0 } })
    expect((await me(await signedIn('rita'))).body).toEqual(first.body)
  })

  test('gives the browser a cookie of this host that no script reads, and nothing that the provider issued', async () => {
    const seen: string[] = []
    const client = openClient(({ headers }) => seen.push(headers.get('Location') ?? '', ...headers.getSetCookie()))
    await client.signIn(url, 'rita')
    const value = client.cookies(url).get(SESSION) ?? ''
    // 256 random bits, and a signature.
    expect(value).toMatch(/^[\w-]{43}\.(?:\w|%2B|%2F){43}%3D$/)
    const again = await client.visit(`${url}/auth/sign-in`)
    const [cookie = ''] = again.response.headers.getSetCookie().filter((line) => line.startsWith(SESSION))
    for (const attribute of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax']) expect(cookie).toContain(attribute)
    expect(cookie).not.toContain('Domain')
    const issued = provider.issued.slice(-4)
    expect(issued.filter((token) => token.length > 20)).toHaveLength(4)
    expect(seen.join()).toContain('/auth/callback?code=')
    for (const token of issued) expect(seen.join()).not.toContain(token)
    // A token of the provider has three parts; what is sealed here has five.
    for (const text of seen) expect(text).not.toMatch(/(?<![\w.-])eyJ[\w-]+\.[\w-]+\.[\w-]+(?![\w.-])/)
    const rows = await world.shop.sql`select sessions::text as row from sessions`
    for (const part of value.split('.')) expect(JSON.stringify(rows)).not.toContain(part)
  })

  test.each([
    ['/store/points?all=1', '/store/points?all=1'],
    ['/docs', '/store/'],
    ['https://evil.example/store/', '/store/'],
    ['//evil.example/store/', '/store/'],
    ['/\\evil.example/store/', '/store/'],
    ['/store/../docs', '/store/'],
    ['javascript:alert(1)', '/store/'],
    ['', '/store/'],
  ])('returns to pages of the store alone: %s', async (wanted, path) => {
    const at = await openClient().signIn(url, 'rita', `?returnTo=${encodeURIComponent(wanted)}`)
    expect(at).toBe(`${url}${path}`)
  })

  test('does not give a name that somebody has', async () => {
    await signedIn('rita')
    const another = await me(await signedIn('another rita'))
    expect(another.body.user.username).toMatch(/^Rita-\d{1,6}$/)
    // Nor one that looks like the id of somebody.
    for (const login of ['nameless', 'impostor'])
      expect((await me(await signedIn(login))).body.user.username).toMatch(/^customer-\d{1,6}$/)
  })

  test('finds the user that was added for the identity before', async () => {
    const operator = await signedIn('olga')
    const added = { username: 'lina', balance: 50, subject: 'linked' }
    const headers = { ...OWN, 'Idempotency-Key': 'adds lina' }
    expect(await ask(operator, 'POST', '/users', { body: added, headers })).toMatchObject({ status: 201 })
    const client = await signedIn('linked')
    expect((await me(client)).body.user.username).toBe('lina')
    expect((await ask(client, 'GET', '/users/balance/lina')).body.balance).toBe(50)
  })

  test('at the same moment in two browsers gives one account', async () => {
    const clients = await Promise.all([signedIn('wanda'), signedIn('wanda'), signedIn('wanda')])
    const ids = await Promise.all(clients.map(async (client) => (await me(client)).body.user.id))
    expect(new Set(ids).size).toBe(1)
  })

  test.each([
    ['that this browser did not begin', (_: Client, callback: string) => openClient().visit(callback)],
    [
      'of another state',
      (client: Client, callback: string) =>
        client.visit(callback.replace(/(?<=state=)./, (first) => (first === 'x' ? 'y' : 'x'))),
    ],
    [
      'that another browser was led to',
      async (_: Client, callback: string) => {
        const victim = openClient()
        await victim.visit(`${url}/auth/sign-in`)
        return await victim.visit(callback)
      },
    ],
    [
      'a second time',
      async (client: Client, callback: string) => {
        await client.visit(callback)
        client.cookies(url).delete(SESSION)
        return await client.visit(callback)
      },
    ],
  ])('comes to nothing %s', async (_, come) => {
    const client = openClient()
    await client.signIn(url, 'rita')
    client.cookies(url).delete(SESSION)
    // The provider knows who it is by now: it sends the browser straight back.
    const asked = await client.send(`${url}/auth/sign-in`)
    const back = await client.send(asked.headers.get('Location') ?? '')
    const callback = back.headers.get('Location') ?? ''
    expect(new URL(callback).pathname).toBe('/auth/callback')
    const { url: at, response } = await come(client, callback)
    expect(at).toBe(`${url}/store/?signIn=failed`)
    expect(response.headers.getSetCookie().join()).not.toContain(SESSION)
  })

  test.each(['cross-site', 'same-site'])('does not begin for a page that is %s', async (site) => {
    const client = await signedIn('rita')
    client.cookies(url).delete(SESSION)
    const asked = await client.send(`${url}/auth/sign-in`, { headers: { 'Sec-Fetch-Site': site } })
    expect([asked.status, asked.headers.get('Location')]).toEqual([303, '/store/'])
    expect(asked.headers.getSetCookie()).toEqual([])
    for (const own of ['same-origin', 'none']) {
      const begun = await client.send(`${url}/auth/sign-in`, { headers: { 'Sec-Fetch-Site': own } })
      expect(begun.headers.get('Location')).toContain(provider.issuer)
    }
  })

  test('of somebody who is erased meanwhile comes to nothing', async () => {
    const client = await signedIn('leaver')
    const { id } = (await me(client)).body.user
    beforeSession = async () => {
      expect((await world.api.post(`/users/${id}/erasure`, {})).status).toBe(200)
    }
    const at = await client.signIn(url, 'leaver').finally(() => {
      beforeSession = undefined
    })
    expect(at).toBe(`${url}/store/?signIn=failed`)
    expect(await world.shop.sql`select from sessions where user_id = ${id}`).toEqual([])
    expect((await me(client)).status).toBe(401)
  })

  test('that was broken off at the provider is told', async () => {
    const client = openClient()
    const asked = await client.send(`${url}/auth/sign-in`)
    const state = new URL(asked.headers.get('Location') ?? '').searchParams.get('state')
    const issuer = encodeURIComponent(provider.issuer)
    const at = await client.visit(`${url}/auth/callback?error=access_denied&state=${state}&iss=${issuer}`)
    expect(at.url).toBe(`${url}/store/?signIn=denied`)
  })

  test('is not tried from an address any more from which too many came to nothing', async () => {
    const policies = { ...DEFAULT_POLICIES, failures: { requests: 2, windowSeconds: 60 } }
    const strict = await world.serve({
      auth: provider.auth,
      rateLimits: createRateLimits(policies, pino({ level: 'silent' })),
    })
    const come = async () => {
      const client = openClient()
      const asked = await client.send(`${strict.url}/auth/sign-in`)
      const state = new URL(asked.headers.get('Location') ?? 'http://refused').searchParams.get('state')
      const query = new URLSearchParams({ code: 'made up', state: state ?? '', iss: provider.issuer })
      return [asked.status, (await client.send(`${strict.url}/auth/callback?${query}`)).status]
    }
    // Whoever was led here without having asked for it has not failed.
    for (let count = 0; count < 4; count++)
      expect((await openClient().send(`${strict.url}/auth/callback`)).status).toBe(303)
    expect([await come(), await come()]).toEqual([
      [303, 303],
      [303, 303],
    ])
    expect(await come()).toEqual([429, 429])
  })

  test('begins at the address that the provider sends browsers back to', async () => {
    const other = url.replace('127.0.0.1', 'localhost')
    const asked = await openClient().send(`${other}/auth/sign-in?returnTo=/store/points`)
    expect([asked.status, asked.headers.get('Location')]).toEqual([303, `${url}/store/points`])
  })

  test('while the provider is away is told', async () => {
    const { signIn } = provider.auth
    const auth = { ...provider.auth, issuer: 'http://127.0.0.1:1', signIn }
    const alone = await world.serve({ auth })
    const at = await openClient().visit(`${alone.url}/auth/sign-in`)
    expect(new URL(at.url).search).toBe('?signIn=unavailable')
  })

  test('at a provider that calls itself otherwise than we do is none', async () => {
    const alone = await world.serve({ auth: { ...provider.auth, issuer: `${provider.issuer}/` } })
    const at = await openClient().visit(`${alone.url}/auth/sign-in`)
    expect(new URL(at.url).search).toBe('?signIn=unavailable')
    expect(JSON.stringify(alone.log)).toContain('AUTH_ISSUER is')
  })

  test('is told in the settings', async () => {
    expect((await store.get('/settings')).body).toMatchObject({ demoMode: false, signIn: true })
  })
})

describe('a session', () => {
  test('has the roles that the provider gives, and is a customer besides', async () => {
    expect((await me(await signedIn('olga'))).body).toMatchObject({ role: 'operator', user: { username: 'olga' } })
    const otto = await signedIn('otto')
    expect((await me(otto)).body).toMatchObject({ role: 'client_operator', clients: ['reviewsite'] })
    expect((await ask(otto, 'GET', '/purchases')).status).toBe(200)
    expect((await ask(await signedIn('rita'), 'GET', '/users')).status).toBe(403)
  })

  test('buys, and sees nothing of others', async () => {
    const rita = await signedIn('rita')
    const wanda = await signedIn('wanda')
    const operator = await signedIn('olga')
    const headers = () => ({ ...OWN, 'Idempotency-Key': crypto.randomUUID() })
    for (const username of ['rita', 'wanda'])
      await ask(operator, 'POST', `/users/${username}/top-ups`, { body: { amount: 100 }, headers: headers() })
    const order = { userId: 'rita', productId: 'unicorn', quantity: 1 }
    const bought = await ask(rita, 'POST', '/purchase', { body: order, headers: headers() })
    expect(bought.status).toBe(200)
    expect((await ask(wanda, 'POST', '/purchase', { body: order, headers: headers() })).status).toBe(404)
    expect((await ask(wanda, 'GET', `/purchases/${bought.body.purchaseId}`)).status).toBe(404)
    const list = await ask(wanda, 'GET', '/purchases')
    expect(list.body.items).toEqual([])
    const entries = await ask(operator, 'GET', '/users/rita/wallet-entries')
    const { id } = (await me(operator)).body.user
    expect(entries.body.items.at(-1)).toMatchObject({
      reason: 'top_up',
      actor: { role: 'operator', id, name: 'olga' },
    })
  })

  test.each([
    ['without Origin', {}],
    ['of another site', { Origin: 'https://evil.example' }],
    ['of a sandbox', { Origin: 'null' }],
    ['of an allowed origin, which has no session', { Origin: 'https://shop.example' }],
    ['of the same host on another port', { Origin: 'http://127.0.0.1:1' }],
  ])('changes nothing for a page %s', async (_, headers) => {
    const operator = await signedIn('olga')
    const user = { username: 'forged', balance: 0 }
    const keyed = { ...headers, 'Idempotency-Key': crypto.randomUUID() }
    const refused = await ask(operator, 'POST', '/users', { body: user, headers: keyed })
    expect(refused).toMatchObject({ status: 403, body: { code: 'foreign_request' } })
    for (const path of ['/auth/sign-out', '/auth/sign-out-everywhere'])
      expect(await ask(operator, 'POST', path, { headers })).toMatchObject({ status: 403 })
    expect((await ask(operator, 'GET', '/users/balance/forged')).status).toBe(404)
    expect((await me(operator)).status).toBe(200)
  })

  test('counts by its user, also when it is not let in', async () => {
    const policies = { ...DEFAULT_POLICIES, reads: { requests: 3, windowSeconds: 60 } }
    const limits = createRateLimits(policies, pino({ level: 'silent' }))
    const strict = await world.serve({ auth: provider.auth, rateLimits: limits })
    const client = await signedIn('wanda')
    const headers = { Cookie: `${SESSION}=${client.cookies(url).get(SESSION)}` }
    const statuses: number[] = []
    for (let count = 0; count < 4; count++) statuses.push((await fetch(`${strict.url}/users`, { headers })).status)
    expect(statuses).toEqual([403, 403, 403, 429])
  })

  test('does not count beside a token, even one that is no good', async () => {
    const client = await signedIn('olga')
    const answer = await ask(client, 'GET', '/users', { headers: { Authorization: 'Bearer x' } })
    expect(answer).toMatchObject({ status: 401, body: { code: 'unauthenticated' } })
  })

  test('is another one after each sign-in, and the one before has ended', async () => {
    const client = await signedIn('rita')
    const before = client.cookies(url).get(SESSION)
    await client.signIn(url, 'rita')
    expect(client.cookies(url).get(SESSION)).not.toBe(before)
    const stolen = await fetch(`${url}/me`, { headers: { Cookie: `${SESSION}=${before}` } })
    expect(stolen.status).toBe(401)
  })

  test('ends with sign-out, and the others of the user with it when that is wanted', async () => {
    const [phone, desk, other] = [await signedIn('rita'), await signedIn('rita'), await signedIn('wanda')]
    const cookie = phone.cookies(url).get(SESSION)
    const left = await ask(phone, 'POST', '/auth/sign-out', { headers: OWN })
    expect(left.status).toBe(200)
    const next = new URL(left.body.next)
    expect([next.origin, next.searchParams.get('post_logout_redirect_uri')]).toEqual([provider.issuer, `${url}/store/`])
    expect(next.searchParams.has('id_token_hint')).toBe(false)
    expect(phone.cookies(url).has(SESSION)).toBe(false)
    expect((await fetch(`${url}/me`, { headers: { Cookie: `${SESSION}=${cookie}` } })).status).toBe(401)
    expect((await me(desk)).status).toBe(200)
    const tablet = await signedIn('rita')
    await ask(desk, 'POST', '/auth/sign-out-everywhere', { headers: OWN })
    expect([(await me(desk)).status, (await me(tablet)).status, (await me(other)).status]).toEqual([401, 401, 200])
  })

  test('that has ended before ends no others, and says so', async () => {
    const [phone, desk] = [await signedIn('rita'), await signedIn('rita')]
    await world.shop.asOwner(async (sql) => {
      const [last] = await sql`select id from sessions order by expires_at desc limit 1`
      await sql`delete from sessions where id = ${last?.id}`
    })
    const answer = await ask(desk, 'POST', '/auth/sign-out-everywhere', { headers: OWN })
    expect(answer).toMatchObject({ status: 401, body: { code: 'unauthenticated' } })
    expect((await me(phone)).status).toBe(200)
  })

  test.each([
    ['an hour after the last request', "last_seen_at = now() - interval '61 minutes'"],
    ['twelve hours after the sign-in', "expires_at = now() - interval '1 second'"],
  ])('ends %s', async (_, change) => {
    const client = await signedIn('rita')
    const { id } = (await me(client)).body.user
    await world.shop.asOwner((sql) => sql.unsafe(`update sessions set ${change} where user_id = '${id}'`))
    expect(await me(client)).toMatchObject({ status: 401, body: { code: 'unauthenticated' } })
  })

  test('goes on while somebody makes requests, and not for those that a page makes by itself', async () => {
    const client = await signedIn('rita')
    const { id } = (await me(client)).body.user
    await world.shop.asOwner(
      (sql) => sql`update sessions set last_seen_at = now() - interval '59 minutes' where user_id = ${id}`,
    )
    const seen = async () => {
      const [row] = await world.shop.sql<{ count: number }[]>`
        select count(*)::int as count from sessions where user_id = ${id} and last_seen_at > now() - interval '1 minute'`
      return row?.count
    }
    expect((await ask(client, 'GET', '/me', { headers: { Unattended: '?1' } })).status).toBe(200)
    expect(await seen()).toBe(0)
    expect((await me(client)).status).toBe(200)
    expect(await seen()).toBe(1)
  })

  test('ends its event streams, those of its user only', async () => {
    // Nobody carries purchases out here, so streams stay open.
    const idle = await world.serve({ auth: provider.auth, taskQueue: 'nobody', purchaseWaitMs: 0 })
    const [rita, wanda] = [await signedIn('rita'), await signedIn('wanda')]
    const order = async (client: Client, userId: string) => {
      const headers = { Cookie: `${SESSION}=${client.cookies(url).get(SESSION)}`, ...OWN }
      const body = { userId, productId: 'unicorn', quantity: 1 }
      const ordered = await idle.post('/purchase', body, { key: crypto.randomUUID(), headers })
      expect(ordered.status).toBe(202)
      const path = ordered.headers.get('Location')
      const stream = await openEventStream(`${idle.url}${path}/events`, undefined, headers)
      // That the order was received: the rest is still to come.
      expect(await stream.next()).toMatchObject({ id: '1' })
      return { stream, cancel: () => idle.call('POST', `${path}/cancel`, { headers }) }
    }
    const [ended, other] = [await order(rita, 'rita'), await order(wanda, 'wanda')]
    await ask(rita, 'POST', '/auth/sign-out', { headers: OWN })
    expect(await ended.stream.rest()).toEqual([])
    expect(idle.watched().subscribers).toBe(1)
    expect((await other.cancel()).status).toBe(202)
    expect((await other.stream.next())?.data).toMatchObject({ state: 'cancel_requested' })
    other.stream.close()
  })
})

describe('the provider ends sessions', () => {
  const EVENTS = { 'http://schemas.openid.net/event/backchannel-logout': {} }
  const now = Math.floor(Date.now() / 1_000)
  const claims = () => ({
    iss: provider.issuer,
    aud: 'store',
    iat: Math.floor(Date.now() / 1_000),
    exp: Math.floor(Date.now() / 1_000) + 60,
    jti: crypto.randomUUID(),
    sub: 'rita',
    events: EVENTS,
  })
  const post = async (token: string) =>
    await fetch(`${url}/auth/backchannel-logout`, {
      method: 'POST',
      body: new URLSearchParams({ logout_token: token }),
    })

  test('when somebody signs out there, in that browser', async () => {
    const [client, other] = [await signedIn('rita'), await signedIn('rita')]
    const ending = await client.visit(`${provider.issuer}/session/end?client_id=store`)
    const form = await ending.response.text()
    const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(form) ?? []
    const [, action = ''] = /action="([^"]+)"/.exec(form) ?? []
    const body = new URLSearchParams({ xsrf, logout: 'yes' })
    await client.visit(new URL(action, ending.url).href, { method: 'POST', body })
    await expect.poll(async () => (await me(client)).status).toBe(401)
    expect((await me(other)).status).toBe(200)
  })

  test('one of them, and all of somebody', async () => {
    const [one, two, other] = [await signedIn('rita'), await signedIn('rita'), await signedIn('wanda')]
    const { id } = (await me(one)).body.user
    const [session] = await world.shop.sql<{ sid: string }[]>`
      select provider_session as sid from sessions where user_id = ${id} order by expires_at desc limit 1`
    expect((await post(await provider.sign({ ...claims(), sub: undefined, sid: session?.sid }))).status).toBe(200)
    expect([(await me(one)).status, (await me(two)).status]).toEqual([200, 401])
    expect((await post(await provider.sign(claims()))).status).toBe(200)
    expect([(await me(one)).status, (await me(other)).status]).toEqual([401, 200])
  })

  test.each<[string, () => Promise<string>]>([
    ['that is none', async () => 'nothing'],
    ['for another client', () => provider.sign({ ...claims(), aud: 'unicorn-store' })],
    ['of another issuer', () => provider.sign({ ...claims(), iss: 'https://evil.example' })],
    ['that is an ID token', () => provider.sign({ ...claims(), events: undefined, nonce: 'n' }, 'JWT')],
    ['with a nonce', () => provider.sign({ ...claims(), nonce: 'n' })],
    ['of another event', () => provider.sign({ ...claims(), events: { other: {} } })],
    ['about nobody', () => provider.sign({ ...claims(), sub: undefined })],
    ['that is old', () => provider.sign({ ...claims(), iat: now - 3_600 })],
    ['that does not end', () => provider.sign({ ...claims(), exp: undefined })],
    ['without an id', () => provider.sign({ ...claims(), jti: undefined })],
  ])('not by a token %s', async (_, forge) => {
    const client = await signedIn('rita')
    const answer = await post(await forge())
    expect([answer.status, answer.headers.get('Content-Type')]).toEqual([400, 'application/problem+json'])
    expect((await me(client)).status).toBe(200)
  })

  test('by its own clock, which may differ from ours', async () => {
    const client = await signedIn('rita')
    const { id } = (await me(client)).body.user
    await world.shop.asOwner(
      (sql) => sql`update sessions set signed_in_at = signed_in_at - interval '2 minutes' where user_id = ${id}`,
    )
    expect((await post(await provider.sign({ ...claims(), iat: now - 60 }))).status).toBe(200)
    expect((await me(client)).status).toBe(401)
  })

  test('of which it has not said which they are, with one of the same person', async () => {
    const client = await signedIn('rita')
    const { id } = (await me(client)).body.user
    await world.shop.asOwner((sql) => sql`update sessions set provider_session = null where user_id = ${id}`)
    expect((await post(await provider.sign({ ...claims(), sid: 'of another browser' }))).status).toBe(200)
    expect((await me(client)).status).toBe(401)
  })

  test('but not those that began after it said so', async () => {
    const token = await provider.sign({ ...claims(), iat: now - 60 })
    const client = await signedIn('rita')
    expect((await post(token)).status).toBe(200)
    expect((await me(client)).status).toBe(200)
  })
})
