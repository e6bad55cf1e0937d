import { Fieldset, Group, TextInput } from '@mantine/core'
import type { DraftMistakes } from './draft-mistakes.ts'
import type { DraftState } from './use-draft.ts'

type ScheduleFieldsProps = Pick<DraftState, 'draft' | 'change'> & { mistakes: DraftMistakes }

/** When a campaign runs: typed in the time of whoever looks, kept as an instant. */
export function ScheduleFields({ draft, change, mistakes }: ScheduleFieldsProps) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  return (
    <Fieldset legend="When it runs" variant="unstyled" p={0} m={0}>
      <Group grow align="flex-start" preventGrowOverflow={false} wrap="wrap">
        <TextInput
          type="datetime-local"
          step={1}
          label="Starts"
          description={`Empty: from ever. Time of ${zone}.`}
          value={draft.startsAt}
          onChange={(event) => change({ startsAt: event.currentTarget.value })}
          miw="min(100%, 13.75rem)"
        />
        <TextInput
          type="datetime-local"
          step={1}
          label="Ends"
          description="Empty: never."
          value={draft.endsAt}
          onChange={(event) => change({ endsAt: event.currentTarget.value })}
          error={mistakes.endsAt}
          miw="min(100%, 13.75rem)"
        />
      </Group>
    </Fieldset>
  )
}
