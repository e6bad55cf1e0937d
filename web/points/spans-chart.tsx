import { Group, Stack, Text } from '@mantine/core'
import { useId } from 'react'
import { Bar, BarChart, CartesianGrid, Tooltip, type TooltipContentProps, XAxis, YAxis } from 'recharts'
import { points, pointsAlone } from '#web/format/points.ts'
import type { Span, Unit } from './day-spans.ts'
import classes from './spans-chart.module.css'

type SpansChartProps = { unit: Unit; spans: Span[]; className: string }

/**
 * Bars of what is left and what expired. Expired points are hatched, so that colour is not the only difference; arrow
 * keys go from bar to bar. Recharts moves nothing where less motion is preferred.
 */
export function SpansChart({ unit, spans, className }: SpansChartProps) {
  const hatching = useId()
  const hatched = `url(#${hatching})`
  return (
    <Stack component="figure" gap="xs" m={0}>
      <Legend expired={spans.some(({ expired }) => expired > 0) ? hatched : undefined} />
      <BarChart
        responsive
        className={className}
        data={spans}
        margin={{ top: 8, right: 0, bottom: 0, left: 0 }}
        aria-label={`Points by ${unit} of issue, from ${spans[0]?.name} to ${spans.at(-1)?.name}. The table below lists them.`}
      >
        <Hatching id={hatching} />
        <CartesianGrid vertical={false} stroke="var(--store-line)" />
        <XAxis dataKey="label" tick={TICK} tickLine={false} axisLine={false} minTickGap={16} />
        <YAxis
          tick={TICK}
          tickLine={false}
          axisLine={false}
          width="auto"
          allowDecimals={false}
          tickFormatter={pointsAlone}
        />
        <Tooltip content={SpanFigures} cursor={{ fill: 'var(--mantine-color-default-hover)', stroke: 'none' }} />
        <Bar dataKey="active" stackId="points" fill="var(--store-points-area)" maxBarSize={36} />
        <Bar dataKey="expired" stackId="points" fill={hatched} maxBarSize={36} />
      </BarChart>
    </Stack>
  )
}

const TICK = { fill: 'var(--mantine-color-dimmed)', fontSize: 12 }

function Hatching({ id }: { id: string }) {
  return (
    <defs>
      <pattern id={id} width={6} height={6} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width={6} height={6} className={classes.expiredGround} />
        <rect width={2.5} height={6} className={classes.expiredStripe} />
      </pattern>
    </defs>
  )
}

function Legend({ expired }: { expired: string | undefined }) {
  return (
    <Group component="figcaption" gap="lg">
      <Swatch fill="var(--store-points-area)" name="Left to spend" />
      {expired && <Swatch fill={expired} name="Expired" />}
    </Group>
  )
}

function Swatch({ fill, name }: { fill: string; name: string }) {
  return (
    <Group gap={8}>
      <svg width={16} height={16} aria-hidden="true">
        <rect width={16} height={16} rx={4} fill={fill} />
      </svg>
      <Text size="sm">{name}</Text>
    </Group>
  )
}

/** The figures of the bar that is pointed at. */
function SpanFigures({ active, payload }: TooltipContentProps) {
  const span: Span | undefined = payload[0]?.payload
  if (!active || !span) return null
  return (
    <div className={classes.figures} role="status">
      <Text fw={650} className={classes.name}>
        {span.name}
      </Text>
      <Text size="sm">{points(span.active)} left to spend</Text>
      {span.expired > 0 && <Text size="sm">{points(span.expired)} expired</Text>}
    </div>
  )
}
