import { Autocomplete, type InputWrapperProps, MultiSelect, TagsInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { productChoicesQuery, useProductNames } from '#web/client/products.ts'
import { usersQuery } from '#web/client/users.ts'
import { or } from '#web/format/lists.ts'
import classes from './rule-builder.module.css'
import { EMPTY, isUnreadable, type Typed, UNFILLED } from './typed.ts'

/** What products are called, as far as they are known. */
export function useProductName(): (id: string) => string {
  const { data } = useQuery(productChoicesQuery)
  return (id) => data?.items.find((product) => product.id === id)?.name ?? `product ${id}`
}

/** Of the API. */
const MAX_VALUES = 100

type PickerProps = { label: string; values: readonly string[]; onChange: (values: string[]) => void }

/** Products by their names. Those that are not among the listed ones stay chosen. */
export function ProductsPicker({ label, values, onChange }: PickerProps) {
  const { data: products } = useQuery(productChoicesQuery)
  const nameOf = useProductNames(values.map((productId) => ({ productId })))
  const listed = products?.items.map(({ id, name }) => ({ value: id, label: name })) ?? []
  const others = values.filter((id) => !listed.some(({ value }) => value === id))
  return (
    <MultiSelect
      aria-label={label}
      className={classes.picker ?? ''}
      placeholder={values.length === 0 ? 'Choose products' : ''}
      data={[...listed, ...others.map((id) => ({ value: id, label: nameOf(id) }))]}
      value={[...values]}
      onChange={onChange}
      maxValues={MAX_VALUES}
      searchable
      hidePickedOptions
      nothingFoundMessage="No such product"
      selectFirstOptionOnChange
      error={values.length === 0 && UNFILLED}
      {...(products?.nextCursor && { description: `Only the first ${products.count} products are listed.` })}
    />
  )
}

/** Categories or tags of products: those that products have, or others, which it says. */
export function LabelsPicker({ label, of, values, onChange }: PickerProps & { of: 'categories' | 'tags' }) {
  const { data: products } = useQuery(productChoicesQuery)
  const known = products && distinct(products.items, of)
  const kind = of === 'tags' ? 'tag' : 'category'
  return (
    <TagsInput
      aria-label={label}
      className={classes.picker ?? ''}
      placeholder={values.length === 0 ? `Choose ${of}` : ''}
      data={known ?? []}
      value={[...values]}
      onChange={onChange}
      selectFirstOptionOnChange
      acceptValueOnBlur
      {...unknownHint(
        values,
        products?.nextCursor === null ? known : undefined,
        (names) => `No product has the ${kind} ${names} yet.`,
      )}
      error={values.length === 0 && UNFILLED}
    />
  )
}

type CustomerTagProps = { label: string; value: Typed<string>; onChange: (value: Typed<string>) => void }

/** A tag of customers: one that customers have, or another one, which it says. */
export function CustomerTagField({ label, value, onChange }: CustomerTagProps) {
  const { data } = useQuery(usersQuery)
  const known = data && distinct(data.users, 'tags')
  const values = isUnreadable(value) ? [] : [value]
  return (
    <Autocomplete
      aria-label={label}
      data={known ?? []}
      value={isUnreadable(value) ? value.typed : value}
      onChange={(typed) => onChange(typed === '' ? EMPTY : typed)}
      selectFirstOptionOnChange
      {...unknownHint(values, data?.all ? known : undefined, (names) => `No customer has the tag ${names} yet.`)}
      error={values.length === 0 && UNFILLED}
    />
  )
}

/** What is said below a field in which there are words that nothing has: it can be meant, or is mistyped. */
function unknownHint(values: readonly string[], known: readonly string[] | undefined, hint: (names: string) => string) {
  const unknown = known ? values.filter((value) => !known.includes(value)) : []
  if (unknown.length === 0) return {}
  const names = or.format(unknown.map((value) => `“${value}”`))
  return {
    description: hint(names),
    inputWrapperOrder: HINT_BELOW,
    descriptionProps: { className: classes.hint ?? '' },
  }
}

const HINT_BELOW: NonNullable<InputWrapperProps['inputWrapperOrder']> = ['label', 'input', 'description', 'error']

/** The words that any of the items has under a name, in the order of the alphabet. */
function distinct<Name extends string>(items: readonly { [Key in Name]: string[] }[], name: Name): string[] {
  return [...new Set(items.flatMap((item) => item[name]))].sort()
}
