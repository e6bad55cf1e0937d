import { Group, Paper, Skeleton, Text, Title } from '@mantine/core'
import { IconClockHour4, IconHourglassLow } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { PointsBalance } from '#web/client/points.ts'
import { settingsQuery } from '#web/client/settings.ts'
import { day, lastDay } from '#web/format/dates.ts'
import { money, times } from '#web/format/money.ts'
import { points } from '#web/format/points.ts'
import { ButtonLink } from '#web/page/links.tsx'
import classes from './balance.module.css'

/** What can be spent, what it is worth, what can be spent later, and what expires next. */
export function Balance({ balance: { balance, pending_total, pending, expires_next } }: { balance: PointsBalance }) {
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
      {pending_total > 0 && (
        <Paper component="section" aria-labelledby="pending" className={classes.pending}>
          <Title order={2} id="pending" className={classes.label}>
            <IconClockHour4 size={18} aria-hidden />
            Pending
          </Title>
          <p className={classes.next}>{points(pending_total)}</p>
          <Pending pending={pending} />
        </Paper>
      )}
      <Paper component="section" aria-labelledby="expires-next" className={classes.expires}>
        <Title order={2} id="expires-next" className={classes.label}>
          <IconHourglassLow size={18} aria-hidden />
          Expires next
        </Title>
        <ExpiresNext expiry={expires_next} />
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

/** Days that are listed one by one. */
const FIRST_DAYS = 3

/** From when on points can be spent that cannot be yet: the first days, and what comes later together. */
function Pending({ pending }: Pick<PointsBalance, 'pending'>) {
  const [only, ...others] = pending
  if (only && others.length === 0) {
    return (
      <Text c="dimmed">
        They can be spent from <strong className={classes.day}>{day(only.available_on)}</strong>.
      </Text>
    )
  }
  const [first, later] = [pending.slice(0, FIRST_DAYS), pending.slice(FIRST_DAYS)]
  return (
    <ul className={classes.days} aria-label="When they can be spent">
      {first.map(({ available_on, amount }) => (
        <li key={available_on}>
          {points(amount)} from <strong className={classes.day}>{day(available_on)}</strong>
        </li>
      ))}
      {later.length > 0 && <li>{points(later.reduce((sum, { amount }) => sum + amount, 0))} after that</li>}
    </ul>
  )
}

function ExpiresNext({ expiry }: { expiry: PointsBalance['expires_next'] }) {
  if (expiry === null) return <Text c="dimmed">Nothing. There are no points that could expire.</Text>
  return (
    <>
      <p className={classes.next}>{points(expiry.amount)}</p>
      <Text c="dimmed">
        Last day to spend them: <strong className={classes.day}>{lastDay(expiry.on)}</strong> (UTC)
      </Text>
      <Text c="dimmed" size="sm" mt="sm">
        A purchase uses the points that expire first.
      </Text>
    </>
  )
}
