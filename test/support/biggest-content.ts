import { keyDigest } from '#api/idempotency.ts'
import type { Database } from '#db/client.ts'
import { type Api, openApiWorld } from './api-world.ts'

/** More than any page of a list holds. */
const MANY = 520
/** Three bytes in UTF-8 for one character, as limits count them. */
const WIDE = '独'
const KEY = 'the biggest'
const USERNAME = 'u'.repeat(64)
const CAMPAIGN = WIDE.repeat(100)
const ACTOR_ID = 'w'.repeat(64)
const ACTOR = `client_operator:${ACTOR_ID}:${'c'.repeat(64)}`

/** As many as there may be, each as long as it may be. */
const LABELS = Array.from({ length: 20 }, (_, index) => `${index}`.padEnd(40, '-'))
const PRODUCT = {
  name: WIDE.repeat(200),
  description: WIDE.repeat(2000),
  image: `/${'&'.repeat(999)}`,
  categories: LABELS,
  tags: LABELS,
  price: 99_999_999.99,
}

/**
 * An API world with the biggest content that the API takes, and more of each than one page of a list holds. The content
 * comes in through the API once; copies of it are made in the database, so the books are not in order.
 */
export async function openBiggestContent() {
  const world = await openApiWorld()
  const { api, shop } = world
  await shop.addWallet({ username: USERNAME, balanceMinor: 4_000_000_000_000_000 })
  const inStock = await addProducts(api, 'a', 1_000_000_000)
  const soldOut = await addProducts(api, 'b', 0)
  await api.call('DELETE', '/campaigns/1', { headers: { 'If-Match': '"1"' } })
  for (const client of ['UnicornStore', PARTNER])
    for (let index = 0; index < 50; index += 1)
      await taken(api.post('/campaigns', { client, ...biggestCampaign(index) }))
  await taken(api.post('/points', { account_id: USERNAME, amount: 1_000_000 }, { key: KEY }))
  await taken(api.post(`/users/${USERNAME}/top-ups`, { amount: 1 }, { key: KEY }))

  const order = { userId: USERNAME, redeemPoints: 1_000 }
  const bought = await api.post('/purchase', { ...order, lines: ordered(inStock) })
  const refused = await api.post('/purchase', { ...order, lines: ordered(soldOut) })
  const purchaseId: string = bought.body.purchaseId
  await shop.asOwner(async (sql) => {
    await sql`insert into users (id, username, display_name) values (${ACTOR_ID}, ${ACTOR_ID}, ${WIDE.repeat(255)})`
    await copyProducts(sql)
    await copyPurchases(sql, refused.body.purchaseId)
    await copyPoints(sql, purchaseId)
    await copyCampaigns(sql)
    await parkAwards(sql, purchaseId)
    await listDiscrepancies(sql)
    await copyUsers(sql)
  })
  return {
    ...world,
    username: USERNAME,
    campaign: CAMPAIGN_NAME(0),
    rules: biggestCampaign(0).rules,
    wrongEvent: WRONG_EVENT,
    event: { type: EVENT_TYPES[0], client: PARTNER, account_id: USERNAME, payload: { amount: 1 } },
    product: PRODUCT,
    productId: inStock[0] ?? '',
    purchaseId,
    refusedId: refused.body.purchaseId as string,
    order: { ...order, lines: ordered(inStock) },
  }
}

async function taken(answer: ReturnType<Api['post']>): Promise<void> {
  const { status, body } = await answer
  if (status >= 400) throw new Error(`the biggest content was not taken: ${JSON.stringify(body).slice(0, 2_000)}`)
}

async function addProducts(api: Api, prefix: string, stock: number): Promise<string[]> {
  const ids = Array.from({ length: 20 }, (_, index) => `${prefix}${index}`.padEnd(64, '-'))
  for (const id of ids) await taken(api.post('/products', { id, ...PRODUCT, stock }))
  return ids
}

function ordered(productIds: readonly string[]) {
  return productIds.map((productId) => ({ productId, quantity: 1000 }))
}

