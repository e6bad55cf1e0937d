import { v7 as uuidv7 } from 'uuid'
import type { Sql } from './client.ts'
import { call } from './functions.ts'
import type { KeyedAnswer, KeyedRequest } from './idempotency-keys.ts'

/** Somebody who can buy, and what they can spend. */
export type Wallet = { userId: string; username: string; balanceMinor: number }

export type WalletEntry = {
  id: number
  /** Negative: taken out. */
  amountMinor: number
  reason: 'opening' | 'top_up' | 'charge' | 'charge_undone' | 'refund'
  /** The purchase, or the idempotency key of the request. */
  reference: string
  actor: string
  recordedAt: Date
}

export type WalletRefusal = { code: 'user_exists' | 'account_exists' | 'identity_taken' | 'balance_too_large' }

/** A top-up brings a balance up to half of what can be counted. */
export const MAX_TOPPED_UP_MINOR = Math.floor(Number.MAX_SAFE_INTEGER / 2)

/** An id that means nothing, for a new user. */
function newUserId(): string {
  return `usr_${uuidv7()}`
}

/** The id of the user of a name, in whichever case; undefined when nobody has it. */
export async function findUser(sql: Sql, username: string): Promise<string | undefined> {
  const [user] = await sql<{ id: string }[]>`select id from users where lower(username) = lower(${username})`
  return user?.id
}

/** A user as somebody who signs in, with the roles that were granted here. `clients` is null when it is not limited to some. */
export type Identified = { userId: string; username: string; grants: { role: string; clients: string[] | null }[] }

/** The user of whom tokens say `issuer` and `subject`. `isOurs`: we are the issuer, and the subject is the id of the user. */
export async function findUserByIdentity(
  sql: Sql,
  { issuer, subject, isOurs }: { issuer: string; subject: string; isOurs: boolean },
): Promise<Identified | undefined> {
  const [user] = await sql<Identified[]>`
    select id as "userId", username,
      coalesce((
        select jsonb_agg(jsonb_build_object('role', role, 'clients', clients)) from role_grants where user_id = users.id
      ), '[]') as grants
    from users
    where id = ${isOurs ? sql`${subject}` : sql`(select user_id from identities where issuer = ${issuer} and subject = ${subject})`}`
  return user
}

/** Grants a role to a user, in place of what it had of it; `clients` null: for all clients. As the owner of the tables. */
export async function grantRole(sql: Sql, userId: string, role: string, clients: string[] | null): Promise<void> {
  await sql`
    insert into role_grants (user_id, role, clients) values (${userId}, ${role}, ${clients})
    on conflict (user_id, role) do update set clients = excluded.clients, granted_at = now()`
}

/** @returns whether the user had the role. As the owner of the tables. */
export async function revokeRole(sql: Sql, userId: string, role: string): Promise<boolean> {
  return (await sql`delete from role_grants where user_id = ${userId} and role = ${role}`).count > 0
}

/** The id of the user of a name, who is added if nobody has it: points can be had without a wallet. */
export async function openUser(sql: Sql, username: string): Promise<string> {
  return (await findUser(sql, username)) ?? (await call(sql, 'open_user', { new_id: newUserId(), name: username }))
}

/** In the order of their names. */
export async function listWallets(sql: Sql, options: { after?: string; limit: number }): Promise<Wallet[]> {
  return await sql<Wallet[]>`
    select u.id as "userId", u.username, w.balance_minor as "balanceMinor" from users u join wallets w on w.user_id = u.id
    where ${options.after === undefined ? sql`true` : sql`u.username > ${options.after}`}
    order by u.username
    limit ${options.limit}`
}

export async function readWallet(sql: Sql, username: string): Promise<Wallet | undefined> {
  const [wallet] = await sql<Wallet[]>`
    select u.id as "userId", u.username, w.balance_minor as "balanceMinor" from users u join wallets w on w.user_id = u.id
    where lower(u.username) = lower(${username})`
  return wallet
}

/** Newest first. */
export async function listWalletEntries(
  sql: Sql,
  options: { userId: string; before?: number; limit: number },
): Promise<WalletEntry[]> {
  return await sql<WalletEntry[]>`
    select id, amount_minor as "amountMinor", reason, reference, actor, recorded_at as "recordedAt"
    from wallet_entries
    where user_id = ${options.userId} ${options.before === undefined ? sql`` : sql`and id < ${options.before}`}
    order by id desc
    limit ${options.limit}`
}

/**
 * Adds a user with an opening balance. Refusals: `user_exists`; `account_exists`, when points were booked to this name before and are
 * not to be adopted.
 */
export async function createWallet(
  sql: Sql,
  request: KeyedRequest,
  wallet: {
    username: string
    balanceMinor: number
    adopt: boolean
    identity?: { issuer: string; subject: string }
    actor: string
  },
): Promise<KeyedAnswer<WalletRefusal>> {
  return await call(sql, 'create_wallet', {
    new_id: newUserId(),
    name: wallet.username,
    opening_minor: wallet.balanceMinor,
    adopt: wallet.adopt,
    issuer: wallet.identity?.issuer ?? null,
    subject: wallet.identity?.subject ?? null,
    who: wallet.actor,
    key_scope: request.scope,
    request_key: request.key,
    hash: request.requestHash,
  })
}

/** Puts money into a wallet. Refusal: `balance_too_large`, when the balance would be over half of the safe integers. */
export async function topUpWallet(
  sql: Sql,
  request: KeyedRequest,
  topUp: { username: string; amountMinor: number; actor: string },
): Promise<KeyedAnswer<WalletRefusal>> {
  return await call(sql, 'top_up_wallet', {
    name: topUp.username,
    amount_minor: topUp.amountMinor,
    max_minor: MAX_TOPPED_UP_MINOR,
    who: topUp.actor,
    key_scope: request.scope,
    request_key: request.key,
    hash: request.requestHash,
  })
}

export type SampleUser = { username: string; balanceMinor: number }

/**
 * Adds the users that are not there yet, by their names as ids, with their opening balances.
 *
 * @returns how many were added
 */
export async function addMissingUsers(sql: Sql, users: SampleUser[]): Promise<number> {
  return await call(sql, 'add_sample_users', { new_users: users })
}
