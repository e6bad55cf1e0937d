import { Skeleton, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { clientSearch } from '#web/campaigns/campaign-search.ts'
import { STORE_CLIENT } from '#web/client/campaigns.ts'
import { type AwardEvaluation, type Earner, evaluationQuery, type Purchase } from '#web/client/purchases.ts'
import { formatLimit, formatWaiting, points } from '#web/format/points.ts'
import { AnchorLink } from '#web/page/links.tsx'
import list from '#web/page/list.module.css'
import { LoadError } from '#web/page/list.tsx'
import { Section } from '#web/page/section.tsx'
import { formatTakenBack } from './purchase-text.ts'

/** Which campaign and rule gave which points for a purchase; nothing while that is not known. */
export function PointsEarned({ purchase }: { purchase: Purchase }) {
  const { award, purchaseId, campaigns, status } = purchase
  // Of one that was refunded nothing is left, and the words below say why.
  const earned = status === 'refunded' ? purchase.pointsIssued : purchase.pointsKept
  const takenBack = formatTakenBack(purchase)
  const waiting = takenBack === undefined ? formatWaiting(campaigns) : ''
  if (award === null) return null
  if (award === 'voided') {
    return (
      <Section title="Points earned">
        <Text>The points had not been issued when the purchase was refunded, and will not be issued.</Text>
      </Section>
    )
  }
  if (award === 'dismissed') {
    return (
      <Section title="Points earned">
        <Text>The points could not be issued, and an operator has dismissed them.</Text>
      </Section>
    )
  }
  return (
    <Section title="Points earned">
      {award === 'parked' && (
        <Text>The points could not be issued yet. Your purchase is complete, and they will be issued later.</Text>
      )}
      {award === 'nothing' && (
        <Stack gap={4}>
          <Text>No campaign awarded points for this purchase.</Text>
          <AnchorLink to="/campaigns" size="sm">
            See the campaigns
          </AnchorLink>
        </Stack>
      )}
      {award === 'booked' && earned !== null && <Text fw={700}>{points(earned)}</Text>}
      {waiting !== '' && <Text>{waiting}</Text>}
      {takenBack !== undefined && <Text>{takenBack}</Text>}
      <CampaignAwards earner={{ kind: 'purchase', id: purchaseId, client: STORE_CLIENT }} />
    </Section>
  )
}

type Award = AwardEvaluation['campaigns'][number]

/** What each campaign gave, and by which of its rules. */
export function CampaignAwards({ earner }: { earner: Earner }) {
  const evaluation = useQuery(evaluationQuery(earner))
  if (!evaluation.data) {
    return evaluation.error ? <LoadError query={evaluation} /> : <Skeleton height={44} radius="md" />
  }
  const { campaigns } = evaluation.data
  if (campaigns.length === 0) return null
  return (
    <ul className={list.list} style={{ gap: 8 }} aria-label="Campaigns">
      {campaigns.map((award) => (
        <li key={award.campaign}>
          <Text component="span">
            Campaign{' '}
            <AnchorLink
              to="/campaigns/$campaignName"
              params={{ campaignName: award.campaign }}
              search={clientSearch(earner.client)}
            >
              {award.campaign}
            </AnchorLink>{' '}
            awarded {points(award.points)}
            {award.limitedBy !== null && `, of ${award.exact}: ${formatLimit(award.limitedBy)}`}
          </Text>
          {award.rules.map((rule) => (
            <Text key={rule.rule} size="sm" c="dimmed">
              {formatRule(rule)}
            </Text>
          ))}
        </li>
      ))}
    </ul>
  )
}

/** People count from one. */
function formatRule({ rule, exact, notEvaluated }: Award['rules'][number]): string {
  if (notEvaluated) return `Rule ${rule + 1} could not be evaluated: ${notEvaluated.message}`
  const isWhole = /^\d+$/.test(exact ?? '')
  return `Rule ${rule + 1} awarded ${exact}${isWhole ? '' : ', before rounding'}`
}
