import { formatRules } from '#web/campaigns/rules-editor/rules-json.ts'
import {
  type CampaignChanges,
  type CampaignKey,
  type CampaignTerms,
  PURCHASE_COMPLETED,
} from '#web/client/campaigns.ts'
import type { Candidate } from '#web/client/simulation.ts'
import { dateTimeError, instantOf, localInput } from '#web/format/dates.ts'
import { LABEL } from '#web/format/labels.ts'
import { type NumberKind, numberError, numberOf } from '#web/format/numbers.ts'
import { AFTER_DAYS, type EndText, endError, endText, expiryOf, FIRST_OF_KIND } from './points-end.ts'

/** The terms of a campaign while they are edited, as the texts of the inputs: an incomplete input is not lost. */
export type Draft = {
  status: CampaignTerms['status']
  /** One in a line. */
  eventTypes: string
  /** As a `DateTimeField` keeps it; empty for none. */
  startsAt: string
  endsAt: string
  /** IANA name. */
  timeZone: string
  /** A whole number; empty for 0. */
  priority: string
  /** A label; empty for none. */
  exclusiveGroup: string
  /** A whole number; empty for no cap. */
  capTotal: string
  capPerCustomer: string
  /** A whole number of days; empty for none: the points count at once. */
  countAfter: string
  end: EndText
  /** A JSON array. */
  rules: string
}

/** A new campaign has no rules: it starts with a choice of some. */
export const NEW_DRAFT: Draft = {
  status: 'draft',
  eventTypes: PURCHASE_COMPLETED,
  startsAt: '',
  endsAt: '',
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  priority: '',
  exclusiveGroup: '',
  capTotal: '',
  capPerCustomer: '',
  countAfter: '',
  end: FIRST_OF_KIND.usual,
  rules: formatRules([]),
}

export function draftOf(terms: CampaignTerms): Draft {
  const { status, event_types, starts_at, ends_at, priority, available_after_days, expiry, rules, ...others } = terms
  return {
    status,
    eventTypes: event_types.join('\n'),
    startsAt: starts_at === null ? '' : localInput(starts_at),
    endsAt: ends_at === null ? '' : localInput(ends_at),
    timeZone: others.time_zone,
    priority: priority === 0 ? '' : String(priority),
    exclusiveGroup: others.exclusive_group ?? '',
    capTotal: String(others.cap_total_points ?? ''),
    capPerCustomer: String(others.cap_points_per_customer ?? ''),
    countAfter: available_after_days === 0 ? '' : String(available_after_days),
    end: endText(expiry),
    rules: formatRules(rules),
  }
}

export function isSameDraft(a: Draft, b: Draft): boolean {
  return (Object.keys(a) as (keyof Draft)[]).every((part) => a[part] === b[part])
}

/** My changes on top of a version that somebody else saved: what I did not touch is as they have left it. */
export function mergeDrafts(mine: Draft, before: Draft, theirs: Draft): Draft {
  const parts = Object.keys(mine) as (keyof Draft)[]
  const touched = parts.filter((part) => mine[part] !== before[part])
  return { ...theirs, ...Object.fromEntries(touched.map((part) => [part, mine[part]])) }
}

/** The body of a request. An unreadable input counts as empty: what is saved has none, see `inputErrors`. */
export function termsOf(draft: Draft): Required<CampaignChanges> {
  return {
    status: draft.status,
    event_types: typesIn(draft.eventTypes),
    starts_at: instantOf(draft.startsAt) ?? null,
    ends_at: instantOf(draft.endsAt) ?? null,
    time_zone: draft.timeZone,
    priority: numberOf(draft.priority, PRIORITY) ?? 0,
    exclusive_group: draft.exclusiveGroup === '' ? null : draft.exclusiveGroup,
    cap_total_points: capOf(draft.capTotal),
    cap_points_per_customer: capOf(draft.capPerCustomer),
    available_after_days: numberOf(draft.countAfter, AFTER_DAYS) ?? 0,
    expiry: expiryOf(draft.end),
    rules: draft.rules,
  }
}

