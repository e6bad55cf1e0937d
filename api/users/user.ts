import { z } from '@hono/zod-openapi'
import { Problem } from '#api/problems/problem.ts'
import { amountShown } from '#api/schemas/amounts.ts'
import { userId, username } from '#api/schemas/identifiers.ts'
import type { Database } from '#db/client.ts'
import { readWallet, type Wallet, type WalletRefusal } from '#db/wallets.ts'
import { majorFromMinor } from '#domain/money.ts'

export const userSchema = z.object({ id: userId, username, balance: amountShown }).openapi('User')

export function showUser({ userId, username, balanceMinor }: Wallet): z.infer<typeof userSchema> {
  return { id: userId, username, balance: majorFromMinor(balanceMinor) }
}

/** @throws Problem `unknown_user` */
export async function requireUser(sql: Database, username: string): Promise<Wallet> {
  const wallet = await readWallet(sql, username)
  if (!wallet) throw new Problem('unknown_user', `There is no user "${username}".`)
  return wallet
}

export function userRefused(refusal: WalletRefusal): Problem {
  switch (refusal.code) {
    case 'user_exists':
      return new Problem(refusal.code, 'Choose another name, or top this one up.')
    case 'balance_too_large':
      return new Problem(refusal.code, 'A balance may have up to 9007199254740991 cents.')
  }
}
