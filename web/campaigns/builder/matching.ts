import { EMPTY, isObject, isUnreadable } from './typed.ts'

/** The products that a rule is for, as the builder shows them. */
export type Matching =
  | { readonly by: 'all' }
  | {
      readonly by: 'products' | 'categories' | 'tags'
      /** All products but these. */
      readonly except: boolean
      /** Ids of products, names of categories, or tags. None is a choice that is still to be made. */
      readonly values: readonly string[]
    }

const PATHS = { products: '@.productId', categories: '@.categories', tags: '@.tags' } as const

/** The condition that chooses the lines; undefined for all of them. */
export function lineCondition(matching: Matching): unknown {
  if (matching.by === 'all') return undefined
  const { by, except, values } = matching
  const variable = PATHS[by]
  if (by === 'products') return { variable, rule: except ? 'not_in' : 'in', value: values }
  const [first, ...others] = values.map((value) => ({ variable, rule: 'contains', value }))
  const chosen =
    others.length > 0 ? { any: [first, ...others] } : (first ?? { variable, rule: 'contains', value: EMPTY })
  return except ? { not: chosen } : chosen
}

/** The products that a rule is for, or undefined if the builder cannot show them. */
export function readMatching(lines: unknown): Matching | undefined {
  if (lines === undefined) return { by: 'all' }
  if (isObject(lines) && Object.keys(lines).length === 1 && 'not' in lines) {
    const negated = readChosen(lines.not)
    return negated && !negated.except ? { ...negated, except: true } : undefined
  }
  return readChosen(lines)
}

type Chosen = Exclude<Matching, { by: 'all' }>

function readChosen(lines: unknown): Chosen | undefined {
  if (!isObject(lines)) return undefined
  if (Object.keys(lines).length === 1 && Array.isArray(lines.any)) return readAny(lines.any)
  const { variable, rule, value, ...others } = lines
  if (Object.keys(others).length > 0) return undefined
  if (variable === PATHS.products) return readProducts(rule, value)
  const by = variable === PATHS.categories ? 'categories' : variable === PATHS.tags ? 'tags' : undefined
  if (!by || rule !== 'contains') return undefined
  if (typeof value === 'string' && value !== '') return { by, except: false, values: [value] }
  return isUnreadable(value) && value.typed === '' ? { by, except: false, values: [] } : undefined
}

function readProducts(rule: unknown, value: unknown): Chosen | undefined {
  if (rule === 'string_equals' && typeof value === 'string') return { by: 'products', except: false, values: [value] }
  if ((rule !== 'in' && rule !== 'not_in') || !areTexts(value) || !areDistinct(value)) return undefined
  return { by: 'products', except: rule === 'not_in', values: value }
}

/** Of categories, or of tags: a product has one of them or another. */
function readAny(conditions: readonly unknown[]): Chosen | undefined {
  const chosen = conditions.map(readChosen)
  const [first] = chosen
  if (!first || first.by === 'products') return undefined
  const values = chosen.flatMap((one) => (one?.by === first.by && one.values.length === 1 ? one.values : []))
  return values.length === conditions.length && areDistinct(values) ? { ...first, values } : undefined
}

function areDistinct(values: readonly string[]): boolean {
  return new Set(values).size === values.length
}

export function areTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
