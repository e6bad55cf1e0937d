import { Group, Stack, Table, TextInput, VisuallyHidden } from '@mantine/core'
import { IconSearch, IconUsers } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { type User, walletsQuery } from '#web/client/users.ts'
import { money } from '#web/format/money.ts'
import { AnchorLink } from '#web/page/links.tsx'
import { EmptyState, ListSkeleton, LoadError, ShowMore } from '#web/page/list.tsx'
import { Section } from '#web/page/section.tsx'
import { operationsSearch } from '#web/search-params.ts'
import classes from './operators-table.module.css'
import { NewUser, TopUp } from './user-forms.tsx'
import { WalletDrawer } from './wallet.tsx'

/** Who can buy, and what for. */
export function Users({ chosen }: { chosen: string | undefined }) {
  return (
    <Section title="Users" actions={<NewUser />}>
      <List />
      <WalletDrawer username={chosen} />
    </Section>
  )
}

function List() {
  const wallets = useInfiniteQuery(walletsQuery)
  const [wanted, setWanted] = useState('')
  const users = wallets.data?.pages.flatMap(({ items }) => items)
  if (!users) return wallets.error ? <LoadError query={wallets} /> : <ListSkeleton label="Loading users" height={56} />
  const found = users.filter(({ username }) => username.toLowerCase().includes(wanted.trim().toLowerCase()))
  return (
    <Stack gap="lg">
      <Group>
        <TextInput
          type="search"
          label="Find by name"
          description={wallets.hasNextPage ? 'Among those that are shown.' : undefined}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={wanted}
          onChange={({ currentTarget: { value } }) => setWanted(value)}
        />
      </Group>
      {found.length > 0 ? (
        <UsersTable users={found} />
      ) : (
        <EmptyState icon={<IconUsers size={36} aria-hidden />} title="Nobody of this name">
          {users.length === 0 ? 'Add the first user, and somebody can buy.' : 'Others have other names.'}
        </EmptyState>
      )}
      <ShowMore list={wallets} shown={users.length} what="users" />
    </Stack>
  )
}

function UsersTable({ users }: { users: readonly User[] }) {
  return (
    <Table verticalSpacing="sm" className={classes.table}>
      <Table.Caption>Users and the balances of their wallets</Table.Caption>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Name</Table.Th>
          <Table.Th className={classes.number}>Balance</Table.Th>
          <Table.Th>
            <VisuallyHidden>Wallet</VisuallyHidden>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {users.map((user) => (
          <UserRow key={user.username} user={user} />
        ))}
      </Table.Tbody>
    </Table>
  )
}

function UserRow({ user }: { user: User }) {
  const { username, balance } = user
  return (
    <Table.Tr>
      <Table.Th scope="row" className={classes.name}>
        {username}
      </Table.Th>
      <Table.Td className={classes.number} data-label="Balance">
        {money(balance)}
      </Table.Td>
      <Table.Td className={classes.actions}>
        <Group gap="md" justify="flex-end">
          <TopUp user={user} />
          <AnchorLink
            to="/operations"
            search={operationsSearch({ panel: 'users', user: username })}
            resetScroll={false}
            size="sm"
            aria-label={`Wallet of ${username}`}
          >
            Wallet
          </AnchorLink>
        </Group>
      </Table.Td>
    </Table.Tr>
  )
}
