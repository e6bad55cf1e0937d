/** `1 item`, `3 items`: pieces, of whichever products. */
export function items(count: number): string {
  return `${count} ${count === 1 ? 'item' : 'items'}`
}

/** How many pieces lines have together. */
export function countOf(lines: readonly { quantity: number }[]): number {
  return lines.reduce((sum, { quantity }) => sum + quantity, 0)
}
