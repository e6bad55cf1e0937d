import { Alert, Loader } from '@mantine/core'
import { IconArrowBackUp, IconCheck, IconX } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { PurchaseStatus } from '#web/client/purchases.ts'
import { STATUS_NAMES } from './progress.ts'
import classes from './purchase-status.module.css'
import { formatRefused } from './purchase-text.ts'

type Tone = 'good' | 'bad' | 'quiet' | 'busy'

const TONES: Record<PurchaseStatus, Tone> = {
  running: 'busy',
  compensating: 'busy',
  completed: 'good',
  refused: 'bad',
  cancelled: 'quiet',
  failed: 'bad',
  refunding: 'busy',
  refunded: 'quiet',
}

const ICONS: Record<Tone, ReactNode> = {
  good: <IconCheck size={14} stroke={2.5} aria-hidden />,
  bad: <IconX size={14} stroke={2.5} aria-hidden />,
  quiet: <IconArrowBackUp size={14} stroke={2.5} aria-hidden />,
  busy: <Loader size={12} color="currentColor" aria-hidden />,
}

export function StatusBadge({ status }: { status: PurchaseStatus }) {
  const tone = TONES[status]
  return (
    <span className={classes.badge} data-tone={tone}>
      {ICONS[tone]}
      {STATUS_NAMES[status]}
    </span>
  )
}

/** Why a cancellation or a refund did not come through; nothing while there is no error. */
export function Refused({ error, nameOf }: { error: Error | null; nameOf?: (productId: string) => string }) {
  if (!error) return null
  const { title, message } = formatRefused(error, nameOf)
  return (
    <Alert color="orange" title={title}>
      {message}
    </Alert>
  )
}
