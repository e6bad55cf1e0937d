import { v7 as uuidv7 } from 'uuid'
import { type Actor, namedActor } from './actors.ts'
import type { Sql } from './client.ts'
import { call } from './functions.ts'
import type { KeyedAnswer, KeyedRequest } from './idempotency-keys.ts'

/** Somebody who can buy, what they can spend, and what the shop calls them for campaigns. */
export type Wallet = { userId: string; username: string; balanceMinor: number; tags: string[] }

export type WalletEntry = {
  id: number
  /** Negative: taken out. */
  amountMinor: number
  /** `forfeited` is none of them: who has such an entry was erased. */
  reason: 'opening' | 'top_up' | 'charge' | 'charge_undone' | 'refund'
  /** The purchase, or the digest of the idempotency key of the request. */
  reference: string
  actor: Actor
  recordedAt: Date
}

export type WalletRefusal = { code: 'user_exists' | 'account_exists' | 'identity_taken' | 'balance_too_large' }

/** A top-up brings a balance up to half of what can be counted. */
export const MAX_TOPPED_UP_MINOR = Math.floor(Number.MAX_SAFE_INTEGER / 2)

/** An id that means nothing, for a new user. */
function newUserId(): string {
  return `usr_${uuidv7()}`
}

/** The id of the user of a name, in whichever case; undefined when nobody has it, or with `owner`, when it is not that user's any more. */
export async function findUser(sql: Sql, username: string, owner?: string): Promise<string | undefined> {
  const [user] = await sql<{ id: string }[]>`
    select id from users
    where lower(username) = lower(${username}) ${owner === undefined ? sql`` : sql`and id = ${owner}`}`
  return user?.id
}

/**
 * What the tokens of a provider say of somebody. `isOurs`: we are the issuer, and the subject is the id of a user if there is such a one.
 */
export type Identity = { issuer: string; subject: string; isOurs: boolean }

/** Somebody whom a provider of identities vouches for, with the roles that were granted here. */
export type Identified = {
  userId: string
  /** Null: nobody who buys. */
  username: string | null
  grants: Grant[]
}

/** A role; `clients` null: not limited to some. */
export type Grant = { role: string; clients: string[] | null }

/**
 * Undefined for an identity that has never been here. An erased user is found only by a token of ours, whose subject is the user's id.
 */
export async function findUserByIdentity(
  sql: Sql,
  { issuer, subject, isOurs }: Identity,
): Promise<(Identified & { isErased: boolean }) | undefined> {
  const [user] = await sql<(Identified & { isErased: boolean })[]>`
    select id as "userId", username, ${grantsOf(sql)} as grants, erased_at is not null as "isErased"
    from users
    where (issuer = ${issuer} and subject = ${subject}) ${isOurs ? sql`or id = ${subject}` : sql``}
    order by issuer nulls last
    limit 1`
  return user
}

/** The roles that were granted here to the user of a row of `users`. */
export function grantsOf(sql: Sql) {
  return sql`
    coalesce((
      select jsonb_agg(jsonb_build_object('role', role, 'clients', clients)) from role_grants where user_id = users.id
    ), '[]')`
}

/** The id of the user of an identity, who is added if nobody has it: services and operators need no name and no wallet. */
export async function openIdentity(sql: Sql, { issuer, subject }: Identity): Promise<string> {
  return await call(sql, 'open_identity', { new_id: newUserId(), token_issuer: issuer, token_subject: subject })
}

/**
 * The id of the user of an identity, who has a name and a wallet from then on.
 *
 * @param account.names what they may be called, the best first; one at least that nobody has
 */
export async function openAccount(
  sql: Sql,
  { issuer, subject, names, displayName }: Omit<Identity, 'isOurs'> & { names: string[]; displayName: string | null },
): Promise<string> {
  return await call(sql, 'open_account', {
    new_id: newUserId(),
    token_issuer: issuer,
    token_subject: subject,
    names,
    shown_name: displayName,
  })
}

/** Who the user is at the provider; undefined when there is none of it. */
export async function readIdentity(sql: Sql, userId: string): Promise<Omit<Identity, 'isOurs'> | undefined> {
  const [identity] = await sql<Omit<Identity, 'isOurs'>[]>`
    select issuer, subject from users where id = ${userId} and subject is not null`
  return identity
}

/** Grants a role to a user, in place of what it had of it; `clients` null: for all clients. As the owner of the tables. */
export async function grantRole(sql: Sql, userId: string, role: string, clients: string[] | null): Promise<void> {
  await sql`
    insert into role_grants (user_id, role, clients, actor) values (${userId}, ${role}, ${clients}, 'grant')
    on conflict (user_id, role) do update set clients = excluded.clients, actor = excluded.actor, granted_at = now()`
}

