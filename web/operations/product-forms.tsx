import { Text, Textarea, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { fieldErrors } from '#web/client/api-problem.ts'
import {
  type Product,
  type ProductChanges,
  useAdjustStock,
  useCreateProduct,
  useUpdateProduct,
} from '#web/client/products.ts'
import { labelsOf, typedLabels } from '#web/format/labels.ts'
import { type NumberKind, numberOf, POSITIVE_MONEY, typedNumber } from '#web/format/numbers.ts'
import { DialogButton, Form } from '#web/page/dialog.tsx'
import { LabelsField, NumberField } from '#web/page/fields.tsx'

/** The limits of the API. */
const STOCK: NumberKind = { min: 0, max: 1_000_000_000, decimals: 0 }
const ADJUSTMENT: NumberKind = { ...STOCK, min: -1_000_000_000, nonzero: true }

/** Adds a product to the shelf. */
export function NewProduct() {
  return (
    <DialogButton label="Add a product" title="Add a product" leftSection={<IconPlus size={18} aria-hidden />}>
      {(close) => <NewProductForm close={close} />}
    </DialogButton>
  )
}

function NewProductForm({ close }: { close: () => void }) {
  const [draft, setDraft] = useState(draftOf())
  const [stock, setStock] = useState('0')
  const create = useCreateProduct(({ name }) => {
    notifications.show({ title: 'Added', message: `${name} is for sale.` })
    close()
  })
  const { name, description, image, price } = draft
  const labels = { categories: labelsOf(draft.categories), tags: labelsOf(draft.tags) }
  const add = () => {
    const [amount, units] = [numberOf(price, POSITIVE_MONEY), numberOf(stock, STOCK)]
    if (amount === undefined || units === undefined) return
    create.mutate({ name, description, price: amount, stock: units, ...labels, ...(image !== '' && { image }) })
  }
  const errors = fieldErrors(create.error)
  return (
    <Form submitLabel="Add" sending={create} fields={[...PRODUCT_FIELDS, 'stock']} onSubmit={add} onCancel={close}>
      <ProductFields draft={draft} onChange={setDraft} errors={errors} />
      <NumberField
        kind={STOCK}
        label="Units in stock"
        value={stock}
        onChange={setStock}
        error={errors.stock}
        required
      />
    </Form>
  )
}

/** Changes what is said about a product, or its price. */
export function EditProduct({ product }: { product: Product }) {
  return (
    <DialogButton
      label="Edit"
      aria-label={`Edit ${product.name}`}
      title={`Edit ${product.name}`}
      size="xs"
      variant="default"
    >
      {(close) => <EditProductForm product={product} close={close} />}
    </DialogButton>
  )
}

function EditProductForm({ product, close }: { product: Product; close: () => void }) {
  const [draft, setDraft] = useState(draftOf(product))
  const update = useUpdateProduct(product.id, ({ name }) => {
    notifications.show({ title: 'Saved', message: `The changes to ${name} are saved.` })
    close()
  })
  const changes = changesOf(product, draft)
  const save = () => (Object.keys(changes).length > 0 ? update.mutate(changes) : close())
  return (
    <Form submitLabel="Save" sending={update} fields={PRODUCT_FIELDS} onSubmit={save} onCancel={close}>
      <ProductFields draft={draft} onChange={setDraft} errors={fieldErrors(update.error)} />
      <Text size="sm" c="dimmed">
        Purchases in progress keep the price at which they were reserved. Points are given by the categories and tags of
        when a purchase was made.
      </Text>
    </Form>
  )
}

/** Only what was changed is sent, so that nobody else's change is lost. A picture cannot be taken away, only replaced. */
function changesOf(product: Product, draft: ProductDraft): ProductChanges {
  const price = numberOf(draft.price, POSITIVE_MONEY)
  return {
    ...(draft.name !== product.name && { name: draft.name }),
    ...(draft.description !== product.description && { description: draft.description }),
    ...(draft.image !== '' && draft.image !== product.image && { image: draft.image }),
    ...(price !== undefined && price !== product.price && { price }),
    ...changedLabels('categories', product, draft),
    ...changedLabels('tags', product, draft),
  }
}

function changedLabels(name: 'categories' | 'tags', product: Product, draft: ProductDraft): ProductChanges {
  const labels = labelsOf(draft[name])
  return typedLabels(labels) === typedLabels(product[name]) ? {} : { [name]: labels }
}

/** What can be said of a product, as it is being typed. */
export type ProductDraft = Record<(typeof PRODUCT_FIELDS)[number], string>

const PRODUCT_FIELDS = ['name', 'description', 'image', 'price', 'categories', 'tags'] as const

function draftOf(product?: Product): ProductDraft {
  return {
    name: product?.name ?? '',
    description: product?.description ?? '',
    image: product?.image ?? '',
    price: product ? typedNumber(product.price) : '',
    categories: typedLabels(product?.categories ?? []),
    tags: typedLabels(product?.tags ?? []),
  }
}

type ProductFieldsProps = {
  draft: ProductDraft
  onChange: (draft: ProductDraft) => void
  errors: Partial<Record<string, string>>
}

function ProductFields({ draft, onChange, errors }: ProductFieldsProps) {
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
      <NumberField
        kind={POSITIVE_MONEY}
        label="Price"
        value={draft.price}
        onChange={(price) => set({ price })}
        error={errors.price}
        required
      />
      <LabelsField
        label="Categories"
        description="Words for what it is, with spaces between them. Campaigns can be for a category."
        placeholder="unicorns"
        value={draft.categories}
        onChange={(categories) => set({ categories })}
        error={errors.categories}
      />
      <LabelsField
        label="Tags"
        description="Other words for it, as for a season."
        placeholder="summer new"
        value={draft.tags}
        onChange={(tags) => set({ tags })}
        error={errors.tags}
      />
      <TextInput
        label="Picture"
        description={<span role="status">{formatPictureHint(draft.image)}</span>}
        placeholder="/images/unicorn-air.svg"
        value={draft.image}
        onChange={({ currentTarget: { value } }) => set({ image: value })}
        error={errors.image}
      />
    </>
  )
}

