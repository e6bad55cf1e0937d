import { Alert } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useReachable } from '#web/client/reachability.ts'

const RETRY_MS = 3_000

/** Says that the store does not answer, and asks again until it does, for everything that is on the page. */
export function UnreachableBanner() {
  const reachable = useReachable()
  const queryClient = useQueryClient()
  useEffect(() => {
    if (reachable) return
    const timer = setInterval(() => {
      // What is on its way may be slow to come: it is not given up for another try.
      void queryClient.refetchQueries({ type: 'active' }, { cancelRefetch: false })
    }, RETRY_MS)
    return () => clearInterval(timer)
  }, [reachable, queryClient])

  return (
    <div role="status">
      {!reachable && (
        <Alert color="orange" radius={0} title="The store cannot be reached">
          We try again every few seconds. Purchases that were accepted go on without this page.
        </Alert>
      )}
    </div>
  )
}
