import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { takeBackAward } from '#activities/refunds.ts'
import { releaseStock, reserveStock } from '#db/purchases.ts'
import { returnStock } from '#db/refunds.ts'
import { type CampaignShop, openCampaignShop } from '#test/support/campaign-shop.ts'
import { openMoments } from '#test/support/earlier-moment.ts'
import { commandOf } from '#test/support/points-ledger.ts'

/**
 * What must be there and is not, is an error: no function goes on, as if it had changed a row, when there was none.
 */

let shop: CampaignShop
let moments: ReturnType<typeof openMoments>
let clean: () => Promise<void>

beforeAll(async () => {
  shop = await openCampaignShop()
  await shop.addProduct({ id: 'earth', priceMinor: 100, stock: 10 })
  await shop.addCampaign('capped', { caps: { totalPoints: null, pointsPerCustomer: 1_000 } })
  await shop.addBuyer('ann')
  moments = openMoments(shop.databaseUrl)
  clean = await moments.remember()
})
afterEach(() => clean())
afterAll(async () => {
  await moments.close()
  await shop.close()
})

/** Statements that change a row, or read one into a variable, and need not ask whether there was one, each with the reason. */
const NEED_NOT_ASK: Record<string, string> = {
  'add_sample_products: select': 'an aggregate',
  'add_sample_users: select': 'an aggregate',
  'append_to_accounts: select': 'an aggregate',
  'append_to_accounts: update points_accounts': 'counts those that it returns',
  'begin_compensation: select': 'a purchase that was settled without a compensation has no first reason',
  'change_tags: update users': 'a strict select has locked it',
  'claim_step: select': 'no row: nobody has carried out the step',
  'count_grants: update campaigns': 'changed_caps has locked them, and asked whether all of them exist',
  'create_campaign: select': 'an aggregate',
  'create_wallet: select': 'no row: nobody has the identity',
  'create_wallet: update idempotency_keys': 'claimed by the same call',
  'create_wallet: update users': 'it has got its wallet by then, which refers to it',
  'dismiss_award: update awards': 'lock_award has locked it',
  'erase_user: delete from role_grants': 'most users have none',
  'erase_user: delete from sessions': 'there may be none',
  'erase_user: update external_events': 'there may be none',
  'erase_user: update idempotency_keys': 'there may be none',
  'erase_user: update purchases': 'there may be none',
  'erase_user: update users': 'has locked it',
  'load_points: select': 'an aggregate',
  'load_points: select, 2': 'an aggregate',
  'load_points: select, 3': 'an aggregate',
  'load_points: select, 4': 'an aggregate',
  'lock_user: select': 'no row: null, which callers ask for',
  'note_retry: select': 'an aggregate',
  'open_account: update users': 'no row: it is shown by that name already',
  'open_account: update users, 2': 'no row: the name belongs to somebody; that there is one at all is asked in the end',
  'open_refund: select': 'no row: the caller is answered that it is unknown',
  'open_refund: select, 2': 'no row: nobody has asked for it with this key',
  'park_award: update awards': 'lock_award has locked it',
  'park_award: update awards, 2': 'lock_award has locked it',
  'post_wallet: update wallets': 'a strict select has locked it',
  'record_event: update purchases': 'the caller has locked it; its entry refers to it',
  'record_events: update purchases': 'has locked them, and asked whether all of them exist',
  'reduce_award: update awards': 'lock_award has locked it',
  'reduce_award: update awards, 2': 'lock_award has locked it',
  'reduce_award: update awards, 3': 'lock_award has locked it',
  'reduce_award: update awards, 4': 'lock_award has locked it',
  'return_stock: update stock_reservations': 'counts those that it returns',
  'refuse_key: update idempotency_keys': 'claimed by the same call',
  'reserve_stock: select': 'an aggregate; no row: nothing is short',
  'reversal_targets: select': 'an aggregate',
  'settle_awards: update awards': 'counts those that it returns',
  'top_up_wallet: update wallets': 'has locked it',
  'transition_reservations: update stock_reservations': 'counts those that it returns',
  'undo_step: update saga_steps': 'its row is there by then; none that is applied: there is nothing to undo',
  'unknown_to_key: delete from idempotency_keys': 'claimed by the same call',
  'update_product: update products': 'has locked it',
}

const CHANGE = /(?<!do )(?<!for )(?<!for no key )\b(?:update (?!set\b)|delete from )\w+/g
const READ = /\bselect\b.*(?<!insert )\binto (?!strict\b)/
const ASKED = /^\s*(?:get diagnostics|if not found|if found)\b/

