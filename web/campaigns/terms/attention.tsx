import { Alert } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { type ReactNode, useEffect, useRef } from 'react'
import classes from './attention.module.css'

type AttentionProps = {
  title: string
  /** It is the answer to what was just asked for: it takes the focus, and comes into sight. */
  isAnswer: boolean
  children: ReactNode
}

/** Something has come between somebody and their work, and they decide how it goes on. */
export function Attention({ title, isAnswer, children }: AttentionProps) {
  const alert = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (isAnswer) alert.current?.focus()
  }, [isAnswer])
  return (
    <Alert
      ref={alert}
      tabIndex={-1}
      className={classes.attention ?? ''}
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
