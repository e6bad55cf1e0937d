import { Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { fieldErrors } from '#web/client/field-errors.ts'
import { type ParkedAward, useDismissAward } from '#web/client/parked-awards.ts'
import { points } from '#web/format/points.ts'
import { DialogButton } from '#web/page/dialog-button.tsx'
import { Form } from './form.tsx'
import type { Telling } from './telling.ts'

type DismissAwardProps = { award: ParkedAward; tell: (telling: Telling) => void }

/** Decides that points which could not be booked never will be, with the reason. */
export function DismissAward({ award, tell }: DismissAwardProps) {
  return (
    <DialogButton
      label="Dismiss"
      aria-label={`Dismiss: ${points(award.points)} for ${award.username}`}
      title="Dismiss these points"
      variant="default"
    >
      {(close) => <DismissAwardForm award={award} tell={tell} close={close} />}
    </DialogButton>
  )
}

function DismissAwardForm({ award, tell, close }: DismissAwardProps & { close: () => void }) {
  const [reason, setReason] = useState('')
  const dismiss = useDismissAward(award.id, ({ username }) => {
    tell({ tone: 'good', title: 'Dismissed', message: `${username} will not get these points.` })
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
        {award.username} will never get these {points(award.points)}. This cannot be taken back; points can be issued by
        hand instead.
      </Text>
      <TextInput
        label="Why"
        value={reason}
        onChange={({ currentTarget: { value } }) => setReason(value)}
        error={fieldErrors(dismiss.error).reason}
        required
        data-autofocus
      />
    </Form>
  )
}
