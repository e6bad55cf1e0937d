import { Group, TextInput } from '@mantine/core'
import { IconSearch, IconUsers } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { type TaggedUser, walletsQuery } from '#web/client/users.ts'
import { money } from '#web/format/money.ts'
import { AnchorLink } from '#web/page/links.tsx'
import { EmptyState, ListSkeleton, PagedList } from '#web/page/list.tsx'
import { Section } from '#web/page/section.tsx'
import { type Column, DataTable } from '#web/page/table.tsx'
import { operationsSearch } from '#web/search-params.ts'
import { EditTags, EraseUser, NewUser, TopUp } from './user-forms.tsx'
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
  return (
    <PagedList list={wallets} what="users" loading={<ListSkeleton label="Loading users" height={56} />}>
      {(users) => (
        <>
          <Group>
            <TextInput
              type="search"
              label="Find by name"
              description={wallets.hasNextPage ? 'Searches the users that are shown.' : undefined}
              leftSection={<IconSearch size={16} aria-hidden />}
              value={wanted}
              onChange={({ currentTarget: { value } }) => setWanted(value)}
            />
          </Group>
          <Found users={users} wanted={wanted.trim().toLowerCase()} />
        </>
      )}
    </PagedList>
  )
}

function Found({ users, wanted }: { users: readonly TaggedUser[]; wanted: string }) {
  const found = users.filter(({ username }) => username.toLowerCase().includes(wanted))
  if (found.length === 0) {
    return (
      <EmptyState icon={<IconUsers size={36} aria-hidden />} title="No user has this name">
        {users.length === 0 ? 'Add the first user, who can then buy.' : 'Check the spelling.'}
      </EmptyState>
    )
  }
  return (
    <DataTable
      caption="Users and the balances of their wallets"
      isCaptionSeen
      columns={COLUMNS}
      rows={found}
      keyOf={({ username }) => username}
      onPhone="blocks"
    />
  )
}

const COLUMNS: Column<TaggedUser>[] = [
  { name: 'Name', kind: 'name', cell: ({ username }) => username },
  { name: 'Tags', kind: 'text', cell: ({ tags }) => tags.join(' · ') },
  { name: 'Balance', kind: 'number', cell: ({ balance }) => money(balance) },
  {
    name: 'Wallet',
    isNameUnseen: true,
    kind: 'actions',
    cell: (user) => (
      <Group gap="md" justify="flex-end">
        <TopUp user={user} />
        <EditTags user={user} />
        <AnchorLink
          to="/operations"
          search={operationsSearch({ panel: 'users', user: user.username })}
          resetScroll={false}
          size="sm"
          aria-label={`Wallet of ${user.username}`}
        >
          Wallet
        </AnchorLink>
        <EraseUser user={user} />
      </Group>
    ),
  },
]
