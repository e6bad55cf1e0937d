import { NativeSelect } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import type { PurchaseStatus } from '#web/client/purchase-history.ts'
import { purchasesSearch } from './purchases-search.ts'
import { STATUS_WORDS, STATUSES } from './status-words.ts'

const OPTIONS = [
  { value: '', label: 'All purchases' },
  ...STATUSES.map((status) => ({ value: status, label: STATUS_WORDS[status] })),
]

/** Which purchases are shown; kept in the address. */
export function StatusFilter({ status }: { status: PurchaseStatus | undefined }) {
  const navigate = useNavigate()
  return (
    <NativeSelect
      label="Show"
      data={OPTIONS}
      value={status ?? ''}
      onChange={({ currentTarget: { value } }) =>
        void navigate({ to: '/purchases', search: purchasesSearch({ status: value }), replace: true })
      }
    />
  )
}
