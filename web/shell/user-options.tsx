import { Combobox, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { balanceQuery, usersQuery } from '#web/client/users.ts'
import { money } from '#web/format/money.ts'
import classes from './user-menu.module.css'

/** The users whose name has the search in it. */
export function UserOptions({ search, chosen }: { search: string; chosen: string }) {
  const { data } = useQuery(usersQuery)
  const wanted = search.trim()
  const matching = data?.users.filter(({ username }) => username.toLowerCase().includes(wanted.toLowerCase())) ?? []
  // One of the many that are not in the list can be found by the whole name.
  const beyond = useQuery({
    ...balanceQuery(wanted),
    enabled: data?.all === false && wanted !== '' && matching.length === 0,
    refetchInterval: false,
  })
  const found = beyond.data === undefined ? matching : [{ username: wanted, balance: beyond.data }]
  return (
    <Combobox.Options mah={320} className={classes.options} aria-label="Users">
      {found.length === 0 && <Combobox.Empty>Nobody of this name</Combobox.Empty>}
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
