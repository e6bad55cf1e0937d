import { Avatar, Combobox, Text, UnstyledButton, useCombobox } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { balanceQuery, usersQuery } from '#web/client/users.ts'
import { money } from '#web/format/money.ts'
import { useCurrentUser } from './current-user.tsx'
import classes from './user-menu.module.css'

/** Who is using the store, with the balance of the wallet; in demo mode, anybody else at a click. */
export function UserMenu() {
  const user = useCurrentUser()
  const [search, setSearch] = useState('')
  const combobox = useCombobox({
    onDropdownOpen: () => combobox.focusSearchInput(),
    onDropdownClose: () => {
      combobox.focusTarget()
      setSearch('')
    },
  })
  if (!user) return null

  return (
    <Combobox
      store={combobox}
      width={280}
      shadow="lg"
      position="bottom-end"
      onOptionSubmit={(username) => {
        user.become(username)
        combobox.closeDropdown()
      }}
    >
      <Combobox.Target targetType="button">
        <UnstyledButton className={classes.user} onClick={() => combobox.toggleDropdown()}>
          <CurrentUser username={user.username} />
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
        <UserOptions search={search} chosen={user.username} />
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
