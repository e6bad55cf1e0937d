import { Button, Checkbox, Progress, Skeleton, Stack, Table, Text, VisuallyHidden } from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { lotsQuery, type PointsLot } from '#web/client/points.ts'
import { dateTime, lastDay } from '#web/format/dates.ts'
import { pointsAlone } from '#web/format/points.ts'
import { LoadError, ShowMore } from '#web/page/list.tsx'
import { Section } from '#web/page/section.tsx'
import type { PointsSearch } from '#web/search-params.ts'
import classes from './points-page.module.css'
import { PurchaseLink } from './statement.tsx'
import { sayWhereFrom } from './statement-text.ts'

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

function LotsTable({ lots }: { lots: PointsLot[] }) {
  return (
    <Table className={classes.table} verticalSpacing="sm">
      <caption>
        <VisuallyHidden>Lots of points, newest first</VisuallyHidden>
      </caption>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">Source</Table.Th>
          <Table.Th scope="col">Left</Table.Th>
          <Table.Th scope="col">Last day</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {lots.map((lot) => (
          <LotRow key={lot.id} lot={lot} />
        ))}
      </Table.Tbody>
    </Table>
  )
}

function LotRow({ lot: { issued_at, expires_at, original, remaining, expired, source } }: { lot: PointsLot }) {
  return (
    <Table.Tr>
      <Table.Td>
        <Text span className={classes.lead}>
          {sayWhereFrom(source.reason)}
        </Text>
        <Text span className={classes.folded}>
          {dateTime(issued_at)}{' '}
          {source.reason === 'purchase' && <PurchaseLink purchaseId={source.reference} at={issued_at} />}
        </Text>
      </Table.Td>
      <Table.Td className={classes.left}>
        {pointsAlone(remaining)} <span className={classes.whole}>of {pointsAlone(original)}</span>
        <Progress value={(remaining / original) * 100} color="gold" size="sm" mt={6} maw={160} aria-hidden />
        {expired > 0 && (
          <Text span className={classes.folded}>
            {pointsAlone(expired)} lapsed
          </Text>
        )}
      </Table.Td>
      <Table.Td className={classes.whole}>{lastDay(expires_at)}</Table.Td>
    </Table.Tr>
  )
}
