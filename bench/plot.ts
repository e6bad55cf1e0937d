/** A bar, with how far the rounds lay apart. */
export type Bar = {
  readonly label: string
  readonly value: number
  readonly min: number
  readonly max: number
  readonly isOurs?: boolean
}

export type BarChart = {
  readonly title: string
  /** What is measured, with its unit. */
  readonly axis: string
  readonly bars: readonly Bar[]
}

export type LineChart = {
  readonly title: string
  readonly xAxis: string
  readonly yAxis: string
  /** Both axes are logarithmic, so all numbers are above zero. */
  readonly lines: readonly { label: string; points: readonly (readonly [x: number, y: number])[] }[]
}

/** Readable on a white page and on a dark one. */
const COLOURS = { text: '#6e7781', line: '#8c959f', ours: '#8250df', others: '#afb8c1' } as const
const LINES = ['#cf222e', COLOURS.ours, '#0969da', '#1a7f37'] as const
const FONT = 'font-family="system-ui, sans-serif" font-size="13"'
const WIDTH = 760

/** Horizontal bars from zero, as an SVG document (https://www.w3.org/TR/SVG11/). */
export function barChart({ title, axis, bars }: BarChart): string {
  const [left, top, step] = [250, 52, 30]
  const most = Math.max(...bars.map(({ max }) => max), Number.MIN_VALUE)
  const x = (value: number) => left + (value / most) * (WIDTH - left - 90)
  const height = top + bars.length * step + 34
  const drawn = bars.map(({ label, value, min, max, isOurs }, index) => {
    const y = top + index * step
    const middle = y + 10
    return [
      text(left - 10, middle + 4, label, `text-anchor="end"${isOurs ? ' font-weight="600"' : ''}`),
      `<rect x="${left}" y="${y}" width="${round(x(value) - left)}" height="20" rx="2" fill="${isOurs ? COLOURS.ours : COLOURS.others}"/>`,
      `<path d="M${round(x(min))} ${middle}H${round(x(max))}" stroke="${COLOURS.text}" stroke-width="2"/>`,
      text(x(max) + 8, middle + 4, shortNumber(value)),
    ].join('\n')
  })
  return document(height, title, [...drawn, text(left, height - 12, axis)])
}

/** Lines over two logarithmic axes, as an SVG document. */
export function lineChart({ title, xAxis, yAxis, lines }: LineChart): string {
  const [left, right, top, bottom, height] = [70, WIDTH - 190, 60, 300, 360]
  const points = lines.flatMap((line) => line.points)
  const x = scale(
    points.map(([value]) => value),
    left,
    right,
  )
  const y = scale(
    points.map(([, value]) => value),
    bottom,
    top,
  )
  const grid = [
    ...x.ticks.map(
      (tick) =>
        vertical(x.at(tick), top, bottom) + text(x.at(tick), bottom + 18, shortNumber(tick), 'text-anchor="middle"'),
    ),
    ...y.ticks.map(
      (tick) =>
        horizontal(y.at(tick), left, right) + text(left - 8, y.at(tick) + 4, shortNumber(tick), 'text-anchor="end"'),
    ),
  ]
  const drawn = lines.map(({ label, points: own }, index) => {
    const colour = LINES[index % LINES.length]
    const places = own.map(([px, py]) => [round(x.at(px)), round(y.at(py))] as const)
    const [lastX = right, lastY = top] = places.at(-1) ?? []
    const dots = places.map(([px, py]) => `<circle cx="${px}" cy="${py}" r="4" fill="${colour}"/>`)
    const path = `<polyline points="${places.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`
    return [path, ...dots, text(lastX + 10, lastY + 4, label, `fill="${colour}"`)].join('\n')
  })
  const axes = [text((left + right) / 2, height - 14, xAxis, 'text-anchor="middle"'), text(left, top - 14, yAxis)]
  return document(height, title, [...grid, ...drawn, ...axes])
}

/** A logarithmic scale over whole powers of ten. */
function scale(values: readonly number[], from: number, to: number) {
  const low = Math.floor(Math.log10(Math.min(...values)))
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))))
  const ticks = Array.from({ length: high - low + 1 }, (_, n) => 10 ** (low + n))
  return { ticks, at: (value: number) => from + ((Math.log10(value) - low) / (high - low)) * (to - from) }
}

function vertical(x: number, top: number, bottom: number): string {
  return `<path d="M${round(x)} ${top}V${bottom}" stroke="${COLOURS.line}" stroke-opacity="0.3"/>`
}

function horizontal(y: number, left: number, right: number): string {
  return `<path d="M${left} ${round(y)}H${right}" stroke="${COLOURS.line}" stroke-opacity="0.3"/>`
}

function document(height: number, title: string, content: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}" ${FONT}>`,
    text(12, 26, title, 'font-size="16" font-weight="600"'),
    ...content,
    '</svg>',
    '',
  ].join('\n')
}

function text(x: number, y: number, content: string, attributes = ''): string {
  const fill = attributes.includes('fill=') ? '' : ` fill="${COLOURS.text}"`
  return `<text x="${round(x)}" y="${round(y)}"${fill}${attributes && ` ${attributes}`}>${escaped(content)}</text>`
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

/** `0.25`, `4.7`, `47`, `1,200`: three digits say enough. */
export function shortNumber(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: value >= 1_000 ? 4 : 3 })
}
