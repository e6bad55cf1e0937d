import { Avatar, Combobox, UnstyledButton, useCombobox } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { balanceQuery } from '#web/client/users.ts'
import { money } from '#web/format/money.ts'
import { useCurrentUser } from './current-user.tsx'
import classes from './user-menu.module.css'
import { UserOptions } from './user-options.tsx'

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
