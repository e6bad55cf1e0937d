import { createHash, randomBytes } from 'node:crypto'
import type { Sql } from './client.ts'
import { call } from './functions.ts'
import { type Grant, grantsOf, type Identified } from './wallets.ts'

// Who is signed in to the store. What the browser has is known to nobody else: rows are found by its hash.

/** After an hour without a request that somebody made, and after twelve hours in any case. */
const IDLE_MINUTES = 60
const HOURS = 12

/** How exactly it is known when somebody was last here: not every request writes. */
const SEEN_WITHIN_SECONDS = 60

/** `id` is no secret: it opens nothing. `isSeenLate`: nobody has noted for a while that somebody is still here. */
export type Session = Identified & { id: string; roles: Grant[]; isSeenLate: boolean }

export function sessionId(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/**
 * Signs a user in, and forgets some of the sessions that have ended.
 *
 * @param session.signedInAt by the clock of the provider
 * @param session.replaces the session of the same browser, which ends
 * @returns what the browser has to show from now on; undefined when the user was erased meanwhile
 */
export async function openSession(
  sql: Sql,
  session: {
    userId: string
    roles: Grant[]
    providerSession: string | null
    signedInAt: Date
    replaces: string | undefined
  },
): Promise<string | undefined> {
  const token = randomBytes(32).toString('base64url')
  const { userId, roles, providerSession, signedInAt, replaces } = session
  const isOpen = await call<boolean>(sql, 'open_session', {
    new_id: sessionId(token),
    owner: userId,
    of_provider: providerSession,
    signed_in_at: signedInAt.toISOString(),
    given: roles,
    hours: HOURS,
  })
  await sql`
    delete from sessions where id = ${replaces ?? ''} or id in (
      select id from sessions where not (${isAlive(sql)}) limit 100 for update skip locked
    )`
  return isOpen ? token : undefined
}

function isAlive(sql: Sql) {
  return sql`expires_at > now() and last_seen_at > now() - make_interval(mins => ${IDLE_MINUTES})`
}

function isSeenLate(sql: Sql) {
  return sql`last_seen_at < now() - make_interval(secs => ${SEEN_WITHIN_SECONDS})`
}

/** Undefined when it has ended, or never was. */
export async function readSession(sql: Sql, id: string): Promise<Session | undefined> {
  const [session] = await sql<Session[]>`
    select sessions.id, sessions.roles, ${isSeenLate(sql)} as "isSeenLate", users.id as "userId", users.username, ${grantsOf(sql)} as grants
    from sessions join users on users.id = sessions.user_id
    where sessions.id = ${id} and users.erased_at is null and ${isAlive(sql)}`
  return session
}

/** Notes that somebody is still here. */
export async function touchSession(sql: Sql, id: string): Promise<void> {
  await sql`
    update sessions set last_seen_at = now()
    where id = ${id} and ${isSeenLate(sql)}`
}

/** Those of the sessions that have not ended. */
export async function sessionsAlive(sql: Sql, ids: readonly string[]): Promise<string[]> {
  const alive = await sql<{ id: string }[]>`
    select id from sessions where id = any(${[...ids]}::text[]) and ${isAlive(sql)}`
  return alive.map(({ id }) => id)
}

/** Signs out: one session, or all of its user. @returns whether there was any */
export async function endSession(sql: Sql, id: string, { everywhere }: { everywhere: boolean }): Promise<boolean> {
  const { count } = await sql`
    delete from sessions
    where id = ${id} ${everywhere ? sql`or user_id = (select user_id from sessions where id = ${id})` : sql``}`
  return count > 0
}

/**
 * Ends what a provider says has ended: one of its sessions, or all of somebody. Of the latter, and of those of which it has not said which
 * they are, those go on that began after it said so.
 */
export async function endProviderSessions(
  sql: Sql,
  ended: { issuer: string; subject: string | undefined; providerSession: string | undefined; at: Date },
): Promise<void> {
  const { issuer, subject, providerSession, at } = ended
  const isOf = providerSession === undefined ? sql`false` : sql`provider_session = ${providerSession}`
  const isAnyOf = providerSession === undefined ? sql`true` : sql`provider_session is null`
  await sql`
    delete from sessions using users
    where users.id = sessions.user_id and users.issuer = ${issuer}
      ${subject === undefined ? sql`` : sql`and users.subject = ${subject}`}
      and (${isOf} ${subject === undefined ? sql`` : sql`or ${isAnyOf} and signed_in_at <= ${at}`})`
}
