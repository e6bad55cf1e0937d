import postgres from 'postgres'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { awardPoints } from '#activities/points.ts'
import { audit, CAMPAIGN_INVARIANTS } from '#db/audit.ts'
import { type CampaignShop, openCampaignShop } from '#test/support/campaign-shop.ts'

const [GIVEN, ISSUED, AWARDS, EVALUATED, ACTIVE, HISTORY, FACTS, COUNTED] = CAMPAIGN_INVARIANTS.map(({ name }) => name)

let shop: CampaignShop
/** Who owns the tables may lift every protection: what is broken here is broken behind the application's back. */
let owner: postgres.Sql

beforeEach(async () => {
  shop = await openCampaignShop()
  owner = postgres(shop.migrateDatabaseUrl, { max: 1, onnotice: () => {} })
  await shop.addBuyer('ann')
  await shop.addCampaign('1', { caps: { totalPoints: 1_000, pointsPerCustomer: 500 } })
  await shop.change('1', { caps: { totalPoints: 300, pointsPerCustomer: 200 } })
  const { purchaseId } = await shop.buy('ann')
  await shop.buy('ann')
  await shop.refund(purchaseId)
})
afterEach(async () => {
  await owner.end()
  await shop.close()
})

async function broken(): Promise<string[]> {
  const { invariants } = await audit(shop.sql)
  const checked = new Set(CAMPAIGN_INVARIANTS.map(({ name }) => name))
  return invariants.flatMap(({ name, violations }) => (checked.has(name) && violations.length > 0 ? [name] : []))
}

async function unprotected(table: string, change: (sql: postgres.TransactionSql) => Promise<unknown>): Promise<void> {
  await owner.begin(async (sql) => {
    await sql`alter table ${sql(table)} disable trigger append_only`
    await change(sql)
    await sql`alter table ${sql(table)} enable trigger append_only`
  })
}

test('the audit finds nothing in campaigns that only purchases have drawn on, and has looked at all of it', async () => {
  const { invariants } = await audit(shop.sql)
  const found = invariants.filter(({ name }) => CAMPAIGN_INVARIANTS.some((invariant) => invariant.name === name))
  expect(found.map(({ name, checked, violations }) => [name, checked, violations])).toEqual([
    [GIVEN, 1, []],
    [ISSUED, 2, []],
    [AWARDS, 2, []],
    [EVALUATED, 2, []],
    [ACTIVE, 1, []],
    [HISTORY, 2, []],
    [FACTS, 2, []],
    [COUNTED, 1, []],
  ])
})

