import type { Hono } from 'hono'
import { JSONPath } from 'jsonpath-plus'
import type { NaiveCampaign, NaiveRule, NaiveStore } from './naive-store.ts'

const MAX_CAMPAIGNS = 50

export function registerNaiveCampaigns(app: Hono, store: NaiveStore): void {
  const { campaigns, pause } = store
  const keyOf = (client: string, name: string) => `${client}/${name}`

  app.post('/campaigns', async (c) => {
    const { ends_at = null, ...body } = await c.req.json()
    const key = keyOf(body.client, body.campaign_name)
    if (campaigns.has(key)) return c.json({ code: 'campaign_exists' }, 409)
    const count = [...campaigns.values()].filter(({ client }) => client === body.client).length
    if (count >= MAX_CAMPAIGNS) return c.json({ code: 'too_many_campaigns' }, 409)
    await pause()
    const campaign: NaiveCampaign = {
      status: 'active',
      cap_total_points: null,
      cap_points_per_customer: null,
      ...body,
      ends_at: ends_at && new Date(ends_at).toISOString(),
      version: 1,
      given: 0,
      givenTo: {},
    }
    campaigns.set(key, campaign)
    return c.json(campaign, 201, { ETag: tagOf(campaign) })
  })

  app.get('/campaigns', (c) => {
    const items = [...campaigns.values()].filter(({ client }) => client === c.req.query('client'))
    return c.json({ items, count: items.length })
  })

  app.get('/campaigns/:name', (c) => {
    const campaign = campaigns.get(keyOf(c.req.query('client') ?? '', c.req.param('name')))
    return campaign ? c.json(campaign, 200, { ETag: tagOf(campaign) }) : c.json({ code: 'unknown_campaign' }, 404)
  })

  app.patch('/campaigns/:name', async (c) => {
    const campaign = campaigns.get(keyOf(c.req.query('client') ?? '', c.req.param('name')))
    const changes = await c.req.json()
    if (!campaign) return c.json({ code: 'unknown_campaign' }, 404)
    if (c.req.header('If-Match') !== tagOf(campaign)) return c.json({ code: 'campaign_moved_on' }, 412)
    await pause()
    Object.assign(campaign, changes, { version: campaign.version + 1 })
    return c.json(campaign, 200, { ETag: tagOf(campaign) })
  })

  app.delete('/campaigns/:name', (c) => {
    campaigns.delete(keyOf(c.req.query('client') ?? '', c.req.param('name')))
    return c.body(null, 204)
  })

  app.post('/events', async (c) => {
    const { type, client, account_id, payload } = await c.req.json()
    const points = await award(store, account_id, client, Object.assign({ type, client }, payload))
    return c.json({ points })
  })
}

function tagOf({ version }: NaiveCampaign): string {
  return `"${version}"`
}

function isRunning({ status, ends_at }: NaiveCampaign): boolean {
  return status === 'active' && (ends_at === null || new Date().toISOString() < ends_at)
}

/** @returns the points that the account was given */
export async function award(store: NaiveStore, account: string, client: string, facts: object): Promise<number> {
  let sum = 0
  for (const campaign of store.campaigns.values()) {
    if (campaign.client !== client || !isRunning(campaign)) continue
    const earned = Math.round(campaign.rules.reduce((points, rule) => points + pointsOf(rule, facts), 0))
    const left = Math.min(
      (campaign.cap_total_points ?? Infinity) - campaign.given,
      (campaign.cap_points_per_customer ?? Infinity) - (campaign.givenTo[account] ?? 0),
    )
    const points = Math.min(earned, left)
    await store.pause()
    campaign.given += points
    campaign.givenTo[account] = (campaign.givenTo[account] ?? 0) + points
    sum += points
  }
  store.points.set(account, (store.points.get(account) ?? 0) + sum)
  return sum
}

function pointsOf({ variable, condition, action }: NaiveRule, facts: object): number {
  const value = lookUp(condition.variable ?? variable ?? '$', facts)
  if (!matches(value, condition.rule, condition.value)) return 0
  // Formulas are JavaScript, are they not?
  return new Function('$', `return ${action.formula}`)(facts)
}

function lookUp(path: string, facts: object): unknown {
  const isPlain = /^\$(\.\w+)+$/.test(path)
  if (!isPlain) return JSONPath({ path, json: facts, wrap: false, eval: 'native' })
  const names = path.split('.').slice(1)
  // biome-ignore lint/suspicious/noExplicitAny: whatever is there.
  return names.reduce((value: any, name) => value?.[name], facts)
}

// biome-ignore lint/suspicious/noExplicitAny: whatever is there.
function matches(value: any, rule: string, wanted: any): boolean {
  switch (rule) {
    case 'numeric_greater_than':
      return value > wanted
    case 'numeric_greater_than_equals':
      return value >= wanted
    default:
      return value === wanted
  }
}
