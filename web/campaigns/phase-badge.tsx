import { Badge } from '@mantine/core'
import type { Phase } from './schedule.ts'

const QUIET = { bg: 'var(--store-line)', c: 'var(--mantine-color-text)' }

const PHASES: Record<Phase, { word: string; bg: string; c: string }> = {
  running: { word: 'Running', bg: 'var(--store-good-soft)', c: 'var(--store-good)' },
  upcoming: { word: 'Starts later', bg: 'var(--store-points-soft)', c: 'var(--store-points)' },
  ended: { word: 'Ended', ...QUIET },
  inactive: { word: 'Inactive', ...QUIET },
}

export function PhaseBadge({ phase }: { phase: Phase }) {
  const { word, ...colours } = PHASES[phase]
  return (
    <Badge {...colours} tt="none" size="lg">
      {word}
    </Badge>
  )
}