/** The API takes addresses on other servers, for other stores may show them: this one shows nothing from elsewhere. */
function formatPictureHint(image: string): string {
  return /^https?:/.test(image)
    ? 'The store does not show pictures from other servers: it shows a unicorn instead.'
    : 'A path on this server. Without a picture, the store shows a unicorn.'
}

/** Notes a delivery, or what went missing. */
export function AdjustStock({ product }: { product: Product }) {
  return (
    <DialogButton
      label="Adjust stock"
      aria-label={`Adjust stock of ${product.name}`}
      title={`Adjust the stock of ${product.name}`}
      size="xs"
      variant="default"
    >
      {(close) => <AdjustStockForm product={product} close={close} />}
    </DialogButton>
  )
}

function AdjustStockForm({ product, close }: { product: Product; close: () => void }) {
  const [quantity, setQuantity] = useState('')
  const [reason, setReason] = useState('')
  const adjust = useAdjustStock(product.id, ({ name, stock }) => {
    notifications.show({ title: 'Stock adjusted', message: `${stock} of ${name} can be bought now.` })
    close()
  })
  const change = numberOf(quantity, ADJUSTMENT)
  const errors = fieldErrors(adjust.error)
  return (
    <Form
      submitLabel="Adjust stock"
      sending={adjust}
      fields={['quantity', 'reason']}
      onSubmit={() => change !== undefined && adjust.mutate({ quantity: change, reason })}
      onCancel={close}
    >
      <NumberField
        kind={ADJUSTMENT}
        label="Quantity"
        description="A negative number reduces the stock."
        value={quantity}
        onChange={setQuantity}
        error={errors.quantity}
        required
        data-autofocus
      />
      <TextInput
        label="Reason"
        placeholder="Delivery 4711"
        value={reason}
        onChange={({ currentTarget: { value } }) => setReason(value)}
        error={errors.reason}
        required
      />
      <Text size="sm" c="dimmed">
        {product.stock} can be bought now{change !== undefined && formatAfterwards(product.stock + change)}.
      </Text>
    </Form>
  )
}

function formatAfterwards(stock: number): string {
  return stock < 0 ? ', and no more than that can be removed' : `, and ${stock} afterwards`
}
