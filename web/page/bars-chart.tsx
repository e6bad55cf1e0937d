import { Group, Stack, Text } from '@mantine/core'
import { useId } from 'react'
import { Bar, BarChart, CartesianGrid, Tooltip, type TooltipContentProps, XAxis, YAxis } from 'recharts'
import { points, pointsAlone } from '#web/format/points.ts'
import classes from './bars-chart.module.css'

/** Points in two parts, one on top of the other. */
export type PointsBar = {
  /** Beside the bar. */
  label: string
  /** In full. */
  name: string
  plain: number
  hatched: number
}

type BarsChartProps = {
  bars: readonly PointsBar[]
  /** What the parts are: `left to spend`. */
  parts: { plain: string; hatched: string }
  /** What the chart shows, and where its figures can be read. */
  description: string
  /** Bars go from left to right: there is room for longer labels. */
  isSideways?: boolean
  className: string
}

/**
 * Bars of points in two parts. The second is hatched, so that colour is not the only difference; arrow keys go from bar to
 * bar. Recharts moves nothing where less motion is preferred.
 */
export function BarsChart({ bars, parts, description, isSideways = false, className }: BarsChartProps) {
  const hatching = useId()
  const hatched = `url(#${hatching})`
  const [Names, Numbers] = isSideways ? [YAxis, XAxis] : [XAxis, YAxis]
  return (
    <Stack component="figure" gap="xs" m={0}>
      <Legend parts={parts} hatched={bars.some((bar) => bar.hatched > 0) ? hatched : undefined} />
      <BarChart
        responsive
        className={className}
        data={[...bars]}
        layout={isSideways ? 'vertical' : 'horizontal'}
        margin={{ top: 8, right: 0, bottom: 0, left: 0 }}
        aria-label={description}
      >
        <Hatching id={hatching} />
        <CartesianGrid vertical={isSideways} horizontal={!isSideways} stroke="var(--store-line)" />
        <Names
          type="category"
          dataKey="label"
          {...AXIS}
          minTickGap={16}
          {...(isSideways && { width: 'auto', interval: 0 })}
        />
        <Numbers
          type="number"
          {...AXIS}
          {...(!isSideways && { width: 'auto' })}
          allowDecimals={false}
          tickFormatter={pointsAlone}
        />
        <Tooltip
          content={(shown: TooltipContentProps) => <Figures {...shown} parts={parts} />}
          cursor={{ fill: 'var(--mantine-color-default-hover)', stroke: 'none' }}
        />
        <Bar dataKey="plain" stackId="points" fill="var(--store-points-area)" maxBarSize={36} />
        <Bar dataKey="hatched" stackId="points" fill={hatched} maxBarSize={36} />
      </BarChart>
    </Stack>
  )
}

const AXIS = {
  tick: { fill: 'var(--mantine-color-dimmed)', fontSize: 12 },
  tickLine: false,
  axisLine: false,
} as const

function Hatching({ id }: { id: string }) {
  return (
    <defs>
      <pattern id={id} width={6} height={6} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width={6} height={6} className={classes.hatchedGround} />
        <rect width={2.5} height={6} className={classes.hatchedStripe} />
      </pattern>
    </defs>
  )
}

function Legend({ parts, hatched }: { parts: BarsChartProps['parts']; hatched: string | undefined }) {
  return (
    <Group component="figcaption" gap="lg">
      <Swatch fill="var(--store-points-area)" name={parts.plain} />
      {hatched && <Swatch fill={hatched} name={parts.hatched} />}
    </Group>
  )
}

function Swatch({ fill, name }: { fill: string; name: string }) {
  return (
    <Group gap={8}>
      <svg width={16} height={16} aria-hidden="true">
        <rect width={16} height={16} rx={4} fill={fill} />
      </svg>
      <Text size="sm" className={classes.name}>
        {name}
      </Text>
    </Group>
  )
}

type FiguresProps = TooltipContentProps & { parts: BarsChartProps['parts'] }

/** The figures of the bar that is pointed at. */
function Figures({ active, payload, parts }: FiguresProps) {
  const bar: PointsBar | undefined = payload[0]?.payload
  if (!active || !bar) return null
  return (
    <div className={classes.figures} role="status">
      <Text fw={650} className={classes.name}>
        {bar.name}
      </Text>
      <Text size="sm">
        {points(bar.plain)} {parts.plain}
      </Text>
      {bar.hatched > 0 && (
        <Text size="sm">
          {points(bar.hatched)} {parts.hatched}
        </Text>
      )}
    </div>
  )
}
