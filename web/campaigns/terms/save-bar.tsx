import { Button, Group, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useRescuedFocus } from '#web/page/focus.tsx'
import classes from './save-bar.module.css'

type SaveBarProps = {
  /** How it stands, or what became of saving. */
  status: ReactNode
  isBad: boolean
  saveLabel: string
  isSaving: boolean
  onSave: () => void
  onDiscard: (() => void) | undefined
}

/** Stays in sight, however long the rules are. */
export function SaveBar({ status, isBad, saveLabel, isSaving, onSave, onDiscard }: SaveBarProps) {
  const words = useRescuedFocus<HTMLParagraphElement>(`${isSaving} ${onDiscard !== undefined}`)
  return (
    <div className={classes.bar}>
      <Text
        role="status"
        aria-label="Saving"
        size="sm"
        fw={600}
        c={isBad ? 'var(--mantine-color-error)' : 'dimmed'}
        ref={words}
        tabIndex={-1}
        style={{ outline: 'none' }}
      >
        {status}
      </Text>
      <Group gap="sm" wrap="nowrap">
        {onDiscard && (
          <Button variant="default" onClick={onDiscard}>
            Discard
          </Button>
        )}
        <Button onClick={onSave} loading={isSaving}>
          {saveLabel}
        </Button>
      </Group>
    </div>
  )
}
