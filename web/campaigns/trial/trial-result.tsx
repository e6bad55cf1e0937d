import { Text } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck, IconCircleMinus } from '@tabler/icons-react'
import { sayOutcome } from '#web/campaigns/judgement-words.ts'
import type { CampaignRule } from '#web/client/campaigns.ts'
import type { RuleOutcome, Simulation } from '#web/client/simulation.ts'
import classes from './trial.module.css'

const ICONS = { gave: IconCircleCheck, did_not_match: IconCircleMinus, not_evaluated: IconAlertTriangle }

/** What a campaign gives for the example, rule by rule. */
export function TrialResult({ judgement, rules }: Simulation) {
  return (
    <ol className={classes.outcomes} aria-label="Rule by rule">
      {judgement.rules.map((outcome) => (
        <Outcome key={outcome.rule} outcome={outcome} rule={rules[outcome.rule]} />
      ))}
    </ol>
  )
}

function Outcome({ outcome, rule }: { outcome: RuleOutcome; rule: CampaignRule | undefined }) {
  const Icon = ICONS[outcome.outcome]
  return (
    <li className={classes.outcome} data-outcome={outcome.outcome}>
      <Icon size={20} aria-hidden />
      <Text size="sm">
        <strong>Rule {outcome.rule + 1}</strong> {sayOutcome(outcome, rule)}
      </Text>
    </li>
  )
}