const CAMPAIGN_NAME = (index: number) => `${index}${CAMPAIGN}`.slice(0, 100)

const NOWHERE = `$${'["x"]'.repeat(14)}.${WIDE.repeat(105)}`
/** An event that has an object where the rules look for a number. */
const WRONG_EVENT = Array.from({ length: 14 }).reduce<object>((inner) => ({ x: inner }), { [WIDE.repeat(105)]: {} })

const PARTNER = 'partner'
const EVENT_TYPES = Array.from({ length: 9 }, (_, index) => `${index}${WIDE.repeat(99)}`)

/** As many rules as a campaign may have, in a body of nearly 64 KiB: the first gives, the others look at what is not there. */
function biggestCampaign(index: number) {
  const rules = Array.from({ length: 100 }, (_, rule) => ({
    condition: { variable: rule === 0 ? '$.amount' : NOWHERE, rule: 'numeric_greater_than', value: 0 },
    action: { command: 'issue', formula: rule === 0 ? '1000/803469022129495137770981046170581301261101496891' : '1' },
  }))
  rules[1] = {
    condition: { variable: '$.amount', rule: 'numeric_greater_than', value: 0 },
    action: { command: 'issue', formula: '1' },
  }
  const event_types = ['PurchaseCompleted', ...EVENT_TYPES]
  return { campaign_name: CAMPAIGN_NAME(index), event_types, cap_total_points: 1_000_000_000_000, rules }
}

async function copyProducts(sql: Database): Promise<void> {
  await sql`
    insert into products (id, name, description, image, categories, tags, price_minor, on_hand)
    select rpad('c' || n, 64, '-'), name, description, image, categories, tags, price_minor, on_hand
    from generate_series(1, ${MANY}) n, (select * from products limit 1) p`
  await sql`
    insert into product_history (product_id, version, actor, after)
    select id, 1, 'test', product_terms(products) from products
    where not exists (select from product_history where product_id = id)`
  await sql`
    insert into product_history (product_id, version, actor, before, after)
    select product_id, n, ${ACTOR}, after, after from generate_series(2, ${MANY}) n,
      (select * from product_history where not starts_with(product_id, 'c') order by product_id limit 1) first_entry`
  await sql`
    update products set version = newest.version
    from (select product_id, max(version) as version from product_history group by product_id) newest where id = newest.product_id`
}

async function copyPurchases(sql: Database, purchaseId: string): Promise<void> {
  await sql`
    create table copies as
    select (overlay(p.id::text placing lpad(to_hex(n), 12, '0') from 25 for 12))::uuid as id
    from generate_series(1, ${MANY}) n, purchases p where p.id = ${purchaseId}`
  await sql`
    insert into purchases (id, scope, idempotency_key, request_hash, user_id, redeem_points, point_value_minor, total_minor,
      expected_total_minor, status, code, detail, event_seq, cancel_requested_at, settled_at)
    select c.id, scope, c.id, request_hash, user_id, redeem_points, point_value_minor, total_minor, expected_total_minor,
      status, code, detail, event_seq, now(), settled_at
    from copies c, purchases p where p.id = ${purchaseId}`
  await sql`
    insert into purchase_lines (purchase_id, line, product_id, quantity, name)
    select c.id, line, product_id, quantity, name from copies c, purchase_lines where purchase_id = ${purchaseId}`
  await sql`
    insert into purchase_events (purchase_id, seq, step, state, detail)
    select c.id, seq, step, state, detail from copies c, purchase_events where purchase_id = ${purchaseId}`
}

