/** Rational arithmetic written a second time, as plainly as can be, to compare the formulas with. Never in lowest terms. */
export type Rational = { readonly n: bigint; readonly d: bigint }

export type Operation = '+' | '-' | '*' | '/' | '%'
export type Call = 'min' | 'max' | 'floor' | 'ceil' | 'round'

export function integer(n: bigint): Rational {
  return { n, d: 1n }
}

/** The value of `units` with so many decimals: (1999, 2) is 19.99. */
export function decimal(units: bigint, decimals: number): Rational {
  return { n: units, d: 10n ** BigInt(decimals) }
}

/** @returns undefined for a division by zero */
export function operate(operation: Operation, a: Rational, b: Rational): Rational | undefined {
  if ((operation === '/' || operation === '%') && b.n === 0n) return undefined
  switch (operation) {
    case '+':
      return { n: a.n * b.d + b.n * a.d, d: a.d * b.d }
    case '-':
      return { n: a.n * b.d - b.n * a.d, d: a.d * b.d }
    case '*':
      return { n: a.n * b.n, d: a.d * b.d }
    case '/':
      return positive({ n: a.n * b.d, d: a.d * b.n })
    case '%':
      return { n: (a.n * b.d) % (b.n * a.d), d: a.d * b.d }
  }
}

export function call(name: Call, values: readonly [Rational, ...Rational[]]): Rational {
  const [first, ...others] = values
  switch (name) {
    case 'min':
      return others.reduce((a, b) => (isLess(b, a) ? b : a), first)
    case 'max':
      return others.reduce((a, b) => (isLess(a, b) ? b : a), first)
    case 'floor':
      return integer(floor(first))
    case 'ceil':
      return integer(-floor({ n: -first.n, d: first.d }))
    case 'round':
      return integer(roundHalfEven(first))
  }
}

function isLess(a: Rational, b: Rational): boolean {
  return a.n * b.d < b.n * a.d
}

export function isEqual(a: Rational, b: Rational): boolean {
  return a.n * b.d === b.n * a.d
}

export function roundHalfEven(a: Rational): bigint {
  const below = floor(a)
  const rest = 2n * (a.n - below * a.d)
  const isUp = rest === a.d ? below % 2n !== 0n : rest > a.d
  return isUp ? below + 1n : below
}

/** Reads `16.995` and `10/3`. */
export function fromText(text: string): Rational {
  const [whole = '', other] = text.split('/')
  if (other !== undefined) return { n: BigInt(whole), d: BigInt(other) }
  const [units = '', decimals = ''] = whole.split('.')
  return decimal(BigInt(units + decimals), decimals.length)
}

function floor({ n, d }: Rational): bigint {
  const truncated = n / d
  return n % d < 0n ? truncated - 1n : truncated
}

function positive({ n, d }: Rational): Rational {
  return d < 0n ? { n: -n, d: -d } : { n, d }
}
