import { Badge, Button, Checkbox, Progress, Skeleton, Stack, Text } from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { lotsQuery, type PointsLot } from '#web/client/points.ts'
import { dateTime, lastDay } from '#web/format/dates.ts'
import { pointsAlone } from '#web/format/points.ts'
import { PagedList } from '#web/page/list.tsx'
import { Section } from '#web/page/section.tsx'
import { type Column, DataTable } from '#web/page/table.tsx'
import type { PointsSearch } from '#web/search-params.ts'
import classes from './points-page.module.css'
import { PurchaseLink } from './statement.tsx'
import { formatSource, lotState } from './statement-text.ts'

const route = getRouteApi('/points')

/** On demand: the lots of points, called batches here: where each is from, what is left of it, and from when until when it can be spent. */
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
      title="Batches"
      lead="Where your points come from, how many are left, and from when until when they can be spent."
      actions={<Disclose isOpen={which !== undefined} onToggle={() => show(which ? undefined : 'open')} />}
    >
      <Stack gap="lg" id="batches" hidden={which === undefined}>
        {which && (
          <>
            <Checkbox
              label="Include batches with nothing left"
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
      aria-controls="batches"
      rightSection={<IconChevronDown size={18} className={classes.chevron} data-up={isOpen} aria-hidden />}
      onClick={onToggle}
    >
      {isOpen ? 'Hide batches' : 'Show batches'}
    </Button>
  )
}

function LotsOf({ username, which }: { username: string; which: 'open' | 'all' }) {
  return (
    <PagedList
      list={useInfiniteQuery(lotsQuery(username, which))}
      what="batches"
      loading={<Skeleton height={200} radius="md" />}
      empty={<Text c="dimmed">No batch has points left.</Text>}
    >
      {(lots) => (
        <DataTable caption="Batches of points, newest first" columns={COLUMNS} rows={lots} keyOf={({ id }) => id} />
      )}
    </PagedList>
  )
}

const COLUMNS: Column<PointsLot>[] = [
  { name: 'Source', cell: (lot) => <Source lot={lot} /> },
  { name: 'Left', className: classes.left, cell: (lot) => <Left lot={lot} /> },
  { name: 'Status', onlyWide: true, cell: (lot) => <Status lot={lot} /> },
  { name: 'Last day', className: classes.whole, cell: ({ expires_at }) => lastDay(expires_at) },
]

function Source({ lot }: { lot: PointsLot }) {
  const { issued_at, source, campaign } = lot
  return (
    <>
      <Text span className={classes.lead}>
        {formatSource(source.reason)}
      </Text>
      <Text span className={classes.folded} hiddenFrom="sm">
        {lotState(lot, Date.now()).text}
      </Text>
      <Text span className={classes.folded}>
        {campaign !== null && `By campaign “${campaign}”, `}
        {dateTime(issued_at)}{' '}
        {source.reason === 'purchase' && <PurchaseLink purchaseId={source.reference} at={issued_at} />}
      </Text>
    </>
  )
}

function Status({ lot }: { lot: PointsLot }) {
  const { state, text } = lotState(lot, Date.now())
  return (
    <Badge
      component="span"
      variant="light"
      color={state === 'open' ? 'gold' : 'gray'}
      className={classes.status}
      data-status={state}
    >
      {text}
    </Badge>
  )
}

function Left({ lot: { original, remaining, expired, taken_back, owed } }: { lot: PointsLot }) {
  return (
    <>
      {pointsAlone(remaining)} <span className={classes.whole}>of {pointsAlone(original)}</span>
      <Progress value={(remaining / original) * 100} color="gold" size="sm" mt={6} maw={160} aria-hidden />
      {expired > 0 && (
        <Text span className={classes.folded}>
          {pointsAlone(expired)} expired
        </Text>
      )}
      {taken_back > 0 && (
        <Text span className={classes.folded}>
          {pointsAlone(taken_back)} taken back
        </Text>
      )}
      {owed > 0 && (
        <Text span className={classes.folded}>
          {pointsAlone(owed)} spent and owed: withheld if they are returned
        </Text>
      )}
    </>
  )
}
