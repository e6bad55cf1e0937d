import { Stack, Text } from '@mantine/core'
import { formatRules } from '#web/campaigns/rules-editor/rules-json.ts'
import type { CampaignTerms } from '#web/client/campaigns.ts'
import { dateTime } from '#web/format/dates.ts'
import { points } from '#web/format/points.ts'
import { type DiffLine, diffLines, withContext } from './line-diff.ts'
import classes from './terms-diff.module.css'

type TermsDiffProps = { before: CampaignTerms; after: CampaignTerms }

/** What differs between two versions of a campaign. */
export function TermsDiff({ before, after }: TermsDiffProps) {
  const terms = changedTerms(before, after)
  const rules = changedRules(before, after)
  if (terms.length === 0 && !rules) return <Text c="dimmed">Nothing differs.</Text>
  return (
    <Stack gap="sm">
      {terms.length > 0 && (
        <dl className={classes.terms}>
          {terms.map((term) => (
            <div key={term.name} className={classes.term}>
              <dt>{term.name}</dt>
              <dd>
                <del>{term.before}</del> <span aria-hidden>→</span> <ins>{term.after}</ins>
              </dd>
            </div>
          ))}
        </dl>
      )}
      {rules && <RulesDiff {...rules} />}
    </Stack>
  )
}

/** A term that differs, in words; rules are told by themselves. */
type ChangedTerm = { name: string; before: string; after: string }

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
function changedTerms(before: CampaignTerms, after: CampaignTerms): ChangedTerm[] {
  return TERMS.map(({ name, say }) => ({ name, before: say(before), after: say(after) })).filter(
    (term) => term.before !== term.after,
  )
}

/** The rules of both, spelled, or undefined when they are the same. No rules are no text. */
function changedRules(older: CampaignTerms, newer: CampaignTerms): { before: string; after: string } | undefined {
  const [before, after] = [spelled(older), spelled(newer)]
  return before === after ? undefined : { before, after }
}

function spelled({ rules }: CampaignTerms): string {
  return rules.length === 0 ? '' : formatRules(rules)
}

const SIGNS = { same: ' ', removed: '−', added: '+' }
const ELEMENTS = { same: 'span', removed: 'del', added: 'ins' } as const

/** How the text of rules changed, line by line. */
function RulesDiff({ before, after }: { before: string; after: string }) {
  const lines = withContext(diffLines(before, after))
  return (
    <div className={classes.rules}>
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines are told apart by their place.
        <Line key={index} line={line} />
      ))}
    </div>
  )
}

function Line({ line }: { line: DiffLine | undefined }) {
  if (!line) return <span className={classes.line}> …</span>
  const Element = ELEMENTS[line.kind]
  return (
    <Element className={classes.line}>
      {SIGNS[line.kind]} {line.text}
    </Element>
  )
}
