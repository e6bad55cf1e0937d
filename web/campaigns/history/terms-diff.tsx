import { Stack, Text } from '@mantine/core'
import { useProductName } from '#web/campaigns/builder/pickers.tsx'
import { readRule } from '#web/campaigns/builder/rule-row.ts'
import { formatCounting, formatEnding } from '#web/campaigns/points-terms.ts'
import { formatRule, formatSentence } from '#web/campaigns/rule-text.ts'
import { formatRules } from '#web/campaigns/rules-editor/rules-json.ts'
import type { CampaignTerms } from '#web/client/campaigns.ts'
import { dateTime } from '#web/format/dates.ts'
import { points } from '#web/format/points.ts'
import { type DiffLine, diffLines, withContext } from './line-diff.ts'
import classes from './terms-diff.module.css'

type TermsDiffProps = { before: CampaignTerms; after: CampaignTerms }

/** The differences between two versions of a campaign. */
export function TermsDiff({ before, after }: TermsDiffProps) {
  const terms = changedTerms(before, after)
  const rules = changedRules(before, after)
  if (terms.length === 0 && !rules) return <Text c="dimmed">There are no differences.</Text>
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
      {rules && <ChangedSentences before={before.rules} after={after.rules} />}
      {rules && !isSaid(before.rules, after.rules) && <RulesDiff {...rules} />}
    </Stack>
  )
}

/** A term other than the rules that differs, in words. */
type ChangedTerm = { name: string; before: string; after: string }

const TERMS: { name: string; format: (terms: CampaignTerms) => string }[] = [
  { name: 'Status', format: ({ status }) => status },
  { name: 'Event types', format: ({ event_types }) => event_types.join(', ') },
  { name: 'Starts', format: ({ starts_at }) => (starts_at === null ? 'no start' : dateTime(starts_at)) },
  { name: 'Ends', format: ({ ends_at }) => (ends_at === null ? 'no end' : dateTime(ends_at)) },
  { name: 'Time zone', format: ({ time_zone }) => time_zone },
  { name: 'Priority', format: ({ priority }) => String(priority) },
  { name: 'Exclusive group', format: ({ exclusive_group }) => exclusive_group ?? 'none' },
  { name: 'Budget', format: ({ cap_total_points: cap }) => (cap === null ? 'none' : `at most ${points(cap)}`) },
  {
    name: 'Points per customer',
    format: ({ cap_points_per_customer: cap }) => (cap === null ? 'no limit' : `at most ${points(cap)}`),
  },
  { name: 'Points count', format: formatCounting },
  { name: 'Points end', format: formatEnding },
]

function changedTerms(before: CampaignTerms, after: CampaignTerms): ChangedTerm[] {
  return TERMS.map(({ name, format }) => ({ name, before: format(before), after: format(after) })).filter(
    (term) => term.before !== term.after,
  )
}

/** The rules of both versions as JSON, or undefined if they are the same. An empty list is an empty text. */
function changedRules(older: CampaignTerms, newer: CampaignTerms): { before: string; after: string } | undefined {
  const [before, after] = [formatRulesOf(older), formatRulesOf(newer)]
  return before === after ? undefined : { before, after }
}

function formatRulesOf({ rules }: CampaignTerms): string {
  return rules.length === 0 ? '' : formatRules(rules)
}

type Rules = CampaignTerms['rules']

/** Whether the sentences of the rules say all that changed: no rule is an advanced one, and the same is said of no two. */
function isSaid(before: Rules, after: Rules): boolean {
  const sentences = (rules: Rules) => rules.map((rule) => formatSentence(formatRule(rule))).join('\n')
  return [...before, ...after].every((rule) => readRule(rule)) && sentences(before) !== sentences(after)
}

/** The rules that are only in one of both versions, each in a sentence. */
function ChangedSentences({ before, after }: { before: Rules; after: Rules }) {
  const nameOf = useProductName()
  const sentences = (rules: Rules) => rules.map((rule) => formatSentence(formatRule(rule, nameOf))).join('\n')
  const changed = diffLines(sentences(before), sentences(after)).filter(({ kind }) => kind !== 'same')
  return (
    <ul className={classes.sentences} aria-label="Rules that changed">
      {changed.map(({ kind, text }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: sentences have no identity but their position.
        <li key={index} className={classes.term}>
          <span>{kind === 'added' ? 'New rule' : 'Former rule'}</span>
          <span>{kind === 'added' ? <ins>{text}</ins> : <del>{text}</del>}</span>
        </li>
      ))}
    </ul>
  )
}

const SIGNS = { same: ' ', removed: '−', added: '+' }
const ELEMENTS = { same: 'span', removed: 'del', added: 'ins' } as const

/** The changed lines of the rules, with some context. */
function RulesDiff({ before, after }: { before: string; after: string }) {
  const lines = withContext(diffLines(before, after))
  return (
    <div className={classes.rules}>
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their position.
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
