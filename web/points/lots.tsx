import { Button, Checkbox, Skeleton, Stack, Text } from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { lotsQuery } from '#web/client/points.ts'
import { LoadError } from '#web/page/load-error.tsx'
import { Section } from '#web/page/section.tsx'
import { ShowMore } from '#web/page/show-more.tsx'
import classes from './lots.module.css'
import { LotsTable } from './lots-table.tsx'
import type { PointsSearch } from './points-search.ts'

const route = getRouteApi('/points')

/** On demand: what is left of everything that ever came, where it is from, when it ends. */
export function Lots({ username }: { username: string }) {
  const { lots: which } = route.useSearch()
  const navigate = route.useNavigate()
  const show = (lots: PointsSearch['lots']) =>
    void navigate({
      search: ({ lots: _, ...search }) => (lots ? { ...search, lots } : search),
      replace: true,
      resetScroll: false,
    })

  return (
    <Section
      title="Lots"
      lead="Points come in lots: where each is from, what is left of it, when it ends."
      actions={<Disclose isOpen={which !== undefined} onToggle={() => show(which ? undefined : 'open')} />}
    >
      <Stack gap="lg" id="lots-shown" hidden={which === undefined}>
        {which && (
          <>
            <Checkbox
              label="Also those with nothing left"
              checked={which === 'all'}
              onChange={(event) => show(event.currentTarget.checked ? 'all' : 'open')}
            />
            <LotsOf username={username} which={which} />
          </>
        )}
      </Stack>
    </Section>
  )
}

function Disclose({ isOpen, onToggle }: { isOpen: boolean; onToggle: () => void }) {
  return (
    <Button
      variant="default"
      aria-expanded={isOpen}
      aria-controls="lots-shown"
      rightSection={<IconChevronDown size={18} className={classes.chevron} data-up={isOpen} aria-hidden />}
      onClick={onToggle}
    >
      {isOpen ? 'Hide lots' : 'Show lots'}
    </Button>
  )
}

function LotsOf({ username, which }: { username: string; which: 'open' | 'all' }) {
  const read = useInfiniteQuery(lotsQuery(username, which))
  const { data } = read
  if (!data) return read.error ? <LoadError query={read} /> : <Skeleton height={200} radius="md" />
  const lots = data.pages.flatMap((page) => page.items)
  if (lots.length === 0) return <Text c="dimmed">Nothing is left of any lot.</Text>
  return (
    <>
      <LotsTable lots={lots} />
      <ShowMore list={read} shown={lots.length} what="lots" />
    </>
  )
}
