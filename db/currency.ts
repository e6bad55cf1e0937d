import type { Sql } from './client.ts'

/** The currency of all amounts of a database: its code (ISO 4217), and how many minor digits it has. */
export type Currency = { code: string; digits: number }

/** The database has amounts in another currency, which cannot become amounts of this one. */
export class OtherCurrency extends Error {
  override readonly name = 'OtherCurrency'

  constructor(theirs: Currency, ours: Currency) {
    const named = ({ code, digits }: Currency) => `${code} with ${digits} minor digits`
    super(
      `The books of this database are in ${named(theirs)}, and CURRENCY asks for ${named(ours)}. Set it back, or start with an empty database.`,
    )
  }
}

/** @throws OtherCurrency */
export async function requireCurrency(sql: Sql, ours: Currency): Promise<void> {
  const [theirs] = await sql<Currency[]>`select code, minor_digits as digits from currency`
  if (!theirs) throw new Error('the database has no currency')
  if (theirs.code !== ours.code || theirs.digits !== ours.digits) throw new OtherCurrency(theirs, ours)
}

/** Makes it the currency of the database as long as there is no amount. @throws OtherCurrency */
export async function keepCurrency(tx: Sql, currency: Currency): Promise<void> {
  await tx`
    update currency set code = ${currency.code}, minor_digits = ${currency.digits}
    where not exists (select from products) and not exists (select from wallets) and not exists (select from purchases)`
  await requireCurrency(tx, currency)
}
