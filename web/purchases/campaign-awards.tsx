import { Text } from '@mantine/core'
import type { Purchase } from '#web/client/purchases.ts'
import { points } from '#web/format/points.ts'
import { AnchorLink } from '#web/page/anchor-link.tsx'
import classes from './campaign-awards.module.css'

type Award = Purchase['campaigns'][number]

/** What each campaign gave, and by which of its rules. */
export function CampaignAwards({ campaigns }: { campaigns: readonly Award[] }) {
  if (campaigns.length === 0) return null
  return (
    <ul className={classes.awards} aria-label="Campaigns">
      {campaigns.map((award) => (
        <li key={award.campaign}>
          <Text component="span">
            Campaign{' '}
            <AnchorLink to="/campaigns/$campaignName" params={{ campaignName: award.campaign }}>
              {award.campaign}
            </AnchorLink>{' '}
            gave {points(award.points)}
            {award.limitedBy !== null && `, of ${award.exact}: ${LIMITS[award.limitedBy]}`}
          </Text>
          {award.rules.map((rule) => (
            <Text key={rule.rule} size="sm" c="dimmed">
              {sayRule(rule)}
            </Text>
          ))}
        </li>
      ))}
    </ul>
  )
}

const LIMITS: Record<NonNullable<Award['limitedBy']>, string> = {
  totalPoints: 'all that it has to give is given',
  pointsPerCustomer: 'it gives nobody more than that',
  pointsPerAward: 'all of it together would be more points than can be booked at once',
}

/** People count from one. */
function sayRule({ rule, exact, notEvaluated }: Award['rules'][number]): string {
  if (notEvaluated) return `Rule ${rule + 1} could not be applied: ${notEvaluated.message}`
  const isWhole = /^\d+$/.test(exact ?? '')
  return `Rule ${rule + 1} gave ${exact}${isWhole ? '' : ', before rounding'}`
}
