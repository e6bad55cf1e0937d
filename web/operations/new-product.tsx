import { NumberInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { fieldErrors } from '#web/client/field-errors.ts'
import { useCreateProduct } from '#web/client/product-changes.ts'
import { DialogButton } from '#web/page/dialog-button.tsx'
import { Form } from './form.tsx'
import { draftOf, PRODUCT_FIELDS, ProductFields } from './product-fields.tsx'

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
  const [stock, setStock] = useState<number | string>(0)
  const create = useCreateProduct(({ name }) => {
    notifications.show({ title: 'Added', message: `${name} is on the shelf.` })
    close()
  })
  const { name, description, image, price } = draft
  const add = () =>
    create.mutate({ name, description, price: Number(price), stock: Number(stock), ...(image !== '' && { image }) })
  const errors = fieldErrors(create.error)
  return (
    <Form submitLabel="Add it" sending={create} fields={[...PRODUCT_FIELDS, 'stock']} onSubmit={add} onCancel={close}>
      <ProductFields draft={draft} onChange={setDraft} errors={errors} />
      <NumberInput
        label="How many there are"
        value={stock}
        onChange={setStock}
        allowDecimal={false}
        allowNegative={false}
        error={errors.stock}
        required
      />
    </Form>
  )
}
