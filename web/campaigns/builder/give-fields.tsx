import { Button, CloseButton, NativeSelect, Text } from '@mantine/core'
import { useRef } from 'react'
import { type Give, GROUP, PERCENT, POINTS } from './give.ts'
import type { Matching } from './matching.ts'
import { LabelsPicker, ProductsPicker } from './pickers.tsx'
import { UNIT } from './row-text.ts'
import classes from './rule-builder.module.css'
import { forProducts, type RuleRow } from './rule-row.ts'
import { EMPTY, isUnreadable } from './typed.ts'
import { TypedNumberField } from './typed-fields.tsx'

export type RowFieldsProps = { row: RuleRow; onChange: (row: RuleRow) => void }

/** What a rule gives: `by` and `of` of `Give` in one, in words that go on after a number. */
const WHOLE_CART = [
  { value: 'share paid', label: '% of what is paid, in points' },
  { value: 'share price', label: '% of the price, in points' },
  { value: 'unit paid', label: `points for each ${UNIT} paid` },
  { value: 'unit price', label: `points for each ${UNIT} of the price` },
  { value: 'fixed', label: 'points' },
  { value: 'piece pieces', label: 'points for each piece' },
  { value: 'group pieces', label: 'points for every few pieces' },
]

const THESE_PRODUCTS = [
  { value: 'share matchedPrice', label: '% of the price of these products, in points' },
  { value: 'share matchedPaid', label: '% of what is paid for these products, in points' },
  { value: 'unit matchedPrice', label: `points for each ${UNIT} of the price of these products` },
  { value: 'unit matchedPaid', label: `points for each ${UNIT} paid for these products` },
  { value: 'fixed', label: 'points' },
  { value: 'piece matchedPieces', label: 'points for each piece of these products' },
  { value: 'group matchedPieces', label: 'points for every few pieces of these products' },
  { value: 'share price', label: '% of the price of the whole cart, in points' },
  { value: 'share paid', label: '% of what is paid for the whole cart, in points' },
  { value: 'unit price', label: `points for each ${UNIT} of the price of the whole cart` },
  { value: 'unit paid', label: `points for each ${UNIT} paid for the whole cart` },
  { value: 'piece pieces', label: 'points for each piece in the whole cart' },
  { value: 'group pieces', label: 'points for every few pieces in the whole cart' },
]

/** `Give 10 % of what is paid, at most 500 points a purchase`. */
export function GiveFields({ row, onChange }: RowFieldsProps) {
  const { give, matching } = row
  const change = (changed: Give) => onChange({ ...row, give: changed })
  const kind = 'of' in give ? `${give.by} ${give.of}` : give.by
  return (
    <div className={classes.line}>
      <span className={classes.word}>Give</span>
      {give.by === 'share' ? (
        <TypedNumberField
          aria-label="Percent"
          kind={PERCENT}
          value={give.percent}
          onChange={(percent) => change({ ...give, percent })}
        />
      ) : (
        <TypedNumberField
          aria-label="Points"
          kind={POINTS}
          value={give.points}
          onChange={(points) => change({ ...give, points })}
        />
      )}
      <NativeSelect
        aria-label="Of what"
        data={matching.by === 'all' ? WHOLE_CART : THESE_PRODUCTS}
        value={kind}
        onChange={(event) => change(ofKind(give, event.currentTarget.value))}
      />
      {give.by === 'group' && (
        <>
          <span>for every</span>
          <TypedNumberField
            aria-label="Pieces"
            kind={GROUP}
            value={give.size}
            onChange={(size) => change({ ...give, size })}
          />
          <span>pieces</span>
        </>
      )}
      <LimitField give={give} onChange={change} />
      <AmountHint give={give} />
    </div>
  )
}

/** What an amount of a kind is to begin with: the number of another kind would mean something else. */
const FIRST_AMOUNT: { readonly [By in Give['by']]: Record<string, number> } = {
  share: { percent: 10 },
  unit: { points: 1 },
  fixed: { points: 100 },
  piece: { points: 5 },
  group: { points: 50, size: 3 },
}

function ofKind(give: Give, kind: string): Give {
  const [by, of] = kind.split(' ') as [Give['by'], string | undefined]
  const { limit } = give
  const amount = by === give.by ? give : { by, ...FIRST_AMOUNT[by], ...(limit !== undefined && { limit }) }
  return { ...amount, ...(of && { of }) } as Give
}

/** What can be saved, and can hardly be meant. */
function AmountHint({ give }: { give: Give }) {
  const amount = give.by === 'share' ? give.percent : give.points
  const hint =
    amount === 0
      ? 'This gives nothing.'
      : give.by === 'share' && !isUnreadable(amount) && amount > 100
        ? 'This is more than the price itself.'
        : undefined
  return hint && <Text className={classes.hint ?? ''}>{hint}</Text>
}

function LimitField({ give, onChange }: { give: Give; onChange: (give: Give) => void }) {
  if (give.limit === undefined) {
    return (
      <Button size="compact-sm" variant="subtle" onClick={() => onChange({ ...give, limit: EMPTY })}>
        Limit per purchase
      </Button>
    )
  }
  const { limit, ...unlimited } = give
  return (
    <div className={classes.together}>
      <span>at most</span>
      <TypedNumberField
        aria-label="At most, in points a purchase"
        kind={POINTS}
        value={limit}
        onChange={(changed) => onChange({ ...give, limit: changed })}
        autoFocus={limit === EMPTY}
      />
      <span>points a purchase</span>
      <CloseButton aria-label="No limit per purchase" onClick={() => onChange(unlimited as Give)} />
    </div>
  )
}

const MATCHINGS = [
  { value: 'all', label: 'all products' },
  { value: 'products', label: 'these products' },
  { value: 'categories', label: 'products of these categories' },
  { value: 'tags', label: 'products with one of these tags' },
  { value: 'except products', label: 'all products but these' },
  { value: 'except categories', label: 'products of no such category' },
  { value: 'except tags', label: 'products with no such tag' },
]

/** `For products of these categories: unicorns`. */
export function MatchingFields({ row, onChange }: RowFieldsProps) {
  const { matching } = row
  const change = (changed: Matching) => onChange(forProducts(row, changed))
  // What was chosen last of a kind is chosen again by whoever comes back to it.
  const chosen = useRef<Partial<Record<Matching['by'], readonly string[]>>>({})
  if (matching.by !== 'all') chosen.current[matching.by] = matching.values
  const kind = matching.by === 'all' ? 'all' : `${matching.except ? 'except ' : ''}${matching.by}`
  return (
    <div className={classes.line}>
      <span className={classes.word}>for</span>
      <NativeSelect
        aria-label="For which products"
        data={MATCHINGS}
        value={kind}
        onChange={(event) => change(matchingOf(event.currentTarget.value, chosen.current))}
      />
      {matching.by === 'products' && (
        <ProductsPicker
          label="Products"
          values={matching.values}
          onChange={(values) => change({ ...matching, values })}
        />
      )}
      {(matching.by === 'categories' || matching.by === 'tags') && (
        <LabelsPicker
          label={matching.by === 'categories' ? 'Categories' : 'Tags of products'}
          of={matching.by}
          values={matching.values}
          onChange={(values) => change({ ...matching, values })}
        />
      )}
    </div>
  )
}

function matchingOf(kind: string, chosen: Partial<Record<Matching['by'], readonly string[]>>): Matching {
  if (kind === 'all') return { by: 'all' }
  const except = kind.startsWith('except ')
  const by = kind.replace('except ', '') as Exclude<Matching['by'], 'all'>
  return { by, except, values: chosen[by] ?? [] }
}
