import { formatRules } from '#web/campaigns/rules-editor/rules-json.ts'
import type { CampaignChanges } from '#web/client/campaign-changes.ts'
import type { CampaignTerms } from '#web/client/campaigns.ts'
import type { Candidate } from '#web/client/simulation.ts'
import { instantOf, localInput } from '#web/format/dates.ts'

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
  rules: formatRules([EXAMPLE_RULE]),
}

export function draftOf({ status, starts_at, ends_at, rules, ...caps }: CampaignTerms): Draft {
  return {
    status,
    startsAt: starts_at === null ? '' : localInput(starts_at),
    endsAt: ends_at === null ? '' : localInput(ends_at),
    capTotal: String(caps.cap_total_points ?? ''),
    capPerCustomer: String(caps.cap_points_per_customer ?? ''),
    rules: formatRules(rules),
  }
}

export function isSameDraft(a: Draft, b: Draft): boolean {
  return (Object.keys(a) as (keyof Draft)[]).every((part) => a[part] === b[part])
}

/** A draft as the API takes it. Parts that make no sense are left as the API would have them: see `inputErrors`. */
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

/** What is wrong with the parts of a draft that are inputs; its rules are judged by the API. */
export type InputErrors = Partial<Record<'endsAt' | 'capTotal' | 'capPerCustomer', string>>

const MAX_POINTS = 1_000_000_000_000

export function inputErrors({ startsAt, endsAt, capTotal, capPerCustomer }: Draft): InputErrors {
  const total = capError(capTotal)
  const perCustomer = capError(capPerCustomer)
  const isBackwards = startsAt !== '' && endsAt !== '' && new Date(endsAt) <= new Date(startsAt)
  return {
    ...(isBackwards && { endsAt: 'It must end after it starts.' }),
    ...(total && { capTotal: total }),
    ...(perCustomer && { capPerCustomer: perCustomer }),
  }
}

function capError(text: string): string | undefined {
  if (!/^\d*$/.test(text)) return 'A whole number of points, or nothing for no cap.'
  return Number(text) > MAX_POINTS ? `At most ${MAX_POINTS.toLocaleString('en')}.` : undefined
}

/**
 * A draft as it is tried: in place of the stored campaign of that name, or as a new one. An input that makes no sense does
 * not keep the rules from being tried: it counts as empty.
 */
export function candidateOf(draft: Draft, campaignName: string | undefined): Candidate & { rules: string } {
  const errors = inputErrors(draft)
  return {
    ...(campaignName !== undefined && { campaign_name: campaignName }),
    ...termsOf(draft),
    rules: draft.rules,
    ...(errors.endsAt && { ends_at: null }),
    ...(errors.capTotal && { cap_total_points: null }),
    ...(errors.capPerCustomer && { cap_points_per_customer: null }),
  }
}
