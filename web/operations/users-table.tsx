import { Group, Table, VisuallyHidden } from '@mantine/core'
import type { User } from '#web/client/wallets.ts'
import { money } from '#web/format/money.ts'
import { AnchorLink } from '#web/page/anchor-link.tsx'
import { operationsSearch } from './operations-search.ts'
import classes from './operators-table.module.css'
import { TopUp } from './top-up.tsx'

export function UsersTable({ users }: { users: readonly User[] }) {
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
