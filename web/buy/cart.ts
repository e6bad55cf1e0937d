import { useLocalStorage } from '@mantine/hooks'
import type { Order } from '#web/client/purchases.ts'
import { MAX_LINES, QUANTITY } from '#web/format/numbers.ts'

export type Line = Order['lines'][number]

export type Cart = {
  /** In the order in which they were added. */
  lines: Line[]
  /** Whether a line for this product still fits into one purchase. */
  hasRoomFor: (productId: string) => boolean
  /** Adds a quantity of a product to the cart. */
  add: (productId: string, quantity: number) => void
  setQuantity: (productId: string, quantity: number) => void
  remove: (productId: string) => void
  clear: () => void
  /** Takes out what was bought; what was added since then stays. */
  take: (bought: Line[]) => void
}

/** The cart of a user: kept over reloads, and the same in every tab. */
export function useCart(username: string): Cart {
  const [lines, setLines] = useLocalStorage<Line[]>({
    key: `unicorn-store.cart.${username}`,
    defaultValue: [],
    getInitialValueInEffect: false,
    deserialize: readLines,
  })
  return {
    lines,
    hasRoomFor: (productId) => lines.length < MAX_LINES || lines.some((line) => line.productId === productId),
    add: (productId, quantity) => setLines((before) => withMore(before, productId, quantity)),
    setQuantity: (productId, quantity) =>
      setLines((before) => before.map((line) => (line.productId === productId ? { ...line, quantity } : line))),
    remove: (productId) => setLines((before) => before.filter((line) => line.productId !== productId)),
    clear: () => setLines([]),
    take: (bought) => setLines((before) => without(before, bought)),
  }
}

/**
 * The lines as they are ordered: by product. Rules of campaigns look at the first product of a purchase, so the same cart
 * has to be the same order, however it was filled.
 */
export function orderedLines(lines: readonly Line[]): Line[] {
  return lines.toSorted((a, b) => (a.productId < b.productId ? -1 : Number(a.productId > b.productId)))
}

function withMore(lines: Line[], productId: string, quantity: number): Line[] {
  const there = lines.find((line) => line.productId === productId)
  if (!there) return [...lines, { productId, quantity }].slice(0, MAX_LINES)
  const more = Math.min(there.quantity + quantity, QUANTITY.max)
  return lines.map((line) => (line === there ? { productId, quantity: more } : line))
}

function without(lines: Line[], bought: Line[]): Line[] {
  return lines
    .map((line) => {
      const taken = bought.find(({ productId }) => productId === line.productId)?.quantity ?? 0
      return { ...line, quantity: line.quantity - taken }
    })
    .filter(({ quantity }) => quantity > 0)
}

/** The stored text may have been written by another version, or by hand. */
function readLines(stored: string | undefined): Line[] {
  try {
    const lines: unknown = JSON.parse(stored ?? '[]')
    return Array.isArray(lines) ? lines.filter(isLine).slice(0, MAX_LINES) : []
  } catch {
    return []
  }
}

function isLine(given: unknown): given is Line {
  const { productId, quantity } = (given ?? {}) as Partial<Line>
  return typeof productId === 'string' && Number.isInteger(quantity) && Number(quantity) >= 1
}
