import {
  type Campaign,
  type CampaignEvaluation,
  type CampaignEvent,
  DEFAULT_TERMS,
  evaluateCampaign,
  type PurchaseCompleted,
} from '#domain/campaigns/campaign.ts'
import type { Condition, Rule } from '#domain/campaigns/condition.ts'
import { AwardWork, type Sliced } from '#domain/campaigns/evaluation.ts'
import { jsonCopy } from '#domain/campaigns/json-path.ts'

export const ALWAYS: Condition = { variable: '$.quantity', rule: 'numeric_greater_than_equals', value: 0 }

/** The purchase of one Unicorn Air, or what a test makes of it. */
export function purchase(changes: Record<string, unknown> = {}): PurchaseCompleted {
  return {
    type: 'PurchaseCompleted',
    client: 'UnicornStore',
    occurredAt: '2026-11-23T12:00:00.000Z',
    purchaseId: '019abcde-0000-7000-8000-000000000001',
    username: 'alice',
    amount: 1700,
    total: 1700,
    quantity: 1,
    productId: '1',
    lines: [{ productId: '1', quantity: 1, price: 1700, total: 1700, categories: ['unicorns'], tags: [] }],
    customer: { purchases: 0, tags: [], since: '2026-11-01' },
    ...changes,
  }
}

/** A rule that gives what its formula says, on the condition or always: on one that every purchase meets. */
export function giving(formula: string, condition: Condition = ALWAYS): Rule {
  return { condition, action: { command: 'issue', formula } }
}

/** The same without any condition, which is always, too. */
export function withoutCondition(formula: string): Rule {
  return { action: { command: 'issue', formula } }
}

/** When the campaigns of examples got their terms. */
export const SAVED_AT = '2026-11-23T12:00:00.000Z'

export function campaign(changes: Partial<Campaign> = {}): Campaign {
  return {
    id: '7',
    client: 'UnicornStore',
    name: '1',
    ...DEFAULT_TERMS,
    rules: [SAMPLE_RULE],
    ...changes,
  }
}

export const SAMPLE_RULE: Rule = {
  variable: '$.amount',
  condition: { rule: 'numeric_greater_than', value: 100 },
  action: { command: 'issue', formula: '$.amount/10' },
}

/** Runs work to its end without a pause. */
export function inOneGo<Result>(work: Sliced<Result>): Result {
  for (;;) {
    const slice = work.next()
    if (slice.done) return slice.value
  }
}

/** What the rules of one campaign make of an event. */
export function evaluated({ rules }: Pick<Campaign, 'rules'>, event: CampaignEvent): CampaignEvaluation {
  return inOneGo(evaluateCampaign({ id: '7', rules }, jsonCopy(event), new AwardWork()))
}
