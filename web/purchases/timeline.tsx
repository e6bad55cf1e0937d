import { Loader, Text } from '@mantine/core'
import { IconArrowBackUp, IconCheck, IconCircleDotted, IconRefresh, IconX } from '@tabler/icons-react'
import { Fragment, type ReactNode } from 'react'
import type { OperatorRequest, PurchaseStep } from '#web/client/purchases.ts'
import { dateTime, timeOfDay } from '#web/format/dates.ts'
import {
  isBeingCancelled,
  isUnderWay,
  refundUnderWay,
  refusalOf,
  requestsBefore,
  statusBy,
  stepsAhead,
  undoneSteps,
} from './progress.ts'
import {
  AHEAD,
  formatRequest,
  formatStep,
  NOT_DONE,
  ofRefund,
  REFUSALS,
  type StepText,
  TAKING_BACK,
} from './step-text.ts'
import classes from './timeline.module.css'

type TimelineProps = {
  steps: readonly PurchaseStep[]
  requests?: readonly OperatorRequest[]
  /** Whether a part is paid with points, which is a step of its own. */
  paysWithPoints: boolean
}

/** The steps of a purchase: what happened, what was undone, what is in progress, and what is still to come. */
export function Timeline({ steps, requests = [], paysWithPoints }: TimelineProps) {
  const status = statusBy(steps)
  const refusal = refusalOf(steps)
  const ahead = stepsAhead(steps, paysWithPoints)
  const undone = undoneSteps(steps)
  const formatAhead = (step: (typeof ahead)[number]) =>
    status === 'compensating' ? TAKING_BACK[step] : ofRefund(refundUnderWay(steps), AHEAD[step])
  return (
    <ol className={classes.timeline} aria-label="What happened" aria-live="polite">
      {steps.map((step, index) => (
        <Fragment key={step.seq}>
          <Requests requests={requestsBefore(index, { steps, requests })} />
          {refusal?.entry === step && (
            <Row icon={ICONS.bad} state="bad" at={step.at}>
              <span className={classes.text}>{NOT_DONE[refusal.step]}</span>
              <span className={classes.detail}>{REFUSALS[refusal.code]}</span>
            </Row>
          )}
          <Happened step={step} takenBack={step.state === 'applied' && undone.has(step.step)} />
        </Fragment>
      ))}
      <Requests requests={requestsBefore(steps.length, { steps, requests })} />
      {isUnderWay(status) && (
        <Row icon={<Loader size={14} aria-hidden />} state="now">
          {ahead[0] === undefined ? formatFinishing(steps) : formatAhead(ahead[0])} …
        </Row>
      )}
      {ahead.slice(1).map((step) => (
        <Row key={step} icon={<IconCircleDotted size={16} aria-hidden />} state="ahead">
          {formatAhead(step)}
        </Row>
      ))}
    </ol>
  )
}

function formatFinishing(steps: readonly PurchaseStep[]): string {
  return isBeingCancelled(steps) ? 'Cancelling' : 'Finishing'
}

const ICONS: Record<StepText['tone'], ReactNode> = {
  done: <IconCheck size={16} stroke={2.5} aria-hidden />,
  undone: <IconArrowBackUp size={16} stroke={2.5} aria-hidden />,
  again: <IconRefresh size={16} stroke={2.5} aria-hidden />,
  bad: <IconX size={16} stroke={2.5} aria-hidden />,
  neutral: <IconCircleDotted size={16} aria-hidden />,
}

function Happened({ step, takenBack }: { step: PurchaseStep; takenBack: boolean }) {
  const { text, tone, detail } = formatStep(step)
  return (
    <Row icon={ICONS[tone]} state={takenBack ? 'takenBack' : tone} at={step.at}>
      <span className={classes.text}>{text}</span>
      {takenBack && ' (undone)'}
      {detail !== undefined && <span className={classes.detail}>{detail}</span>}
    </Row>
  )
}

function Requests({ requests }: { requests: readonly OperatorRequest[] }) {
  return requests.map((request) => {
    const { text, tone, detail } = formatRequest(request)
    return (
      <Row key={`${request.kind} ${request.at}`} icon={ICONS[tone]} state={tone} at={request.at}>
        <span className={classes.text}>{text}</span>
        {detail !== undefined && <span className={classes.detail}>{detail}</span>}
      </Row>
    )
  })
}

type RowProps = {
  icon: ReactNode
  state: StepText['tone'] | 'takenBack' | 'now' | 'ahead'
  at?: string
  children: ReactNode
}

function Row({ icon, state, at, children }: RowProps) {
  return (
    <li className={classes.row} data-state={state} aria-current={state === 'now' ? 'step' : undefined}>
      <span className={classes.dot}>{icon}</span>
      <span className={classes.words}>{children}</span>
      {at !== undefined && (
        <Text component="time" dateTime={at} title={dateTime(at)} size="xs" c="dimmed" className={classes.time}>
          {timeOfDay(at)}
        </Text>
      )}
    </li>
  )
}
