import { Alert, Text } from '@mantine/core'
import { sayLess } from '#web/campaigns/judgement-words.ts'
import { formatError } from '#web/client/api-problem.ts'
import type { ExampleEvent } from '#web/client/simulation.ts'
import { points } from '#web/format/points.ts'
import { Section } from '#web/page/section.tsx'
import { ExampleEventForm } from './example-event.tsx'
import classes from './trial.module.css'
import { TrialResult } from './trial-result.tsx'
import type { DraftJudgement } from './use-judgement.ts'

type TrialProps = { judged: DraftJudgement; event: ExampleEvent; onEvent: (event: ExampleEvent) => void }

/** Tries a draft on one purchase, as it is typed. */
export function Trial({ judged, event, onEvent }: TrialProps) {
  return (
    <Section title="Try it on a purchase">
      <ExampleEventForm event={event} onChange={onEvent} />
      <div role="status" aria-label="It would give">
        <Headline {...judged} />
      </div>
      {judged.simulation && <TrialResult {...judged.simulation} />}
    </Section>
  )
}

function Headline({ mistakes, simulation, error }: DraftJudgement) {
  if (error) {
    const { title, message } = formatError(error)
    return (
      <Alert color="red" title={title}>
        {message}
      </Alert>
    )
  }
  if (simulation) {
    const less = sayLess(simulation.judgement)
    return (
      <>
        <Text className={classes.points}>{points(simulation.judgement.points)}</Text>
        {less && <Text size="sm">{less}</Text>}
      </>
    )
  }
  return (
    <Text c="dimmed">
      {mistakes.length > 0 ? 'What it gives is told here once the rules are right.' : 'Trying it …'}
    </Text>
  )
}
