import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '#db/client.ts'
import { call } from '#db/functions.ts'
import { openSession, readSession, sessionId } from '#db/sessions.ts'
import { createWallet, eraseUser, openAccount, openIdentity } from '#db/wallets.ts'
import { aRequest, openShop, type Shop } from '#test/support/shop.ts'

/** What happens to the identity of one person in two transactions at once. */

let shop: Shop

beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

const ISSUER = 'https://id.example'
const identity = (subject: string) => ({ issuer: ISSUER, subject })
const signIn = (userId: string, replaces?: string) =>
  openSession(shop.sql, { userId, roles: [], providerSession: null, signedInAt: new Date(), replaces })

async function addUser(username: string): Promise<string> {
  await shop.addWallet({ username, balanceMinor: 0 })
  return await shop.idOf(username)
}

/** Has the second begin while the first is not committed, and commits the first when the second waits for it. */
async function during<Result>(
  first: (sql: Database) => Promise<unknown>,
  second: () => Promise<Result>,
): Promise<Result> {
  let waiting: Promise<Result> | undefined
  await shop.asOwner((owner) =>
    owner.begin(async (tx) => {
      await first(tx as unknown as Database)
      waiting = second()
      waiting.catch(() => undefined)
      const locks = () => shop.sql`
        select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
      await expect.poll(async () => (await locks()).length).toBe(1)
    }),
  )
  return await (waiting as Promise<Result>)
}

describe('somebody who is added by an operator and comes for the first time', () => {
  const added = (sql: Database, name: string) =>
    createWallet(sql, aRequest(), {
      username: name,
      balanceMinor: 5,
      adopt: false,
      identity: identity(name),
      actor: 'test',
    })
  const FIRST: Record<string, (sql: Database, name: string) => Promise<string>> = {
    'with a token': (sql, name) => openIdentity(sql, { ...identity(name), isOurs: false }),
    'to the store': (sql, name) => openAccount(sql, { ...identity(name), names: [`${name}-1`], displayName: null }),
  }

  test.each(Object.entries(FIRST))('%s, just before, is one user', async (how, come) => {
    const name = `before-${Object.keys(FIRST).indexOf(how)}`
    const answer = await during(
      (sql) => come(sql, name),
      () => added(shop.sql, name),
    )
    // Who has a name and a wallet by then keeps them.
    expect(answer).toMatchObject(
      how === 'to the store' ? { refusal: { code: 'identity_taken' } } : { result: 'done', replayed: false },
    )
    expect(await shop.sql`select from users where subject = ${name}`).toHaveLength(1)
  })

  test.each(Object.entries(FIRST))('%s, just after, is one user', async (how, come) => {
    const name = `after-${Object.keys(FIRST).indexOf(how)}`
    const id = await during(
      (sql) => added(sql, name),
      () => come(shop.sql, name),
    )
    expect(await shop.sql`select id, username from users where subject = ${name}`).toEqual([{ id, username: name }])
  })
})

describe('a sign-in', () => {
  test('of somebody who is erased meanwhile comes to nothing', async () => {
    const id = await addUser('leaver')
    const erase = (sql: Database) => eraseUser(sql, aRequest(), { user: id, forfeit: true, actor: 'test' })
    expect(await during(erase, () => signIn(id))).toBeUndefined()
    expect(await signIn(id)).toBeUndefined()
    expect(await shop.sql`select from sessions where user_id = ${id}`).toEqual([])
  })

  test('that is just before an erasure is gone with it', async () => {
    const id = await addUser('late-leaver')
    const opening = {
      new_id: sessionId('x'),
      owner: id,
      of_provider: null,
      signed_in_at: new Date().toISOString(),
      given: [],
      hours: 1,
    }
    const erased = await during(
      (sql) => call(sql, 'open_session', opening),
      () => eraseUser(shop.sql, aRequest(), { user: id, forfeit: true, actor: 'test' }),
    )
    expect(erased).toMatchObject({ result: 'done' })
    expect(await shop.sql`select from sessions where user_id = ${id}`).toEqual([])
  })

  test('forgets the session that it replaces, and those of others that have ended, idle ones too', async () => {
    const id = await addUser('guest')
    const tokens: string[] = []
    for (const _ of ['goes on', 'idle', 'over', 'replaced']) tokens.push((await signIn(id)) ?? '')
    const [goesOn = '', idle = '', over = '', replaced = ''] = tokens.map(sessionId)
    await shop.asOwner(async (sql) => {
      await sql`update sessions set last_seen_at = now() - interval '61 minutes' where id = ${idle}`
      await sql`update sessions set expires_at = now() - interval '1 second' where id = ${over}`
    })
    const next = sessionId((await signIn(id, replaced)) ?? '')
    const left = await shop.sql<{ id: string }[]>`select id from sessions where user_id = ${id}`
    expect(left.map(({ id }) => id).toSorted()).toEqual([goesOn, next].toSorted())
    expect(await readSession(shop.sql, next)).toMatchObject({ userId: id, username: 'guest' })
  })
})
