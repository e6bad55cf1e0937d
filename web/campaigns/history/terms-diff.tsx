import { Stack, Text } from '@mantine/core'
import type { CampaignTerms } from '#web/client/campaigns.ts'
import { changedRules, changedTerms } from './changed-terms.ts'
import { RulesDiff } from './rules-diff.tsx'
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
