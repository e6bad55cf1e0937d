import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete'
import { syntaxTree } from '@codemirror/language'

type SyntaxNode = ReturnType<ReturnType<typeof syntaxTree>['resolveInner']>

const CONDITIONS: Completion[] = [
  { label: 'numeric_greater_than', detail: 'is more than' },
  { label: 'numeric_greater_than_equals', detail: 'is at least' },
  { label: 'numeric_less_than', detail: 'is less than' },
  { label: 'numeric_less_than_equals', detail: 'is at most' },
  { label: 'numeric_equals', detail: 'is the number' },
  { label: 'string_equals', detail: 'is the text' },
]

const PATHS: Completion[] = [
  { label: '$.amount', detail: 'charged in money' },
  { label: '$.total', detail: 'price of everything' },
  { label: '$.quantity', detail: 'pieces in all' },
  { label: '$.productId', detail: 'of the first line' },
  { label: '$.username', detail: 'who bought' },
  { label: '$.type', detail: 'PurchaseCompleted' },
  { label: '$.lines[0].productId' },
  { label: '$.lines[0].quantity' },
  { label: '$.lines[0].price', detail: 'of one piece' },
]

const FUNCTIONS: Completion[] = ['min', 'max', 'floor', 'ceil', 'round'].map((name) => ({
  label: name,
  apply: `${name}(`,
  type: 'function',
}))

const VALUES_OF: Record<string, Completion[]> = {
  rule: CONDITIONS,
  variable: PATHS,
  formula: [...PATHS, ...FUNCTIONS],
  command: [{ label: 'issue', detail: 'give points' }],
}

const MEMBERS: Completion[] = [
  { label: 'variable', detail: 'what is looked at' },
  { label: 'condition', detail: 'when' },
  { label: 'action', detail: 'then' },
  { label: 'rule', detail: 'how it is compared' },
  { label: 'value', detail: 'with what' },
  { label: 'all', detail: 'every condition' },
  { label: 'any', detail: 'one condition at least' },
  { label: 'not', detail: 'the opposite' },
  { label: 'command', detail: 'issue' },
  { label: 'formula', detail: 'how many points' },
]

/** What can stand within the quotes where the cursor is. */
export function completeRules(context: CompletionContext): CompletionResult | null {
  const node = syntaxTree(context.state).resolveInner(context.pos, -1)
  if (!isWithin(node, context.pos)) return null
  const options = node.name === 'PropertyName' ? MEMBERS : valuesOf(node, context)
  const word = context.matchBefore(/[$\w.[\]]*/)
  if (!options || !word || (word.from === word.to && !context.explicit)) return null
  return { from: word.from, options, validFor: /^[$\w.[\]]*$/ }
}

function valuesOf(node: SyntaxNode, { state }: CompletionContext): Completion[] | undefined {
  const name = node.name === 'String' ? node.parent?.getChild('PropertyName') : null
  return name ? VALUES_OF[state.sliceDoc(name.from + 1, name.to - 1)] : undefined
}

function isWithin({ from, to }: SyntaxNode, pos: number): boolean {
  return pos > from && pos < to
}
