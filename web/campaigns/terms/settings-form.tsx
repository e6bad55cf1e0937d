import {
  Fieldset,
  Group,
  NativeSelect,
  Radio,
  Select,
  SimpleGrid,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core'
import type { ReactNode } from 'react'
import { rulesIn } from '#web/campaigns/builder/rules-text.ts'
import type { Campaign, CampaignTerms } from '#web/client/campaigns.ts'
import { numberOf } from '#web/format/numbers.ts'
import { points } from '#web/format/points.ts'
import { DateTimeField, DayField, NumberField } from '#web/page/fields.tsx'
import { Section } from '#web/page/section.tsx'
import { CAP, type InputErrors, inputErrors, PRIORITY } from './draft.ts'
import { AFTER_DAYS, END_DAYS, END_MONTHS, type EndKind, endError, endIn, FIRST_OF_KIND } from './points-end.ts'
import type { DraftState } from './use-campaign-draft.ts'

type SettingsFormProps = Pick<DraftState, 'draft' | 'change'> & {
  /** The stored campaign; undefined for a new one. */
  saved: Pick<Campaign, 'status' | 'given_points'> | undefined
  /** The first field: the name of a new campaign. */
  children?: ReactNode
}

type Status = CampaignTerms['status']

/** Everything about a campaign but its rules. */
export function SettingsForm({ draft, change, saved, children }: SettingsFormProps) {
  const errors = inputErrors(draft)
  return (
    <Section title="Settings">
      <Stack gap="lg">
        {children}
        <StatusField status={draft.status} savedStatus={saved?.status} onChange={(status) => change({ status })} />
        {draft.status === 'active' && rulesIn(draft.rules)?.length === 0 && (
          <Text size="sm" fw={600}>
            It has no rules yet: it is active, and awards nothing.
          </Text>
        )}
        <ScheduleFields draft={draft} change={change} errors={errors} />
        <PointsFields draft={draft} change={change} />
        <LimitFields draft={draft} change={change} given={saved?.given_points ?? 0} />
        <OtherCampaignsFields draft={draft} change={change} errors={errors} />
        <Textarea
          label="Event types"
          description="One in each line: PurchaseCompleted is a purchase of the store, the others are of other systems."
          value={draft.eventTypes}
          onChange={(event) => change({ eventTypes: event.currentTarget.value })}
          error={errors.eventTypes}
          autosize
          minRows={1}
          maxRows={10}
          required
        />
      </Stack>
    </Section>
  )
}

const STATUSES: readonly { value: Status; label: string; description: string }[] = [
  { value: 'draft', label: 'Draft', description: 'It is being prepared, and awards nothing.' },
  { value: 'active', label: 'Active', description: 'It awards points, from its start to its end.' },
  { value: 'inactive', label: 'Inactive', description: 'It awards nothing.' },
]

type StatusFieldProps = { status: Status; savedStatus: Status | undefined; onChange: (status: Status) => void }

/** What has been active or inactive is no draft again. */
function StatusField({ status, savedStatus, onChange }: StatusFieldProps) {
  const isDraft = savedStatus === undefined || savedStatus === 'draft'
  return (
    <Radio.Group label="Status" value={status} onChange={(value) => onChange(value as Status)}>
      <SimpleGrid cols={{ base: 1, sm: 3 }} mt={6} spacing="md" verticalSpacing="xs">
        {STATUSES.filter(({ value }) => isDraft || value !== 'draft').map((choice) => (
          <Radio key={choice.value} {...choice} />
        ))}
      </SimpleGrid>
    </Radio.Group>
  )
}

const FIELD_WIDTH = 'min(100%, 13.75rem)'

type FieldRowProps = {
  legend: string
  children: ReactNode
  /** A field of its own line. */
  below?: ReactNode
}

/** Fields under a common legend, beside each other where there is room. */
function FieldRow({ legend, children, below }: FieldRowProps) {
  return (
    <Fieldset legend={legend} variant="unstyled" p={0} m={0}>
      <Stack gap="md">
        <Group grow align="flex-start" preventGrowOverflow={false} wrap="wrap">
          {children}
        </Group>
        {below}
      </Stack>
    </Fieldset>
  )
}

type ScheduleFieldsProps = Pick<DraftState, 'draft' | 'change'> & { errors: InputErrors }

/** When a campaign runs: local times of the browser's time zone, stored as instants. */
function ScheduleFields({ draft, change, errors }: ScheduleFieldsProps) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  return (
    <FieldRow legend="Schedule" below={<TimeZoneField draft={draft} change={change} />}>
      <DateTimeField
        step={1}
        label="Starts"
        description={`Leave empty to start now. Time zone: ${zone}.`}
        value={draft.startsAt}
        onChange={(startsAt) => change({ startsAt })}
        error={errors.startsAt}
        miw={FIELD_WIDTH}
      />
      <DateTimeField
        step={1}
        label="Ends"
        description="Leave empty for no end."
        value={draft.endsAt}
        onChange={(endsAt) => change({ endsAt })}
        error={errors.endsAt}
        miw={FIELD_WIDTH}
      />
    </FieldRow>
  )
}

