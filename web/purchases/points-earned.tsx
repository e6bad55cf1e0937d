import { Stack, Text } from '@mantine/core'
import type { Purchase } from '#web/client/purchases.ts'
import { points } from '#web/format/points.ts'
import { AnchorLink } from '#web/page/anchor-link.tsx'
import { Section } from '#web/page/section.tsx'
import { CampaignAwards } from './campaign-awards.tsx'
import { sayTakenBack } from './points-words.ts'

/** Which campaign and rule gave which points for a purchase; nothing before that is known. */
export function PointsEarned({ purchase }: { purchase: Purchase }) {
  const { award, pointsIssued, campaigns } = purchase
  const takenBack = sayTakenBack(purchase)
  if (award === null) return null
  if (award === 'voided') {
    return (
      <Section title="Points it earned">
        <Text>They had not been booked when it was given back, so they will not come.</Text>
      </Section>
    )
  }
  if (award === 'dismissed') {
    return (
      <Section title="Points it earned">
        <Text>They could not be booked, and it was decided that they will not come.</Text>
      </Section>
    )
  }
  return (
    <Section title="Points it earned">
      {award === 'parked' && (
        <Text>They could not be booked yet. Your purchase stands, and they follow as soon as that works.</Text>
      )}
      {award === 'nothing' && (
        <Stack gap={4}>
          <Text>No campaign gave points for this one.</Text>
          <AnchorLink to="/campaigns" size="sm">
            See what campaigns give
          </AnchorLink>
        </Stack>
      )}
      {award === 'booked' && pointsIssued !== null && <Text fw={700}>{points(pointsIssued)}</Text>}
      {takenBack !== undefined && <Text>{takenBack}</Text>}
      <CampaignAwards campaigns={campaigns} />
    </Section>
  )
}
