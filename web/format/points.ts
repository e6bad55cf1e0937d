const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

/** `1 point`, `1,700 points`. */
export function points(count: number): string {
  return `${whole.format(count)} ${Math.abs(count) === 1 ? 'point' : 'points'}`
}
