import { type DiffLine, diffLines, withContext } from './line-diff.ts'
import classes from './terms-diff.module.css'

const SIGNS = { same: ' ', removed: '−', added: '+' }
const ELEMENTS = { same: 'span', removed: 'del', added: 'ins' } as const

/** How the text of rules changed, line by line. */
export function RulesDiff({ before, after }: { before: string; after: string }) {
  const lines = withContext(diffLines(before, after))
  return (
    <div className={classes.rules}>
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines are told apart by their place.
        <Line key={index} line={line} />
      ))}
    </div>
  )
}

function Line({ line }: { line: DiffLine | undefined }) {
  if (!line) return <span className={classes.line}> …</span>
  const Element = ELEMENTS[line.kind]
  return (
    <Element className={classes.line}>
      {SIGNS[line.kind]} {line.text}
    </Element>
  )
}