describe('the audit reports', () => {
  test.each([
    {
      what: 'points that a campaign counts without a grant',
      breaks: [GIVEN],
      damage: () => owner`update campaigns set given_points = given_points + 1`,
    },
    {
      what: 'a customer whose count is too low',
      breaks: [GIVEN],
      damage: () => owner`update campaign_customers set given_points = given_points - 1`,
    },
    {
      what: 'more than the highest cap there ever was, to a customer',
      breaks: [GIVEN],
      damage: () =>
        unprotected(
          'campaign_history',
          (sql) => sql`update campaign_history set after = jsonb_set(after, '{caps,pointsPerCustomer}', '29')`,
        ).then(() => owner`update campaigns set cap_points_per_customer = 29`),
    },
    {
      what: 'an award that gave something else than its evaluation says',
      breaks: [EVALUATED],
      damage: () => owner`update awards set evaluation = jsonb_set(evaluation, '{campaigns,0,points}', '169')`,
    },
    {
      what: 'an award of two campaigns of one group',
      breaks: [EVALUATED],
      damage: async () => {
        await shop.addCampaign('2', { exclusiveGroup: 'group' })
        await shop.addCampaign('3')
        await shop.addBuyer('cid')
        await shop.buy('cid')
        await owner`
          update awards set evaluation = jsonb_set(jsonb_set(evaluation, '{campaigns,1,exclusiveGroup}', '"group"'),
            '{campaigns,2,exclusiveGroup}', '"group"')
          where user_id = (select user_id from awards order by created_at desc limit 1)`
      },
    },
    {
      what: 'points of a campaign that was only ever a draft',
      breaks: [ACTIVE],
      damage: () =>
        unprotected(
          'campaign_history',
          (sql) => sql`
            update campaign_history set before = jsonb_set(before, '{status}', '"draft"'), after = jsonb_set(after, '{status}', '"draft"')`,
        ).then(() => owner`update campaigns set status = 'draft'`),
    },
    {
      what: 'a grant that got lost, with the counts to match',
      breaks: [ISSUED],
      damage: async () => {
        await unprotected('campaign_grants', (sql) => sql`delete from campaign_grants where points < 0`)
        await owner`update campaigns set given_points = (select sum(points) from campaign_grants)`
        await owner`update campaign_customers set given_points = (select sum(points) from campaign_grants)`
      },
    },
    ...Object.entries({
      event_types: `'["Ride"]'`,
      status: `'inactive'`,
      starts_at: `'2020-01-01'`,
      ends_at: `'2999-01-01'`,
      time_zone: `'Europe/Berlin'`,
      priority: '1',
      exclusive_group: `'a'`,
      cap_total_points: '301',
      cap_points_per_customer: '201',
      available_after_days: '1',
      expiry: `'{"days": 1}'`,
      rules: `'[]'`,
    }).map(([term, value]) => ({
      what: `a campaign whose ${term} was changed past its history`,
      breaks: [HISTORY],
      damage: () => owner.unsafe(`update campaigns set ${term} = ${value}`),
    })),
    {
      what: 'facts that got lost',
      breaks: [FACTS],
      damage: () => unprotected('event_facts', (sql) => sql`delete from event_facts`),
    },
    {
      what: 'a purchase that does not know of the one before it',
      breaks: [COUNTED],
      damage: async () => {
        await shop.addBuyer('ben')
        const [, second] = [await shop.buy('ben'), await shop.buy('ben')]
        await unprotected(
          'event_facts',
          (sql) => sql`
            update event_facts set facts = jsonb_set(facts, '{customer,purchases}', '0') where id = ${second?.purchaseId ?? ''}`,
        )
      },
    },
    {
      what: 'facts of nothing',
      breaks: [FACTS],
      damage: () => owner`insert into event_facts (id, facts) select gen_random_uuid(), facts from event_facts limit 1`,
    },
    ...["'{local,UTC,hour}', '24'", "'{products}', '{}'", "'{customer}', 'null'"].map((change) => ({
      what: `facts in which ${change} was written over what was true`,
      breaks: [FACTS],
      damage: () =>
        unprotected('event_facts', (sql) => sql.unsafe(`update event_facts set facts = jsonb_set(facts, ${change})`)),
    })),
  ])('$what', async ({ breaks, damage }) => {
    await damage()
    expect(await broken()).toEqual(breaks)
  })
})

test('the audit reports an event whose points are in the ledger and not on it', async () => {
  await awardPoints(shop.points, { eventId: await shop.review('ben') })
  expect(await broken()).toEqual([])
  await owner`update awards set state = 'nothing', points = 0, transaction_id = null where kind = 'event'`
  expect(await broken()).toEqual([AWARDS])
})

describe.each([
  ['campaign_history', 'campaign_id'],
  ['campaign_grants', 'campaign_id'],
  ['event_facts', 'facts'],
])('%s', (table, column) => {
  test('refuses to be changed, even by its owner', async () => {
    await expect(owner`delete from ${owner(table)}`).rejects.toThrow('append-only')
    const same = shop.sql`${shop.sql(column)} = ${shop.sql(column)}`
    await expect(shop.sql`update ${shop.sql(table)} set ${same}`).rejects.toThrow('permission denied')
  })
})
