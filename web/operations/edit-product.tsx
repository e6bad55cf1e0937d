import { Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { fieldErrors } from '#web/client/field-errors.ts'
import { type ProductChanges, useUpdateProduct } from '#web/client/product-changes.ts'
import type { Product } from '#web/client/products.ts'
import { DialogButton } from '#web/page/dialog-button.tsx'
import { Form } from './form.tsx'
import { draftOf, PRODUCT_FIELDS, type ProductDraft, ProductFields } from './product-fields.tsx'

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
    notifications.show({ title: 'Saved', message: `${name} is as you left it.` })
    close()
  })
  const changes = changesOf(product, draft)
  const save = () => (Object.keys(changes).length > 0 ? update.mutate(changes) : close())
  return (
    <Form submitLabel="Save" sending={update} fields={PRODUCT_FIELDS} onSubmit={save} onCancel={close}>
      <ProductFields draft={draft} onChange={setDraft} errors={fieldErrors(update.error)} />
      <Text size="sm" c="dimmed">
        Purchases under way keep the price that they have reserved.
      </Text>
    </Form>
  )
}

/** Only what was changed is sent, so that nobody else's change is lost. A picture cannot be taken away, only replaced. */
function changesOf(product: Product, draft: ProductDraft): ProductChanges {
  const price = Number(draft.price)
  return {
    ...(draft.name !== product.name && { name: draft.name }),
    ...(draft.description !== product.description && { description: draft.description }),
    ...(draft.image !== '' && draft.image !== product.image && { image: draft.image }),
    ...(price !== product.price && { price }),
  }
}