/** Issues under a long key; above them in the statement awards with a lot of each campaign; a row for each day of ten years. */
async function copyPoints(sql: Database, purchaseId: string): Promise<void> {
  await sql`
    create table issues as
    select gen_random_uuid() as id, n, e.*
    from generate_series(1, ${MANY}) n, points_events e
    where e.reference in (${purchaseId}, ${keyDigest(KEY)}) and e.type = 'issued'`
  await sql`
    insert into points_events (account_id, version, transaction_id, type, amount, balance, payload, reason, reference, actor, at)
    select account_id, case reason when 'manual' then 1000 else 2000 end + n, id, type, amount, balance, payload, reason, reference,
      ${ACTOR}, at
    from issues`
  await sql`
    insert into points_lots (
      id, transaction_id, account_id, campaign_id, issued_at, available_at, expires_at, original, remaining, expired
    )
    select gen_random_uuid(), i.id, l.account_id, l.campaign_id, l.issued_at, l.available_at, l.expires_at, l.original, l.remaining,
      l.expired
    from issues i join points_lots l using (transaction_id)`
  await sql`
    insert into campaign_grants (lot_id, transaction_id, campaign_id, account_id, points)
    select l.id, i.id, l.campaign_id, l.account_id, l.original
    from issues i join points_lots l on l.transaction_id = i.id
    where l.campaign_id is not null`
  await sql`
    insert into daily_balances (account_id, issued_on, available_on, expires_at, remaining, expired, last_updated)
    select account_id, issued_on - n, available_on - n, expires_at - n * interval '1 day', 0, 9007199254740991, last_updated
    from generate_series(1, 3650) n, (select * from daily_balances limit 1) d`
  await sql`
    insert into wallet_entries (user_id, amount_minor, reason, reference, actor)
    select user_id, -9007199254740991, reason, reference, ${ACTOR}
    from generate_series(1, ${MANY}), wallet_entries where reference = ${keyDigest(KEY)}`
}

async function copyCampaigns(sql: Database): Promise<void> {
  await sql`
    insert into campaign_history (campaign_id, version, action, actor, before, after)
    select id, n + 1, 'updated', ${ACTOR}, jsonb_set(after, '{status}', '"inactive"'), after
    from generate_series(1, ${MANY}) n, campaigns join campaign_history on campaign_id = id
    where name = ${CAMPAIGN_NAME(0)} and client = 'UnicornStore' and campaign_history.version = 1`
  await sql`update campaigns set version = ${MANY + 1} where name = ${CAMPAIGN_NAME(0)} and client = 'UnicornStore'`
  await sql`
    insert into campaigns (id, client, name, name_key, event_types, status, rules, version)
    select overlay(id::text placing lpad(to_hex(n), 4, '0') from 33 for 4)::uuid, rpad('o' || n, 64, '-'), name, name_key, event_types, status, rules, 1
    from generate_series(1, ${MANY}) n, campaigns where name = ${CAMPAIGN_NAME(1)} and client = 'UnicornStore'`
  await sql`
    insert into campaign_history (campaign_id, version, action, actor, after)
    select c.id, 1, 'created', 'demo', h.after
    from campaigns c, campaigns one join campaign_history h on h.campaign_id = one.id
    where c.client like 'o%-' and one.name = ${CAMPAIGN_NAME(1)} and one.client = 'UnicornStore'`
}

async function parkAwards(sql: Database, purchaseId: string): Promise<void> {
  await sql`
    insert into awards (id, kind, client, user_id, state, evaluation, earned, problem, parked_at)
    select gen_random_uuid(), 'event', client, user_id, 'parked', evaluation, 9007199254740991, 'unavailable', now()
    from generate_series(1, ${MANY}), awards where id = ${purchaseId}`
  await sql`
    insert into operator_requests (kind, subject_id, actor)
    select 'retry', id, ${ACTOR} from generate_series(1, 25), awards where state = 'parked' or id = ${purchaseId}`
}

async function listDiscrepancies(sql: Database): Promise<void> {
  await sql`
    select record_discrepancy(gen_random_uuid(), 'purchase', ${WIDE.repeat(10_000)}) from generate_series(1, ${MANY})`
}

async function copyUsers(sql: Database): Promise<void> {
  await sql`
    insert into users (id, username, tags) select n, rpad('v' || n, 64, '-'), ${LABELS}::text[] from generate_series(1, ${MANY}) n`
  await sql`
    insert into wallets (user_id, balance_minor, added_minor, added_by)
    select n::text, 9007199254740991, 9007199254740991, 'test' from generate_series(1, ${MANY}) n`
}
