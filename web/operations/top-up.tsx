import { NumberInput, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { fieldErrors } from '#web/client/field-errors.ts'
import { useTopUp } from '#web/client/users.ts'
import type { User } from '#web/client/wallets.ts'
import { money } from '#web/format/money.ts'
import { DialogButton } from '#web/page/dialog-button.tsx'
import { Form } from './form.tsx'

/** Puts money into somebody's wallet. */
export function TopUp({ user }: { user: User }) {
  return (
    <DialogButton
      label="Top up"
      aria-label={`Top up ${user.username}`}
      title={`Top up the wallet of ${user.username}`}
      size="xs"
      variant="default"
    >
      {(close) => <TopUpForm user={user} close={close} />}
    </DialogButton>
  )
}

function TopUpForm({ user: { username, balance }, close }: { user: User; close: () => void }) {
  const [amount, setAmount] = useState<number | string>('')
  const topUp = useTopUp(username)
  const send = () =>
    topUp.mutate(Number(amount), {
      onSuccess: (user) => {
        notifications.show({ title: 'Topped up', message: `${username} has ${money(user.balance)} now.` })
        close()
      },
    })
  return (
    <Form submitLabel="Top up" sending={topUp} fields={['amount']} onSubmit={send} onCancel={close}>
      <NumberInput
        label="Amount"
        value={amount}
        onChange={setAmount}
        decimalScale={2}
        allowNegative={false}
        thousandSeparator=","
        error={fieldErrors(topUp.error).amount}
        required
        data-autofocus
      />
      <Text size="sm" c="dimmed">
        There is {money(balance)} in the wallet now.
      </Text>
    </Form>
  )
}
