import { Fieldset, NumberInput, Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { productChoicesQuery } from '#web/client/products.ts'
import type { ExampleEvent } from '#web/client/simulation.ts'
import classes from './trial.module.css'

/** Where trying begins: one Unicorn Air, if the store has such a thing. */
export const FIRST_EXAMPLE: ExampleEvent = { amount: 1700, total: 1700, quantity: 1, productId: '1' }

type ExampleEventProps = { event: ExampleEvent; onChange: (event: ExampleEvent) => void }

/** A purchase to try rules on. */
export function ExampleEventForm({ event, onChange }: ExampleEventProps) {
  const { data: products } = useQuery(productChoicesQuery)
  const options = products?.items.map(({ id, name }) => ({ value: id, label: name })) ?? []
  const set = (part: keyof ExampleEvent) => (given: number | string) => {
    if (typeof given === 'number') onChange({ ...event, [part]: given })
  }
  return (
    <Fieldset legend="Example purchase" variant="unstyled" p={0} m={0} className={classes.example ?? ''}>
      <NumberInput label="Amount" value={event.amount} onChange={set('amount')} min={0} decimalScale={2} />
      <NumberInput label="Total" value={event.total} onChange={set('total')} min={0} decimalScale={2} />
      <NumberInput
        label="Quantity"
        value={event.quantity}
        onChange={set('quantity')}
        min={1}
        max={1000}
        allowDecimal={false}
      />
      <Select
        label="Product"
        {...(products?.nextCursor && { description: `One of the first ${products.count}.` })}
        data={options}
        value={event.productId}
        onChange={(productId) => productId && onChange({ ...event, productId })}
        allowDeselect={false}
        searchable
      />
    </Fieldset>
  )
}
