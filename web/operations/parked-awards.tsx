import { Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { IconSparkles } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { fieldErrors, formatError } from '#web/client/api-problem.ts'
import { type ParkedAward, parkedAwardsQuery, useDismissAward, useRetryAward } from '#web/client/parked-awards.ts'
import { nameOfUser } from '#web/client/users.ts'
import { bySomebody, byWhom } from '#web/format/actors.ts'
import { dateTime, duration } from '#web/format/dates.ts'
import { points } from '#web/format/points.ts'
import { DialogButton, Form } from '#web/page/dialog.tsx'
import { AnchorLink } from '#web/page/links.tsx'
import { CampaignAwards } from '#web/purchases/points-earned.tsx'
import classes from './waiting-list.module.css'
import { type Notice, WaitingList } from './waiting-list.tsx'

const POLL_MS = 5_000

const NOTHING = {
  icon: <IconSparkles size={36} aria-hidden />,
  text: 'All earned points have been issued. Points that cannot be issued for ten minutes wait here.',
}

/** Awards whose points could not be issued, to be retried or dismissed by an operator. */
export function ParkedAwards() {
  const parked = useInfiniteQuery({ ...parkedAwardsQuery, refetchInterval: POLL_MS })
  return (
    <WaitingList name="Points waiting" what="awards" query={parked} nothing={NOTHING}>
      {(award, now, notify) => (
        <li key={award.id}>
          <ParkedAwardItem award={award} now={now} notify={notify} />
        </li>
      )}
    </WaitingList>
  )
}

type ParkedAwardItemProps = { award: ParkedAward; now: number; notify: (notice: Notice) => void }

function ParkedAwardItem({ award, now, notify }: ParkedAwardItemProps) {
  const retry = useRetryAward(award.id, (outcome) => notify(retryNotice(outcome)))
  const since = Date.parse(award.parkedAt)
  return (
    <article className={classes.item}>
      <Stack gap={6}>
        <Text fw={650} size="lg">
          {points(award.points)} for {nameOfUser(award)}
        </Text>
        <Text>{formatParkedReason(award.problem)}</Text>
        <Text size="sm" c="dimmed">
          Waiting for {duration(now - since)}, since {dateTime(award.parkedAt)}. <Origin award={award} />
          <LastRetry award={award} />
        </Text>
        <CampaignAwards earner={award} />
      </Stack>
      <Group gap="sm">
        <DismissAward award={award} notify={notify} />
        <Button
          onClick={() =>
            retry.mutate(undefined, { onError: (error) => notify({ tone: 'bad', ...formatError(error) }) })
          }
          loading={retry.isPending}
          aria-label={`Retry: ${points(award.points)} for ${nameOfUser(award)}`}
        >
          Retry
        </Button>
      </Group>
    </article>
  )
}

function Origin({ award: { id, kind, client, sentBy } }: { award: ParkedAward }) {
  const sent = bySomebody(sentBy)
  if (kind === 'event')
    return (
      <>
        It came from {client}, as event {id}.{sent !== undefined && ` Sent ${sent}.`}
      </>
    )
  return (
    <AnchorLink to="/purchases/$purchaseId" params={{ purchaseId: id }} size="sm">
      See the purchase
    </AnchorLink>
  )
}

function LastRetry({ award: { retried } }: { award: ParkedAward }) {
  return retried && ` Last retried ${byWhom(retried.actor)} on ${dateTime(retried.at)}.`
}

type DismissAwardProps = { award: ParkedAward; notify: (notice: Notice) => void }

/** Decides that the points of an award are never issued, with the reason. */
function DismissAward({ award, notify }: DismissAwardProps) {
  return (
    <DialogButton
      label="Dismiss"
      aria-label={`Dismiss: ${points(award.points)} for ${nameOfUser(award)}`}
      title="Dismiss these points"
      variant="default"
    >
      {(close) => <DismissAwardForm award={award} notify={notify} close={close} />}
    </DialogButton>
  )
}

function DismissAwardForm({ award, notify, close }: DismissAwardProps & { close: () => void }) {
  const [reason, setReason] = useState('')
  const dismiss = useDismissAward(award.id, (dismissed) => {
    notify({ tone: 'good', title: 'Dismissed', message: `${nameOfUser(dismissed)} will not get these points.` })
    close()
  })
  return (
    <Form
      submitLabel="Dismiss"
      sending={dismiss}
      fields={['reason']}
      onSubmit={() => dismiss.mutate(reason)}
      onCancel={close}
    >
      <Text>
        {nameOfUser(award)} will never get these {points(award.points)}. This cannot be taken back; points can be issued
        by hand instead.
      </Text>
      <TextInput
        label="Reason"
        value={reason}
        onChange={({ currentTarget: { value } }) => setReason(value)}
        error={fieldErrors(dismiss.error).reason}
        required
        data-autofocus
      />
    </Form>
  )
}

/** Why the points of an award could not be issued. */
function formatParkedReason(problem: string): string {
  switch (problem) {
    case 'unavailable':
      return 'The points ledger could not be reached for ten minutes.'
    case 'impossible':
      return 'The points ledger, or what is stored of the purchase, is not as it has to be. Trying again does not help.'
    case 'balance_limit':
      return 'The account would hold more points than an account can.'
    default:
      return `The points ledger refused it: ${problem}.`
  }
}

/** What the result of a retry was. */
function retryNotice(award: ParkedAward): Notice {
  const { status, pointsIssued, problem, dismissed } = award
  const username = nameOfUser(award)
  switch (status) {
    case 'booked':
      return { tone: 'good', title: 'Points issued', message: `${username} got ${points(pointsIssued)}.` }
    case 'nothing':
      return {
        tone: 'good',
        title: 'Nothing left to issue',
        message: `The budgets or limits of the campaigns left nothing for ${username}.`,
      }
    case 'dismissed':
      return {
        tone: 'good',
        title: 'Nothing left to issue',
        message: dismissed
          ? `The points were dismissed ${byWhom(dismissed.actor)}: ${dismissed.reason}`
          : 'The points were dismissed meanwhile.',
      }
    case 'voided':
      return { tone: 'good', title: 'Nothing left to issue', message: 'The purchase was refunded meanwhile.' }
    case 'parked':
      return {
        tone: 'bad',
        title: 'Still waiting',
        message: `${formatParkedReason(problem)} It is being tried for another ten minutes.`,
      }
  }
}
