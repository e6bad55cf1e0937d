import postgres from 'postgres'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { awardPoints } from '#activities/points.ts'
import { audit, CAMPAIGN_INVARIANTS } from '#db/audit.ts'
import { type CampaignShop, openCampaignShop } from '#test/support/campaign-shop.ts'

const [GIVEN, ISSUED, AWARDS, HISTORY] = CAMPAIGN_INVARIANTS.map(({ name }) => name)

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
    [HISTORY, 2, []],
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
      what: 'a grant that got lost, with the counts to match',
      breaks: [ISSUED],
      damage: async () => {
        await unprotected('campaign_grants', (sql) => sql`delete from campaign_grants where points < 0`)
        await owner`update campaigns set given_points = (select sum(points) from campaign_grants)`
        await owner`update campaign_customers set given_points = (select sum(points) from campaign_grants)`
      },
    },
    {
      what: 'a campaign that was changed past its history',
      breaks: [HISTORY],
      damage: () => owner`update campaigns set status = 'inactive'`,
    },
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

describe.each(['campaign_history', 'campaign_grants'])('%s', (table) => {
  test('refuses to be changed, even by its owner', async () => {
    await expect(owner`delete from ${owner(table)}`).rejects.toThrow('append-only')
    await expect(shop.sql`update ${shop.sql(table)} set campaign_id = campaign_id`).rejects.toThrow('permission denied')
  })
})
