import type { Order } from './books.ts'
import type { Task } from './search.ts'
import type { Budget } from './world.ts'

/**
 * What there is to buy, and with what: everything there is, in points and money; in money alone; too cheap to earn; or too little of
 * it. Of `two` pieces each earns, and they share an odd number of points; what can be spent elsewhere is some of each one's award.
 */
const ORDERS = {
  points: { priceMinor: 20_500, quantity: 1, stock: 2, balanceMinor: 30_000, points: 60, redeemPoints: 50 },
  money: { priceMinor: 21_000, quantity: 1, stock: 2, balanceMinor: 30_000, points: 0, redeemPoints: 0 },
  cheap: { priceMinor: 5_000, quantity: 1, stock: 2, balanceMinor: 30_000, points: 0, redeemPoints: 0 },
  two: { priceMinor: 11_250, quantity: 2, stock: 2, balanceMinor: 30_000, points: 52, redeemPoints: 51 },
  'no-stock': { priceMinor: 20_500, quantity: 1, stock: 0, balanceMinor: 30_000, points: 60, redeemPoints: 50 },
  'few-points': { priceMinor: 20_500, quantity: 1, stock: 2, balanceMinor: 30_000, points: 40, redeemPoints: 50 },
  'little-money': { priceMinor: 20_500, quantity: 1, stock: 2, balanceMinor: 19_999, points: 60, redeemPoints: 50 },
} satisfies Record<string, Order>

type OrderName = keyof typeof ORDERS

const BOTH = ['fast', 'visible'] as const
const LANES = [...BOTH, 'sold'] as const

const NAMES = [
  'faults',
  'cancels',
  'deaths',
  'late',
  'repairs',
  'refunds',
  'others',
  'setbacks',
] as const satisfies (keyof Budget)[]

/** `1,1,0,1,0,0,0,0`: in the order of `NAMES`. */
function parseBudget(text: string): Budget {
  const numbers = text.split(',').map(Number)
  if (numbers.length !== NAMES.length || numbers.some((number) => !Number.isInteger(number) || number < 0)) {
    throw new Error(`"${text}" is no budget: it takes ${NAMES.length} numbers, of ${NAMES.join(', ')}`)
  }
  return Object.fromEntries(NAMES.map((name, index) => [name, numbers[index]])) as Budget
}

export function formatBudget(budget: Budget): string {
  return NAMES.map((name) => budget[name]).join(',')
}

/** `fast/points/1,1,0,1,0,0,0,0`. */
export function parseTask(name: string): Task {
  const [lane = '', order = '', budget = ''] = name.split('/')
  if (!(order in ORDERS) || !LANES.some((one) => one === lane)) throw new Error(`there is no task "${name}"`)
  return { name, lane: lane as Task['lane'], order: ORDERS[order as OrderName], budget: parseBudget(budget) }
}

/** In both lanes. */
function both(order: OrderName, ...budgets: string[]): string[] {
  return budgets.flatMap((budget) => BOTH.map((lane) => `${lane}/${order}/${budget}`))
}

/** Refunds of parts, from the completed purchase on: they are the same whichever lane it took. */
function sold(...budgets: string[]): string[] {
  return budgets.map((budget) => `sold/two/${budget}`)
}

const REFUSED: OrderName[] = ['no-stock', 'few-points', 'little-money']

/** Every history of these is made on the books of a buyer of its own. */
export const ON_NEW_BOOKS: string[] = [
  ...both('points', '1,1,0,0,0,0,0,0', '1,0,1,0,0,0,0,0', '1,0,0,1,0,0,0,0', '0,0,0,0,1,0,0,0', '0,0,0,0,0,1,1,0'),
  ...REFUSED.flatMap((order) => both(order, '1,0,0,0,0,0,0,0')),
  ...sold('1,0,0,0,0,2,0,0', '0,0,1,0,0,2,0,0', '0,0,0,1,0,1,0,0', '0,0,0,0,1,1,1,0'),
]

/** Every history of these, from memory. */
export const FROM_MEMORY: string[] = [
  ...both(
    'points',
    '2,1,1,0,0,0,0,0',
    '1,1,1,1,0,0,0,0',
    '1,1,0,0,1,0,0,0',
    '1,0,0,1,1,0,0,0',
    '0,1,1,1,1,0,0,0',
    '2,0,0,0,2,1,1,0',
    '1,1,0,1,0,1,0,0',
  ),
  ...both('points', '1,1,0,0,0,0,0,1', '1,0,0,0,0,1,1,1', '0,0,0,0,1,1,1,1'),
  ...both('money', '1,1,1,1,0,0,0,0', '1,0,0,0,1,1,1,0'),
  ...both('cheap', '1,0,0,1,1,1,0,0'),
  ...both('two', '1,1,0,0,0,1,0,0', '1,0,0,0,1,1,0,0'),
  ...sold('1,1,1,0,0,2,0,0', '1,0,0,1,0,2,0,0', '1,0,1,0,1,2,0,0', '0,0,0,1,1,2,0,0', '0,0,0,0,1,2,1,0'),
  ...sold('0,0,0,0,1,2,0,1', '0,0,0,0,0,2,1,1'),
  ...REFUSED.flatMap((order) => both(order, '1,1,1,1,0,0,0,0', '1,0,0,0,1,0,0,0', '1,0,1,1,0,0,1,0')),
]

/** Chance goes beyond, this far. */
export const AT_RANDOM: string[] = [
  ...['points', 'money', ...REFUSED].flatMap((order) => both(order as OrderName, '3,2,2,2,2,1,1,0')),
  ...both('two', '3,2,2,2,2,2,1,0'),
  ...sold('3,1,2,3,2,3,1,0', '2,0,2,2,2,3,1,1'),
]

/** What mutants are looked for in, one after the other until one is found. */
export const LADDER: string[] = [
  ...both('points', '0,0,0,0,0,0,0,0', '1,0,0,0,0,0,0,0', '0,1,0,0,0,0,0,0', '0,0,0,0,1,0,0,0', '0,0,0,0,0,1,1,0'),
  ...sold('0,0,0,0,0,2,0,0'),
  ...both('points', '0,0,0,0,0,0,0,1', '0,0,0,0,0,1,1,1'),
  ...REFUSED.flatMap((order) => both(order, '0,0,0,0,0,0,0,0')),
  ...both(
    'points',
    '1,1,0,0,0,0,0,0',
    '0,1,0,0,1,0,0,0',
    '1,0,0,0,1,0,0,0',
    '0,0,0,0,2,0,0,0',
    '1,0,0,0,1,1,0,0',
    '2,0,0,0,0,0,0,0',
    '1,0,0,1,0,0,0,0',
    '1,1,0,1,0,0,0,0',
    '0,1,1,1,0,0,0,0',
    '1,0,0,1,1,0,0,0',
    '3,0,0,0,0,0,0,0',
  ),
  'visible/two/1,0,0,0,0,1,0,0',
  ...sold('1,0,0,0,0,2,1,0', '0,0,0,1,0,2,0,0'),
]