/** Only the terms that changed. The others are not sent, because an input has no milliseconds. */
export function changesOf(draft: Draft, before: Draft): CampaignChanges {
  const terms = termsOf(draft)
  return {
    ...(draft.status !== before.status && { status: terms.status }),
    ...(draft.eventTypes !== before.eventTypes && { event_types: terms.event_types }),
    ...(draft.startsAt !== before.startsAt && { starts_at: terms.starts_at }),
    ...(draft.endsAt !== before.endsAt && { ends_at: terms.ends_at }),
    ...(draft.timeZone !== before.timeZone && { time_zone: terms.time_zone }),
    ...(draft.priority !== before.priority && { priority: terms.priority }),
    ...(draft.exclusiveGroup !== before.exclusiveGroup && { exclusive_group: terms.exclusive_group }),
    ...(draft.capTotal !== before.capTotal && { cap_total_points: terms.cap_total_points }),
    ...(draft.capPerCustomer !== before.capPerCustomer && { cap_points_per_customer: terms.cap_points_per_customer }),
    ...(draft.countAfter !== before.countAfter && { available_after_days: terms.available_after_days }),
    ...(draft.end !== before.end && { expiry: terms.expiry }),
    ...(draft.rules !== before.rules && { rules: terms.rules }),
  }
}

function typesIn(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

function capOf(text: string): number | null {
  return numberOf(text, CAP) ?? null
}

/** Validation errors by input. The rules are validated by the API. */
export type InputErrors = Partial<Record<Exclude<keyof Draft, 'status' | 'rules'>, string>>

export const CAP: NumberKind = { min: 0, max: 1_000_000_000_000, decimals: 0 }

export const PRIORITY: NumberKind = { min: -1_000, max: 1_000, decimals: 0 }

/** Of the API. */
const MAX_TYPES = 10
const MAX_TYPE = 100

function typesError(types: string[]): string | undefined {
  if (types.length === 0) return 'Name at least one type of event.'
  if (types.length > MAX_TYPES) return `Name at most ${MAX_TYPES} types of events.`
  if (new Set(types).size < types.length) return 'Name each type of event once.'
  return types.some((type) => [...type].length > MAX_TYPE)
    ? `A type of event has at most ${MAX_TYPE} characters.`
    : undefined
}

export function inputErrors(draft: Draft): InputErrors {
  const { eventTypes, startsAt, endsAt, priority, exclusiveGroup, capTotal, capPerCustomer, countAfter } = draft
  const types = typesError(typesIn(eventTypes))
  const start = dateTimeError(startsAt)
  const [starts, ends] = [instantOf(startsAt), instantOf(endsAt)]
  const isReversed = starts !== undefined && ends !== undefined && ends <= starts
  const end = dateTimeError(endsAt) ?? (isReversed && 'The end must be after the start.')
  const wrongPriority = numberError(priority, PRIORITY)
  const isGroup = exclusiveGroup === '' || LABEL.test(exclusiveGroup)
  const total = numberError(capTotal, CAP)
  const perCustomer = numberError(capPerCustomer, CAP)
  const after = numberError(countAfter, AFTER_DAYS)
  const endOfPoints = endError(draft.end)
  return {
    ...(types && { eventTypes: types }),
    ...(start && { startsAt: start }),
    ...(end && { endsAt: end }),
    ...(wrongPriority && { priority: wrongPriority }),
    ...(!isGroup && { exclusiveGroup: 'Use up to 40 small letters, digits and hyphens.' }),
    ...(total && { capTotal: total }),
    ...(perCustomer && { capPerCustomer: perCustomer }),
    ...(after && { countAfter: after }),
    ...(endOfPoints && { end: endOfPoints }),
  }
}

/** Whose campaign it is; one that is not stored has no name yet. */
export type CandidateKey = Pick<CampaignKey, 'client'> & Partial<CampaignKey>

/**
 * The candidate of a simulation or backtest: it replaces the stored campaign of that name, or is a new one. An invalid
 * input counts as empty, so that the rules can be evaluated all the same.
 */
export function candidateOf(draft: Draft, of: CandidateKey): Candidate & { rules: string } {
  const errors = inputErrors(draft)
  return {
    client: of.client,
    ...(of.campaign_name !== undefined && { campaign_name: of.campaign_name }),
    ...termsOf(draft),
    rules: draft.rules,
    ...(errors.eventTypes && { event_types: [PURCHASE_COMPLETED] }),
    ...(errors.endsAt && { ends_at: null }),
    ...(errors.exclusiveGroup && { exclusive_group: null }),
  }
}
