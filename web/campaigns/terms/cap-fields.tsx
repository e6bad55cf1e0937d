import { Fieldset, Group, NumberInput } from '@mantine/core'
import type { DraftMistakes } from './draft-mistakes.ts'
import type { DraftState } from './use-draft.ts'

type CapFieldsProps = Pick<DraftState, 'draft' | 'change'> & { mistakes: DraftMistakes }

/** How much a campaign gives at most. */
export function CapFields({ draft, change, mistakes }: CapFieldsProps) {
  return (
    <Fieldset legend="How much it gives at most" variant="unstyled" p={0} m={0}>
      <Group grow align="flex-start" preventGrowOverflow={false} wrap="wrap">
        <NumberInput
          label="Points in all"
          description="Empty: no cap."
          value={draft.capTotal}
          onChange={(given) => change({ capTotal: String(given) })}
          error={mistakes.capTotal}
          {...WHOLE}
        />
        <NumberInput
          label="Points per customer"
          description="Empty: no cap."
          value={draft.capPerCustomer}
          onChange={(given) => change({ capPerCustomer: String(given) })}
          error={mistakes.capPerCustomer}
          {...WHOLE}
        />
      </Group>
    </Fieldset>
  )
}

const WHOLE = {
  min: 0,
  allowDecimal: false,
  allowNegative: false,
  thousandSeparator: ',',
  hideControls: true,
  miw: 'min(100%, 10rem)',
} as const
