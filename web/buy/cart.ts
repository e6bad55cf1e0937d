import { useLocalStorage } from '@mantine/hooks'
import type { Order } from '#web/client/purchases.ts'

export type Line = Order['lines'][number]

/** The limits of the API for one purchase. */
const MAX_LINES = 20
export const MAX_QUANTITY = 1_000

export type Cart = {
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

function withMore(lines: Line[], productId: string, quantity: number): Line[] {
  const there = lines.find((line) => line.productId === productId)
  if (!there) return [...lines, { productId, quantity }].slice(0, MAX_LINES)
  const more = Math.min(there.quantity + quantity, MAX_QUANTITY)
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

/**
 * The quantity that a typed text means: digits only, except for the comma of `1,000`.
 *
 * @returns undefined for anything else; a text is never corrected into a quantity
 */
export function quantityOf(typed: string): number | undefined {
  const digits = typed.trim().replace(/^1,000$/, '1000')
  if (!/^\d+$/.test(digits)) return undefined
  const quantity = Number(digits)
  return quantity >= 1 && quantity <= MAX_QUANTITY ? quantity : undefined
}
