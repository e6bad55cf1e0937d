import { Alert } from '@mantine/core'
import { useEffect, useRef } from 'react'
import type { Telling } from './telling.ts'

/** What came of what was done last. It takes the focus, because what did it may be gone from the list. */
export function Told({ telling }: { telling: Telling | undefined }) {
  const region = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (telling) region.current?.focus()
  }, [telling])
  return (
    <div role="status" ref={region} tabIndex={-1} style={{ outline: 'none' }}>
      {telling && (
        <Alert color={telling.tone === 'good' ? 'green' : 'orange'} title={telling.title} mb="md" role="group">
          {telling.message}
        </Alert>
      )}
    </div>
  )
}
