import { Checkbox, Text, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { fieldErrors, problemOf } from '#web/client/api-problem.ts'
import { pointsQuery } from '#web/client/points.ts'
import { type TaggedUser, type User, useCreateUser, useEraseUser, useTagUser, useTopUp } from '#web/client/users.ts'
import { labelsOf, typedLabels } from '#web/format/labels.ts'
import { money } from '#web/format/money.ts'
import { MONEY, numberOf, POSITIVE_MONEY } from '#web/format/numbers.ts'
import { points } from '#web/format/points.ts'
import { DialogButton, Form } from '#web/page/dialog.tsx'
import { LabelsField, NumberField } from '#web/page/fields.tsx'

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
  const [balance, setBalance] = useState('0')
  const [adopt, setAdopt] = useState(false)
  const create = useCreateUser((user) => {
    notifications.show({ title: 'Added', message: `${user.username} can buy for ${money(user.balance)}.` })
    close()
  })
  const add = () => {
    const amount = numberOf(balance, MONEY)
    if (amount !== undefined) create.mutate({ username, balance: amount, adopt })
  }
  const rename = (name: string) => {
    setUsername(name)
    // What was said of another name, and the consent to it, are not about this one.
    setAdopt(false)
    create.reset()
  }
  const errors = fieldErrors(create.error)
  const hasPoints = adopt || problemOf(create.error, 'account_exists') !== undefined
  return (
    <Form submitLabel="Add" sending={create} fields={['username', 'balance']} onSubmit={add} onCancel={close}>
      <TextInput
        label="Name"
        description="Letters, digits, dots and hyphens."
        value={username}
        onChange={({ currentTarget: { value } }) => rename(value)}
        error={errors.username}
        autoComplete="off"
        required
        data-autofocus
      />
      <NumberField
        kind={MONEY}
        label="Opening balance"
        value={balance}
        onChange={setBalance}
        error={errors.balance}
        required
      />
      {hasPoints && <Adoption username={username} isAdopted={adopt} onChange={setAdopt} />}
    </Form>
  )
}

type AdoptionProps = { username: string; isAdopted: boolean; onChange: (isAdopted: boolean) => void }

/** Whether a new user gets the points that were booked to the name before there was such a user. */
function Adoption({ username, isAdopted, onChange }: AdoptionProps) {
  const { data } = useQuery(pointsQuery(username))
  return (
    <Checkbox
      label={`Take over the ${data ? points(data.balance) : 'points'} of this name`}
      checked={isAdopted}
      onChange={({ currentTarget: { checked } }) => onChange(checked)}
    />
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
  const [amount, setAmount] = useState('')
  const topUp = useTopUp(username)
  const send = () => {
    const added = numberOf(amount, POSITIVE_MONEY)
    if (added === undefined) return
    topUp.mutate(added, {
      onSuccess: (user) => {
        notifications.show({ title: 'Topped up', message: `${username} has ${money(user.balance)} now.` })
        close()
      },
    })
  }
  return (
    <Form submitLabel="Top up" sending={topUp} fields={['amount']} onSubmit={send} onCancel={close}>
      <NumberField
        kind={POSITIVE_MONEY}
        label="Amount"
        value={amount}
        onChange={setAmount}
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

/** Says what the shop calls somebody, for campaigns. */
export function EditTags({ user }: { user: TaggedUser }) {
  return (
    <DialogButton
      label="Tags"
      aria-label={`Tags of ${user.username}`}
      title={`Tags of ${user.username}`}
      size="xs"
      variant="default"
    >
      {(close) => <EditTagsForm user={user} close={close} />}
    </DialogButton>
  )
}

function EditTagsForm({ user: { username, tags }, close }: { user: TaggedUser; close: () => void }) {
  const [typed, setTyped] = useState(typedLabels(tags))
  const tag = useTagUser(username, () => {
    notifications.show({ title: 'Saved', message: `The tags of ${username} are saved.` })
    close()
  })
  return (
    <Form
      submitLabel="Save"
      sending={tag}
      fields={['tags']}
      onSubmit={() => tag.mutate(labelsOf(typed))}
      onCancel={close}
    >
      <LabelsField
        label="Tags"
        description="Words for the user, with spaces between them. Campaigns can be for a tag; users do not see theirs."
        placeholder="vip"
        value={typed}
        onChange={setTyped}
        error={fieldErrors(tag.error).tags}
        data-autofocus
      />
      <Text size="sm" c="dimmed">
        Points are given by the tags of when a purchase was made.
      </Text>
    </Form>
  )
}

/** Erases who somebody is, after saying what goes and what stays. */
export function EraseUser({ user }: { user: User }) {
  return (
    <DialogButton
      label="Erase"
      aria-label={`Erase ${user.username}`}
      title={`Erase ${user.username}`}
      size="xs"
      variant="subtle"
      color="red"
    >
      {(close) => <EraseUserForm user={user} close={close} />}
    </DialogButton>
  )
}

function EraseUserForm({ user: { username }, close }: { user: User; close: () => void }) {
  const [forfeit, setForfeit] = useState(false)
  const erase = useEraseUser(username, ({ campaigns }) => {
    const names = campaigns.map(({ campaignName }) => campaignName).join(', ')
    const message = names === '' ? 'Nothing says any more who it was.' : `The name is still in the rules of: ${names}.`
    notifications.show({ title: 'Erased', message, autoClose: names === '' })
    close()
  })
  const left = problemOf(erase.error, 'balance_left')
  return (
    <Form
      submitLabel="Erase for good"
      sending={erase}
      fields={[]}
      onSubmit={() => erase.mutate(forfeit)}
      onCancel={close}
    >
      <Text>
        The name, the sign-in, and all reasons and events that were written about {username} or by {username} go. This
        cannot be taken back.
      </Text>
      <Text>
        Purchases, payments and points stay in the books, of an id that means nothing. Anybody can take the name again,
        and gets nothing of it.
      </Text>
      {(left || forfeit) && (
        <Checkbox
          label={
            left
              ? `Give up the ${money(left.balance)} and the ${points(left.points)} that are left`
              : 'Give up what is left'
          }
          checked={forfeit}
          onChange={({ currentTarget: { checked } }) => setForfeit(checked)}
        />
      )}
    </Form>
  )
}
