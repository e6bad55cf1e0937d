import { Alert } from '@mantine/core'
import { sayRefused } from './refused-words.ts'

/** Why a cancellation or a refund did not come through; nothing while there is no error. */
export function Refused({ error }: { error: Error | null }) {
  if (!error) return null
  const { title, message } = sayRefused(error)
  return (
    <Alert color="orange" title={title}>
      {message}
    </Alert>
  )
}
