import type { Sql } from './client.ts'
import { type KeyedAnswer, type KeyedRequest, oncePerKey } from './idempotency-keys.ts'

export type Wallet = { username: string; balanceMinor: number }

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

export type WalletRefusal = { code: 'user_exists' } | { code: 'balance_too_large' }

/** In the order of their names. */
export async function listWallets(sql: Sql, options: { after?: string; limit: number }): Promise<Wallet[]> {
  return await sql<Wallet[]>`
    select username, balance_minor as "balanceMinor" from wallets
    where ${options.after === undefined ? sql`true` : sql`username > ${options.after}`}
    order by username
    limit ${options.limit}`
}

export async function readWallet(sql: Sql, username: string): Promise<Wallet | undefined> {
  const [wallet] = await sql<Wallet[]>`
    select username, balance_minor as "balanceMinor" from wallets where username = ${username}`
  return wallet
}

/** Newest first. */
export async function listWalletEntries(
  sql: Sql,
  options: { username: string; before?: number; limit: number },
): Promise<WalletEntry[]> {
  return await sql<WalletEntry[]>`
    select id, amount_minor as "amountMinor", reason, reference, actor, recorded_at as "recordedAt"
    from wallet_entries
    where username = ${options.username} ${options.before === undefined ? sql`` : sql`and id < ${options.before}`}
    order by id desc
    limit ${options.limit}`
}

/** Adds a user with an opening balance. Refusal: `user_exists`. */
export async function createWallet(
  sql: Sql,
  request: KeyedRequest,
  wallet: Wallet & { actor: string },
): Promise<KeyedAnswer<WalletRefusal>> {
  return await oncePerKey<WalletRefusal>(sql, request, {
    statement: () => sql<{ resource: string }[]>`
      with key as (
        insert into idempotency_keys (scope, key, request_hash, resource)
        values (${request.scope}, ${request.key}, ${request.requestHash}, ${wallet.username})
        on conflict (scope, key) do nothing
        returning resource
      ), wallet as (
        insert into wallets (username, balance_minor)
        select resource, ${wallet.balanceMinor} from key
        returning username, balance_minor
      ), entry as (
        insert into wallet_entries (username, amount_minor, reason, reference, actor)
        select username, balance_minor, 'opening', ${request.key}, ${wallet.actor} from wallet where balance_minor > 0
      )
      select resource from key`,
    refused: { wallets_pkey: async () => ({ code: 'user_exists' }) },
  })
}

/** Puts money into a wallet. Refusal: `balance_too_large`, when the balance would be over half of the safe integers. */
export async function topUpWallet(
  sql: Sql,
  request: KeyedRequest,
  topUp: { username: string; amountMinor: number; actor: string },
): Promise<KeyedAnswer<WalletRefusal>> {
  return await oncePerKey<WalletRefusal>(sql, request, {
    statement: () => sql<{ resource: string }[]>`
      with key as (
        insert into idempotency_keys (scope, key, request_hash, resource)
        select ${request.scope}, ${request.key}, ${request.requestHash}, username
        from wallets where username = ${topUp.username}
        on conflict (scope, key) do nothing
        returning resource
      ), locked as materialized (
        select w.username, w.balance_minor from key join wallets w on w.username = key.resource for update of w
      ), wallet as (
        update wallets w set
          balance_minor = (locked.balance_minor + ${topUp.amountMinor})::topped_up_balance, updated_at = now()
        from locked where w.username = locked.username
      ), entry as (
        insert into wallet_entries (username, amount_minor, reason, reference, actor)
        select resource, ${topUp.amountMinor}, 'top_up', ${request.key}, ${topUp.actor} from key
      )
      select resource from key`,
    refused: { topped_up_balance_check: async () => ({ code: 'balance_too_large' }) },
  })
}
