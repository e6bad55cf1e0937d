import { Avatar, Combobox, Menu, Text, UnstyledButton, useCombobox } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { signOut } from '#web/client/session.ts'
import { balanceQuery, usersQuery } from '#web/client/users.ts'
import { money } from '#web/format/money.ts'
import { useCurrentUser } from './current-user.tsx'
import classes from './user-menu.module.css'

/** Who is using the store, with the balance of the wallet; in demo mode, anybody else at a click, else the way out. */
export function UserMenu() {
  const user = useCurrentUser()
  if (!user) return null
  const { username, become } = user
  return become ? <ChooseUser username={username} become={become} /> : <SignedInUser username={username} />
}

function SignedInUser({ username }: { username: string }) {
  const leave = useMutation({
    mutationFn: signOut,
    onError: () =>
      notifications.show({
        color: 'red',
        title: 'You are still signed in',
        message: 'The store does not answer. Try again.',
      }),
  })
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <UnstyledButton className={classes.user}>
          <CurrentUser username={username} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => leave.mutate({ everywhere: false })}>Sign out</Menu.Item>
        <Menu.Item onClick={() => leave.mutate({ everywhere: true })}>Sign out everywhere</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

function ChooseUser({ username, become }: { username: string; become: (username: string) => void }) {
  const [search, setSearch] = useState('')
  const combobox = useCombobox({
    onDropdownOpen: () => combobox.focusSearchInput(),
    onDropdownClose: () => {
      combobox.focusTarget()
      setSearch('')
    },
  })

  return (
    <Combobox
      store={combobox}
      width={280}
      shadow="lg"
      position="bottom-end"
      onOptionSubmit={(chosen) => {
        become(chosen)
        combobox.closeDropdown()
      }}
    >
      <Combobox.Target targetType="button">
        <UnstyledButton className={classes.user} onClick={() => combobox.toggleDropdown()}>
          <CurrentUser username={username} />
        </UnstyledButton>
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Search
          value={search}
          onChange={(event) => {
            setSearch(event.currentTarget.value)
            combobox.updateSelectedOptionIndex()
          }}
          placeholder="Find a user"
          classNames={{ input: classes.search ?? '' }}
          aria-label="Find a user"
        />
        <UserOptions search={search} chosen={username} />
      </Combobox.Dropdown>
    </Combobox>
  )
}

function CurrentUser({ username }: { username: string }) {
  const balance = useQuery(balanceQuery(username))
  return (
    <>
      <Avatar name={username} color="plum" size={36} className={classes.avatar ?? ''} aria-hidden />
      <span className={classes.words}>
        <span className={classes.name}>{username}</span>
        <span className={classes.balance}>
          <span className={classes.unseen}>Balance </span>
          {balance.data === undefined ? '…' : money(balance.data)}
        </span>
      </span>
    </>
  )
}

/** The users whose name contains the search. */
function UserOptions({ search, chosen }: { search: string; chosen: string }) {
  const { data } = useQuery(usersQuery)
  const wanted = search.trim()
  const matching = data?.users.filter(({ username }) => username.toLowerCase().includes(wanted.toLowerCase())) ?? []
  // A user who is not among those that were read can be found by the whole name.
  const beyond = useQuery({
    ...balanceQuery(wanted),
    enabled: data?.all === false && wanted !== '' && matching.length === 0,
    refetchInterval: false,
  })
  const found = beyond.data === undefined ? matching : [{ username: wanted, balance: beyond.data }]
  return (
    <Combobox.Options mah={320} className={classes.options} aria-label="Users">
      {found.length === 0 && <Combobox.Empty>No user has this name</Combobox.Empty>}
      {found.map(({ username, balance }) => (
        <Combobox.Option key={username} value={username} active={username === chosen} className={classes.option}>
          <Text span fw={username === chosen ? 700 : 400} className={classes.name}>
            {username}
          </Text>
          <Text span c="dimmed" size="sm">
            {money(balance)}
          </Text>
        </Combobox.Option>
      ))}
    </Combobox.Options>
  )
}
