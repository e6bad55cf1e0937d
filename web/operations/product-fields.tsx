import { NumberInput, Textarea, TextInput } from '@mantine/core'
import type { Product } from '#web/client/products.ts'

/** What can be said of a product, as it is being typed. */
export type ProductDraft = { name: string; description: string; image: string; price: number | string }

export const PRODUCT_FIELDS = ['name', 'description', 'image', 'price'] as const

export function draftOf(product?: Product): ProductDraft {
  return {
    name: product?.name ?? '',
    description: product?.description ?? '',
    image: product?.image ?? '',
    price: product?.price ?? '',
  }
}

type ProductFieldsProps = {
  draft: ProductDraft
  onChange: (draft: ProductDraft) => void
  errors: Partial<Record<string, string>>
}

export function ProductFields({ draft, onChange, errors }: ProductFieldsProps) {
  const set = (change: Partial<ProductDraft>) => onChange({ ...draft, ...change })
  return (
    <>
      <TextInput
        label="Name"
        value={draft.name}
        onChange={({ currentTarget: { value } }) => set({ name: value })}
        error={errors.name}
        required
        data-autofocus
      />
      <Textarea
        label="Description"
        value={draft.description}
        onChange={({ currentTarget: { value } }) => set({ description: value })}
        error={errors.description}
        autosize
        minRows={2}
      />
      <NumberInput
        label="Price"
        value={draft.price}
        onChange={(price) => set({ price })}
        error={errors.price}
        decimalScale={2}
        allowNegative={false}
        thousandSeparator=","
        required
      />
      <TextInput
        label="Picture"
        description={<span role="status">{sayPicture(draft.image)}</span>}
        placeholder="/images/unicorn-air.svg"
        value={draft.image}
        onChange={({ currentTarget: { value } }) => set({ image: value })}
        error={errors.image}
      />
    </>
  )
}

/** The API takes addresses on other servers, for other stores may show them: this one shows nothing from elsewhere. */
function sayPicture(image: string): string {
  return /^https?:/.test(image)
    ? 'It is kept, but the store does not show it, for it is on another server: a unicorn stands in.'
    : 'A path on this server. Without one, a unicorn stands in.'
}
