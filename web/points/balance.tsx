import { Group, Paper, Skeleton, Text, Title } from '@mantine/core'
import { IconHourglassLow } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { expiresNextQuery, type PointsBalance } from '#web/client/points.ts'
import { settingsQuery } from '#web/client/settings.ts'
import { lastDay } from '#web/format/dates.ts'
import { money, times } from '#web/format/money.ts'
import { points } from '#web/format/points.ts'
import { ButtonLink } from '#web/page/links.tsx'
import { LoadError } from '#web/page/list.tsx'
import classes from './balance.module.css'

/** What can be spent, what it is worth, and what expires next. */
export function Balance({ balance: { account_id, balance } }: { balance: PointsBalance }) {
  return (
    <div className={classes.balance}>
      <Paper component="section" aria-labelledby="available" className={classes.available}>
        <Title order={2} id="available" className={classes.label}>
          Available
        </Title>
        <p className={classes.figure} aria-live="polite">
          {points(balance)}
        </p>
        <Group justify="space-between" gap="sm">
          <Worth balance={balance} />
          {balance > 0 && <ButtonLink to="/">Spend them</ButtonLink>}
        </Group>
      </Paper>
      <Paper component="section" aria-labelledby="expires-next" className={classes.expires}>
        <Title order={2} id="expires-next" className={classes.label}>
          <IconHourglassLow size={18} aria-hidden />
          Expires next
        </Title>
        <ExpiresNext username={account_id} />
      </Paper>
    </div>
  )
}

function Worth({ balance }: { balance: number }) {
  const settings = useQuery(settingsQuery)
  if (settings.error) return null
  if (!settings.data) return <Skeleton height={22} width={180} />
  const { pointValue } = settings.data
  if (pointValue === 0) return null
  return (
    <Text c="dimmed">
      {balance > 0
        ? `Worth ${money(times(pointValue, balance))} at checkout`
        : `Each point is worth ${money(pointValue)} at checkout`}
    </Text>
  )
}

function ExpiresNext({ username }: { username: string }) {
  const next = useQuery(expiresNextQuery(username))
  const { data: expiry } = next
  if (expiry === undefined && next.error) return <LoadError query={next} />
  if (expiry === undefined) return <Skeleton height={64} mt="xs" />
  if (expiry === null) return <Text c="dimmed">Nothing. There are no points that could expire.</Text>
  return (
    <>
      <p className={classes.next}>{points(expiry.amount)}</p>
      <Text c="dimmed">
        Last day to spend them: <strong className={classes.day}>{lastDay(expiry.at)}</strong> (UTC)
      </Text>
      <Text c="dimmed" size="sm" mt="sm">
        A purchase uses the points that expire first.
      </Text>
    </>
  )
}