/** @returns whether the user had the role. As the owner of the tables. */
export async function revokeRole(sql: Sql, userId: string, role: string): Promise<boolean> {
  return (await sql`delete from role_grants where user_id = ${userId} and role = ${role}`).count > 0
}

/** The id of the user of a name, who is added if nobody has it: points can be had without a wallet. */
export async function openUser(sql: Sql, username: string): Promise<string> {
  return (await findUser(sql, username)) ?? (await call(sql, 'open_user', { new_id: newUserId(), name: username }))
}

/** In the order of their names, without those that were erased. */
export async function listWallets(sql: Sql, options: { after?: string; limit: number }): Promise<Wallet[]> {
  return await sql<Wallet[]>`
    select u.id as "userId", u.username, w.balance_minor as "balanceMinor", u.tags from users u join wallets w on w.user_id = u.id
    where ${options.after === undefined ? sql`u.username is not null` : sql`u.username > ${options.after}`}
    order by u.username
    limit ${options.limit}`
}

/** Undefined when nobody has the name, or with `owner`, when it is not that user's any more. */
export async function readWallet(sql: Sql, username: string, owner?: string): Promise<Wallet | undefined> {
  const [wallet] = await sql<Wallet[]>`
    select u.id as "userId", u.username, w.balance_minor as "balanceMinor", u.tags from users u join wallets w on w.user_id = u.id
    where lower(u.username) = lower(${username}) ${owner === undefined ? sql`` : sql`and u.id = ${owner}`}`
  return wallet
}

/** Undefined also when its user was erased. */
export async function readWalletOf(sql: Sql, userId: string): Promise<Wallet | undefined> {
  const [wallet] = await sql<Wallet[]>`
    select u.id as "userId", u.username, w.balance_minor as "balanceMinor", u.tags from users u join wallets w on w.user_id = u.id
    where u.id = ${userId} and u.erased_at is null`
  return wallet
}

/** Newest first. */
export async function listWalletEntries(
  sql: Sql,
  options: { userId: string; before?: number; limit: number },
): Promise<WalletEntry[]> {
  return await sql<WalletEntry[]>`
    select id, amount_minor as "amountMinor", reason, reference, ${namedActor(sql, 'wallet_entries.actor')} as actor,
      recorded_at as "recordedAt"
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

/** Gives a customer tags in place of those that there are; once. `unknown`: nobody has the name, or no wallet. */
export async function tagUser(
  sql: Sql,
  request: KeyedRequest,
  { username, tags, actor }: { username: string; tags: string[]; actor: string },
): Promise<KeyedAnswer<never>> {
  return await call(sql, 'tag_user', {
    name: username,
    new_tags: tags,
    who: actor,
    key_scope: request.scope,
    request_key: request.key,
    hash: request.requestHash,
  })
}

export type SampleUser = { username: string; balanceMinor: number; tags?: string[] }

/**
 * Adds the users that are not there yet, by their names as ids, with their opening balances.
 *
 * @returns how many were added
 */
export async function addMissingUsers(sql: Sql, users: SampleUser[]): Promise<number> {
  return await call(sql, 'add_sample_users', { new_users: users })
}

export type ErasureRefusal =
  /** Of each, at most 20. */
  | { code: 'under_way'; purchases: string[]; awards: string[] }
  | { code: 'balance_left'; balanceMinor: number; points: number }

/** Erases a user, by the name or the id: what says who it is, and all words about and by them; once. See `erase_user`. */
export async function eraseUser(
  sql: Sql,
  request: KeyedRequest,
  { user, forfeit, actor }: { user: string; forfeit: boolean; actor: string },
): Promise<KeyedAnswer<ErasureRefusal>> {
  return await call(sql, 'erase_user', {
    named: user,
    forfeit,
    who: actor,
    key_scope: request.scope,
    request_key: request.key,
    hash: request.requestHash,
  })
}

/** What an erasure has done. */
export type Erasure = {
  userId: string
  at: Date
  texts: number
  forfeitedMinor: number
  pointsLeft: number
  /** Campaigns that have, or had, the name in their rules: at most 100. */
  campaigns: { client: string; name: string }[]
}

export async function readErasure(sql: Sql, userId: string): Promise<Erasure | undefined> {
  const [erasure] = await sql<Erasure[]>`
    select user_id as "userId", at, texts, forfeited_minor as "forfeitedMinor", points_left as "pointsLeft",
      coalesce((
        select jsonb_agg(jsonb_build_object('client', client, 'name', name) order by client, name)
        from campaigns where id = any(campaign_ids)
      ), '[]') as campaigns
    from erasures where user_id = ${userId}`
  return erasure
}
