import { NumberInput, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { fieldErrors } from '#web/client/field-errors.ts'
import { useCreateUser } from '#web/client/wallets.ts'
import { money } from '#web/format/money.ts'
import { DialogButton } from '#web/page/dialog-button.tsx'
import { Form } from './form.tsx'

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
