import { spellRules } from '#web/campaigns/terms/spell-rules.ts'
import type { CampaignTerms } from '#web/client/campaigns.ts'
import { dateTime } from '#web/format/dates.ts'
import { points } from '#web/format/points.ts'

/** A term that differs, in words; rules are told by themselves. */
export type ChangedTerm = { name: string; before: string; after: string }

const TERMS: { name: string; say: (terms: CampaignTerms) => string }[] = [
  { name: 'Status', say: ({ status }) => status },
  { name: 'Starts', say: ({ starts_at }) => (starts_at === null ? 'from ever' : dateTime(starts_at)) },
  { name: 'Ends', say: ({ ends_at }) => (ends_at === null ? 'never' : dateTime(ends_at)) },
  { name: 'Points in all', say: ({ cap_total_points: cap }) => (cap === null ? 'no cap' : `at most ${points(cap)}`) },
  {
    name: 'Points per customer',
    say: ({ cap_points_per_customer: cap }) => (cap === null ? 'no cap' : `at most ${points(cap)}`),
  },
]

/** The terms that differ; of a campaign that was just created, those that are not as they are without a word. */
export function changedTerms(before: CampaignTerms, after: CampaignTerms): ChangedTerm[] {
  return TERMS.map(({ name, say }) => ({ name, before: say(before), after: say(after) })).filter(
    (term) => term.before !== term.after,
  )
}

/** The rules of both, spelled, or undefined when they are the same. No rules are no text. */
export function changedRules(
  older: CampaignTerms,
  newer: CampaignTerms,
): { before: string; after: string } | undefined {
  const [before, after] = [spelled(older), spelled(newer)]
  return before === after ? undefined : { before, after }
}

function spelled({ rules }: CampaignTerms): string {
  return rules.length === 0 ? '' : spellRules(rules)
}