const TIME_ZONES = [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])]

/** The time zone of the rules: that of the schedule is the browser's. */
function TimeZoneField({ draft, change }: Pick<DraftState, 'draft' | 'change'>) {
  const { timeZone } = draft
  return (
    <Select
      label="Time zone of the rules"
      description="Days of the week, hours and dates in the rules are those of this place."
      data={(TIME_ZONES.includes(timeZone) ? TIME_ZONES : [timeZone, ...TIME_ZONES]).map((name) => ({
        value: name,
        label: name.replaceAll('_', ' '),
      }))}
      value={timeZone}
      onChange={(chosen) => chosen && change({ timeZone: chosen })}
      allowDeselect={false}
      searchable
      limit={50}
      nothingFoundMessage="No such time zone"
    />
  )
}

const END_KINDS: { value: EndKind; label: string }[] = [
  { value: 'usual', label: 'As usual' },
  { value: 'days', label: 'After some days' },
  { value: 'end_of_month', label: 'At the end of a month' },
  { value: 'on', label: 'On a fixed day' },
]

/** When the points that it awards can be spent: from when on, and until when. */
function PointsFields({ draft, change }: Pick<DraftState, 'draft' | 'change'>) {
  const { kind } = endIn(draft.end)
  return (
    <FieldRow legend="Points">
      <NumberField
        kind={AFTER_DAYS}
        label="Points count after"
        description="Days after the purchase. Leave empty for at once."
        value={draft.countAfter}
        onChange={(countAfter) => change({ countAfter })}
        miw={FIELD_WIDTH}
      />
      <NativeSelect
        label="Points end"
        description="As usual: like points that no campaign gives."
        data={END_KINDS}
        value={kind}
        onChange={(event) => change({ end: FIRST_OF_KIND[event.currentTarget.value as EndKind] })}
        miw={FIELD_WIDTH}
      />
      <EndField draft={draft} change={change} />
    </FieldRow>
  )
}

/** What there is to say of an end of this kind. */
function EndField({ draft, change }: Pick<DraftState, 'draft' | 'change'>) {
  const { kind, typed } = endIn(draft.end)
  if (kind === 'usual') return null
  const field = {
    value: typed,
    onChange: (text: string) => change({ end: `${kind} ${text}` }),
    error: endError(draft.end),
    required: true,
    miw: FIELD_WIDTH,
  }
  switch (kind) {
    case 'days':
      return <NumberField {...field} kind={END_DAYS} label="Days" description="After the day on which they count." />
    case 'end_of_month':
      return (
        <NumberField
          {...field}
          kind={END_MONTHS}
          label="Months later"
          description="0: the month in which they count."
        />
      )
    case 'on':
      return <DayField {...field} label="Last day" description="Of the calendar in UTC." />
  }
}

/** What can be saved, and leaves the campaign nothing to award. */
function budgetHint(typed: string, given: number) {
  const budget = numberOf(typed, CAP)
  if (budget === undefined || budget > given) return {}
  const hint =
    given === 0
      ? 'With this budget it awards nothing.'
      : `It has awarded ${points(given)} already: with this budget it awards no more.`
  return { description: hint }
}

type LimitFieldsProps = Pick<DraftState, 'draft' | 'change'> & {
  /** Points that it has awarded. */
  given: number
}

function LimitFields({ draft, change, given }: LimitFieldsProps) {
  return (
    <FieldRow legend="Limits">
      <NumberField
        kind={CAP}
        label="Budget"
        description="Points that it may award in all. Leave empty for no limit."
        value={draft.capTotal}
        {...budgetHint(draft.capTotal, given)}
        onChange={(capTotal) => change({ capTotal })}
        miw={FIELD_WIDTH}
      />
      <NumberField
        kind={CAP}
        label="Points per customer"
        description="The most that one customer gets. Leave empty for no limit."
        value={draft.capPerCustomer}
        onChange={(capPerCustomer) => change({ capPerCustomer })}
        miw={FIELD_WIDTH}
      />
    </FieldRow>
  )
}

type OtherCampaignsProps = Pick<DraftState, 'draft' | 'change'> & { errors: InputErrors }

/** What a campaign is to the others. */
function OtherCampaignsFields({ draft, change, errors }: OtherCampaignsProps) {
  return (
    <FieldRow legend="Beside other campaigns">
      <TextInput
        label="Exclusive group"
        description="Of campaigns with the same group, only the one that gives most counts. Leave empty for none."
        value={draft.exclusiveGroup}
        onChange={(event) => change({ exclusiveGroup: event.currentTarget.value.trim() })}
        error={errors.exclusiveGroup}
        autoComplete="off"
        miw={FIELD_WIDTH}
      />
      <NumberField
        kind={PRIORITY}
        label="Priority"
        description="Decides which one counts if two of a group give the same: the higher. Empty: 0."
        value={draft.priority}
        onChange={(priority) => change({ priority })}
        miw={FIELD_WIDTH}
      />
    </FieldRow>
  )
}
