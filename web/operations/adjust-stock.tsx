import { NumberInput, Text, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { fieldErrors } from '#web/client/field-errors.ts'
import { useAdjustStock } from '#web/client/product-changes.ts'
import type { Product } from '#web/client/products.ts'
import { DialogButton } from '#web/page/dialog-button.tsx'
import { Form } from './form.tsx'

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
  const [quantity, setQuantity] = useState<number | string>('')
  const [reason, setReason] = useState('')
  const adjust = useAdjustStock(product.id, ({ name, stock }) => {
    notifications.show({ title: 'Stock adjusted', message: `${stock} of ${name} can be bought now.` })
    close()
  })
  const errors = fieldErrors(adjust.error)
  return (
    <Form
      submitLabel="Adjust stock"
      sending={adjust}
      fields={['quantity', 'reason']}
      onSubmit={() => adjust.mutate({ quantity: Number(quantity), reason })}
      onCancel={close}
    >
      <NumberInput
        label="How many come in"
        description="Less than zero takes out."
        value={quantity}
        onChange={setQuantity}
        allowDecimal={false}
        error={errors.quantity}
        required
        data-autofocus
      />
      <TextInput
        label="Why"
        placeholder="Delivery 4711"
        value={reason}
        onChange={({ currentTarget: { value } }) => setReason(value)}
        error={errors.reason}
        required
      />
      <Text size="sm" c="dimmed">
        {product.stock} can be bought now{typeof quantity === 'number' && sayAfterwards(product.stock + quantity)}.
      </Text>
    </Form>
  )
}

function sayAfterwards(stock: number): string {
  return stock < 0 ? ', and no more than that can be taken out' : `, and ${stock} afterwards`
}
