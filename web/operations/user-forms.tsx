import { NumberInput, Text, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { fieldErrors } from '#web/client/api-problem.ts'
import { type User, useCreateUser, useTopUp } from '#web/client/users.ts'
import { money } from '#web/format/money.ts'
import { DialogButton, Form } from '#web/page/dialog.tsx'

/** Adds somebody who can buy. */
export function NewUser() {
  return (
    <DialogButton label="Add a user" title="Add a user" leftSection={<IconPlus size={18} aria-hidden />}>
      {(close) => <NewUserForm close={close} />}
    </DialogButton>
  )
}

function NewUserForm({ close }: { close: () => void }) {
  const [username, setUsername] = useState('')
  const [balance, setBalance] = useState<number | string>(0)
  const create = useCreateUser((user) => {
    notifications.show({ title: 'Added', message: `${user.username} can buy for ${money(user.balance)}.` })
    close()
  })
  const errors = fieldErrors(create.error)
  return (
    <Form
      submitLabel="Add"
      sending={create}
      fields={['username', 'balance']}
      onSubmit={() => create.mutate({ username, balance: Number(balance) })}
      onCancel={close}
    >
      <TextInput
        label="Name"
        description="Letters, digits, dots and dashes."
        value={username}
        onChange={({ currentTarget: { value } }) => setUsername(value)}
        error={errors.username}
        autoComplete="off"
        required
        data-autofocus
      />
      <NumberInput
        label="Opening balance"
        value={balance}
        onChange={setBalance}
        decimalScale={2}
        allowNegative={false}
        thousandSeparator=","
        error={errors.balance}
        required
      />
    </Form>
  )
}

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
