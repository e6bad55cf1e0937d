import { Stack, Table, Text } from '@mantine/core'
import { sayRule } from '#web/campaigns/rule-words.ts'
import type { BacktestTotals } from '#web/client/simulation.ts'
import { points } from '#web/format/points.ts'
import classes from './backtest.module.css'

type CampaignTotals = BacktestTotals['campaigns'][number]

/** What came of a backtest in all, beside what was really given, and rule by rule. */
export function BacktestSums({ totals }: { totals: BacktestTotals }) {
  const { points: would, points_issued: issued, points_taken_back: takenBack } = totals
  return (
    <Stack gap="md">
      <dl className={classes.figures}>
        <Figure name="Would have given" value={points(would)} isMain />
        <Figure name="Really given, by all campaigns" value={points(issued)} />
        <Figure name="The difference" value={sayDifference(would - issued)} />
        {takenBack > 0 && <Figure name="Taken back by refunds" value={points(takenBack)} />}
      </dl>
      {totals.campaigns.map((campaign) => (
        <CampaignSums key={campaign.campaign_name} campaign={campaign} judged={totals.judged} />
      ))}
    </Stack>
  )
}

function Figure({ name, value, isMain = false }: { name: string; value: string; isMain?: boolean }) {
  return (
    <div className={classes.figure}>
      <dt>{name}</dt>
      <dd data-main={isMain || undefined}>{value}</dd>
    </div>
  )
}

function sayDifference(difference: number): string {
  if (difference === 0) return 'none'
  return `${points(Math.abs(difference))} ${difference > 0 ? 'more' : 'less'}`
}

function CampaignSums({ campaign, judged }: { campaign: CampaignTotals; judged: number }) {
  const { earning, limited, not_running } = campaign
  return (
    <Stack gap="xs">
      <Text size="sm">
        {earning} of {judged} purchases and events would have got points.
        {limited > 0 && ` ${limited} would have got less, or nothing, because of a cap.`}
        {not_running > 0 && ` ${not_running} came while it would not have run.`}
      </Text>
      {campaign.rules.length > 0 && (
        <Table.ScrollContainer minWidth={560} type="native" tabIndex={0} role="region" aria-label="By rule">
          <RuleTable rules={campaign.rules} />
        </Table.ScrollContainer>
      )}
    </Stack>
  )
}

function RuleTable({ rules }: Pick<CampaignTotals, 'rules'>) {
  return (
    <Table verticalSpacing="xs" captionSide="top">
      <Table.Caption ta="left">How often each rule did what, and what it gave before rounding and caps.</Table.Caption>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Rule</Table.Th>
          <Table.Th ta="right">Gave</Table.Th>
          <Table.Th ta="right">Did not match</Table.Th>
          <Table.Th ta="right">Not evaluated</Table.Th>
          <Table.Th ta="right">Sum</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rules.map(({ rule, gave, did_not_match, not_evaluated, sum, reason }, index) => {
          const { gives, when } = sayRule(rule)
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: the place of a rule is all that tells it from its like.
            <Table.Tr key={index}>
              <Table.Th scope="row" fw={400}>
                <strong>{gives}</strong> when {when}
                {reason && <span className={classes.reason}>Not evaluated because {reason}</span>}
              </Table.Th>
              <Table.Td ta="right">{gave}</Table.Td>
              <Table.Td ta="right">{did_not_match}</Table.Td>
              <Table.Td ta="right">{not_evaluated}</Table.Td>
              <Table.Td ta="right">{sum}</Table.Td>
            </Table.Tr>
          )
        })}
      </Table.Tbody>
    </Table>
  )
}