/** What of a function changes or reads a row, and does not ask in its next statement whether there was one. */
function unasked(name: string, source: string): string[] {
  const statements = source.replaceAll(/--.*$/gm, '').replaceAll(/\s+/g, ' ').split(';')
  const times = new Map<string, number>()
  return statements.flatMap((statement, index) => {
    if (ASKED.test(statements[index + 1] ?? '')) return []
    const changes = [...statement.matchAll(CHANGE)].map(([what]) => what)
    if (changes.length === 0 && READ.test(statement)) changes.push('select')
    return changes.map((what) => {
      const time = (times.get(what) ?? 0) + 1
      times.set(what, time)
      return `${name}: ${what}${time > 1 ? `, ${time}` : ''}`
    })
  })
}

describe('functions that change a row', () => {
  test('ask whether there was one, or have a reason not to', async () => {
    const functions = await shop.sql<{ name: string; source: string }[]>`
      select proname as name, prosrc as source from pg_proc
      where pronamespace = 'public'::regnamespace and prokind = 'f' and prosrc <> ''`
    expect(functions.length).toBeGreaterThan(40)
    const found = functions.flatMap(({ name, source }) => unasked(name, source))
    expect(found.toSorted()).toEqual(Object.keys(NEED_NOT_ASK).toSorted())
  })

  test.each([
    ['begin update wallets set balance_minor = 0 where user_id = owner; end', ['f: update wallets']],
    [
      'begin if true then delete from wallets; end if; delete from wallets; end',
      ['f: delete from wallets', 'f: delete from wallets, 2'],
    ],
    ['begin select id into known from users; return known; end', ['f: select']],
    ["begin update wallets set balance_minor = 0; if not found then raise exception 'none'; end if; end", []],
    ['begin select id into strict known from users for no key update; end', []],
    ['begin insert into wallets values (1) on conflict (user_id) do update set balance_minor = 0; end', []],
  ])('(as %s)', (source, expected) => {
    expect(unasked('f', source)).toEqual(expected)
  })
})

/** Whatever it does fails, and has changed nothing. */
async function expectNothingDone(act: () => Promise<unknown>, problem: string): Promise<void> {
  const books = async () => ({
    products: await shop.sql`select id, on_hand, reserved from products order by id`,
    reservations: await shop.sql`select product_id, state from stock_reservations order by product_id`,
    accounts: await shop.sql`select * from points_accounts`,
    grants: await shop.sql`select * from campaign_grants`,
    events: await shop.sql`select count(*) from points_events`,
  })
  const before = await books()
  await expect(act()).rejects.toThrow(problem)
  expect(await books()).toEqual(before)
}

describe('without', () => {
  const loseReservation = (purchaseId: string) =>
    moments.tamper(
      (sql) => sql`delete from stock_reservations where purchase_id = ${purchaseId} and product_id = 'earth'`,
    )
  const lines = ['air', 'earth'].map((productId) => ({ productId, quantity: 1 }))

  test('the reservation of one of its lines, a purchase is not undone, as if that were all', async () => {
    const purchaseId = await shop.order({ username: 'ann', lines })
    await reserveStock(shop.sql, purchaseId)
    await loseReservation(purchaseId)
    await expectNothingDone(
      () => releaseStock(shop.sql, purchaseId),
      `of the lines of purchase ${purchaseId}, 1 are reserved`,
    )
  })

  test('the reservation of one of its lines, a purchase is not refunded, as if that were all', async () => {
    const purchaseId = await shop.order({ username: 'ann', lines })
    await shop.confirm(purchaseId)
    await shop.complete(purchaseId)
    await shop.askForRefund(purchaseId)
    await loseReservation(purchaseId)
    await expectNothingDone(
      () => returnStock(shop.sql, purchaseId, 1),
      `of the lines of refund 1 of purchase ${purchaseId}, 1 are sold`,
    )
  })

  test('the count of what a campaign gave to a customer, none of it is taken back', async () => {
    const { purchaseId, points } = await shop.buy('ann')
    expect(points).toBe(170)
    await shop.askForRefund(purchaseId)
    await moments.tamper((sql) => sql`delete from campaign_customers`)
    await expectNothingDone(
      () => takeBackAward(shop.points, { purchaseId, refund: 1 }),
      'there is no count of what a campaign gave',
    )
  })

  test('the award that points are booked for, they are not', async () => {
    const { purchaseId } = await shop.buy('ann')
    await moments.tamper((sql) => sql`delete from awards where id = ${purchaseId}`)
    const issue = () =>
      shop.ledger.execute({
        accountId: 'ann',
        ...commandOf({ type: 'issue', amount: 5, ttlDays: 1 }),
        with: ({ id: transactionId }) => ({
          awards: [{ id: purchaseId, refund: 0, evaluation: { points: 5, campaigns: [] }, points: 5, transactionId }],
        }),
      })
    await expectNothingDone(issue, `there are 0 of the awards {${purchaseId}}`)
  })
})
