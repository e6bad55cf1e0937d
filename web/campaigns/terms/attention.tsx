import { Alert } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import type { ReactNode } from 'react'

/** Something has come between somebody and their work, and they decide how it goes on. */
export function Attention({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Alert
      color="orange"
      variant="outline"
      radius="lg"
      bg="var(--store-surface)"
      icon={<IconAlertTriangle aria-hidden />}
      title={title}
      styles={{ title: { color: 'var(--mantine-color-text)', fontSize: '1rem' } }}
    >
      {children}
    </Alert>
  )
}
