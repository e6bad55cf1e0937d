import type { CampaignChanges, CampaignTerms } from '#web/client/campaigns.ts'
import { instantOf, localInput } from '#web/format/dates.ts'
import { spellRules } from './spell-rules.ts'

/** The terms of a campaign as they are being typed: texts, so that nothing is lost that makes no sense yet. */
export type Draft = {
  status: CampaignTerms['status']
  /** As `<input type="datetime-local">` has them; empty: none. */
  startsAt: string
  endsAt: string
  /** Whole numbers, or empty for no cap. */
  capTotal: string
  capPerCustomer: string
  /** JSON. */
  rules: string
}

const EXAMPLE_RULE = {
  variable: '$.amount',
  condition: { rule: 'numeric_greater_than', value: 100 },
  action: { command: 'issue', formula: '$.amount/10' },
}

/** Where a new campaign begins: a rule to change is easier than an empty page. */
export const NEW_DRAFT: Draft = {
  status: 'active',
  startsAt: '',
  endsAt: '',
  capTotal: '',
  capPerCustomer: '',
  rules: spellRules([EXAMPLE_RULE]),
}

export function draftOf({ status, starts_at, ends_at, rules, ...caps }: CampaignTerms): Draft {
  return {
    status,
    startsAt: starts_at === null ? '' : localInput(starts_at),
    endsAt: ends_at === null ? '' : localInput(ends_at),
    capTotal: String(caps.cap_total_points ?? ''),
    capPerCustomer: String(caps.cap_points_per_customer ?? ''),
    rules: spellRules(rules),
  }
}

export function isSameDraft(a: Draft, b: Draft): boolean {
  return (Object.keys(a) as (keyof Draft)[]).every((part) => a[part] === b[part])
}

/** A draft as the API takes it. Parts that make no sense are left as the API would have them: see `mistakesOf`. */
export function termsOf(draft: Draft): Required<CampaignChanges> {
  return {
    status: draft.status,
    starts_at: instantOf(draft.startsAt) ?? null,
    ends_at: instantOf(draft.endsAt) ?? null,
    cap_total_points: capOf(draft.capTotal),
    cap_points_per_customer: capOf(draft.capPerCustomer),
    rules: draft.rules,
  }
}

/** Only what differs: what nobody touched stays as it is, to the millisecond. */
export function changesOf(draft: Draft, before: Draft): CampaignChanges {
  const terms = termsOf(draft)
  return {
    ...(draft.status !== before.status && { status: terms.status }),
    ...(draft.startsAt !== before.startsAt && { starts_at: terms.starts_at }),
    ...(draft.endsAt !== before.endsAt && { ends_at: terms.ends_at }),
    ...(draft.capTotal !== before.capTotal && { cap_total_points: terms.cap_total_points }),
    ...(draft.capPerCustomer !== before.capPerCustomer && { cap_points_per_customer: terms.cap_points_per_customer }),
    ...(draft.rules !== before.rules && { rules: terms.rules }),
  }
}

function capOf(text: string): number | null {
  return text === '' ? null : Number(text)
}
