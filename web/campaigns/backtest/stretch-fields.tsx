import { Chip, Fieldset, Group, Stack, Text, TextInput } from '@mantine/core'
import { pastOf, type Stretch } from './stretch.ts'

const KINDS: { value: Stretch['kind']; label: string }[] = [
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: 'own', label: 'Own dates' },
]

type StretchFieldsProps = { stretch: Stretch; onChange: (stretch: Stretch) => void }

export function StretchFields({ stretch, onChange }: StretchFieldsProps) {
  return (
    <Stack gap="sm">
      <Fieldset legend="How far back" variant="unstyled" p={0} m={0}>
        <Chip.Group<false>
          value={stretch.kind}
          onChange={(kind) => onChange({ ...stretch, kind: kind as Stretch['kind'] })}
        >
          <Group gap="xs" mt={6}>
            {KINDS.map(({ value, label }) => (
              <Chip key={value} value={value}>
                {label}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
      </Fieldset>
      {stretch.kind === 'own' && (
        <Group grow align="flex-start" preventGrowOverflow={false}>
          <TextInput
            type="datetime-local"
            label="From"
            value={stretch.from}
            onChange={(event) => onChange({ ...stretch, from: event.currentTarget.value })}
            miw="min(100%, 12.5rem)"
          />
          <TextInput
            type="datetime-local"
            label="To"
            description="Empty: until now."
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            value={stretch.to}
            onChange={(event) => onChange({ ...stretch, to: event.currentTarget.value })}
            miw="min(100%, 12.5rem)"
          />
        </Group>
      )}
      {pastOf(stretch) === undefined && (
        <Text size="sm" c="dimmed">
          Say from when: a moment in the past, before the end.
        </Text>
      )}
    </Stack>
  )
}
