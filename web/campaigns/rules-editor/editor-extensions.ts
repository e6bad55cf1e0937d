import {
  acceptCompletion,
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  closeBrackets,
  closeBracketsKeymap,
  closeCompletion,
  completionKeymap,
} from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, indentWithTab, simplifySelection } from '@codemirror/commands'
import { jsonLanguage } from '@codemirror/lang-json'
import { bracketMatching, indentOnInput, syntaxTree } from '@codemirror/language'
import { lintGutter, lintKeymap } from '@codemirror/lint'
import { type Extension, Prec, type Range } from '@codemirror/state'
import {
  Decoration,
  type DecorationSet,
  EditorView,
  keymap,
  lineNumbers,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view'

type SyntaxNode = ReturnType<ReturnType<typeof syntaxTree>['resolveInner']>

const CONDITIONS: Completion[] = [
  { label: 'numeric_greater_than', detail: 'is more than' },
  { label: 'numeric_greater_than_equals', detail: 'is at least' },
  { label: 'numeric_less_than', detail: 'is less than' },
  { label: 'numeric_less_than_equals', detail: 'is at most' },
  { label: 'numeric_equals', detail: 'is the number' },
  { label: 'string_equals', detail: 'is the text' },
  { label: 'string_not_equals', detail: 'is another text' },
  { label: 'in', detail: 'is one of' },
  { label: 'not_in', detail: 'is none of' },
  { label: 'between', detail: 'is between two, or one of them' },
  { label: 'contains', detail: 'a list has the text, or a text the part' },
  { label: 'exists', detail: 'is there, or not' },
]

const PATHS: Completion[] = [
  { label: '$.amount', detail: 'charged to the wallet' },
  { label: '$.total', detail: 'price of all lines' },
  { label: '$.quantity', detail: 'total number of items' },
  { label: '$.productId', detail: 'of the first line' },
  { label: '$.username', detail: 'the customer' },
  { label: '$.type', detail: 'PurchaseCompleted' },
  { label: '$.lines[0].productId' },
  { label: '$.lines[0].quantity' },
  { label: '$.lines[0].price', detail: 'price of one item' },
  { label: '$.customer.purchases', detail: 'completed before' },
  { label: '$.customer.tags', detail: 'labels of the customer' },
  { label: '$.customer.since', detail: 'day of the account' },
  { label: '$.local.weekday', detail: 'monday to sunday' },
  { label: '$.local.hour', detail: '0 to 23' },
  { label: '$.local.date', detail: 'such as 2026-12-24' },
  { label: '$.matched.total', detail: 'price of the lines that match' },
  { label: '$.matched.amount', detail: 'charged for the lines that match' },
  { label: '$.matched.quantity', detail: 'items in the lines that match' },
  { label: '$.matched.count', detail: 'number of lines that match' },
  { label: 'sum($.lines[*].quantity)', detail: 'over all lines' },
]

const LINE_PATHS: Completion[] = [
  { label: '@.productId', detail: 'of a line, in lines' },
  { label: '@.quantity', detail: 'of a line, in lines' },
  { label: '@.price', detail: 'of one item of a line, in lines' },
  { label: '@.total', detail: 'of a line, in lines' },
  { label: '@.categories', detail: 'of the product of a line, in lines' },
  { label: '@.tags', detail: 'of the product of a line, in lines' },
]

const FUNCTIONS: Completion[] = ['min', 'max', 'floor', 'ceil', 'round', 'sum', 'count'].map((name) => ({
  label: name,
  apply: `${name}(`,
  type: 'function',
}))

const VALUES_OF: Record<string, Completion[]> = {
  rule: CONDITIONS,
  variable: [...PATHS, ...LINE_PATHS],
  formula: [...PATHS, ...FUNCTIONS],
  command: [{ label: 'issue', detail: 'award points' }],
}

const MEMBERS: Completion[] = [
  { label: 'lines', detail: 'which lines it is about' },
  { label: 'variable', detail: 'value to compare' },
  { label: 'condition', detail: 'when the rule applies' },
  { label: 'action', detail: 'what the rule does' },
  { label: 'rule', detail: 'comparison' },
  { label: 'value', detail: 'value to compare with' },
  { label: 'all', detail: 'all conditions hold' },
  { label: 'any', detail: 'at least one condition holds' },
  { label: 'not', detail: 'the condition does not hold' },
  { label: 'command', detail: 'issue' },
  { label: 'formula', detail: 'number of points' },
]

/** Completions for the string or member name at the cursor. */
function completeRules(context: CompletionContext): CompletionResult | null {
  const node = syntaxTree(context.state).resolveInner(context.pos, -1)
  if (!isWithin(node, context.pos)) return null
  const options = node.name === 'PropertyName' ? MEMBERS : valuesOf(node, context)
  const word = context.matchBefore(/[$@\w.[\]]*/)
  if (!options || !word || (word.from === word.to && !context.explicit)) return null
  return { from: word.from, options, validFor: /^[$@\w.[\]]*$/ }
}

function valuesOf(node: SyntaxNode, { state }: CompletionContext): Completion[] | undefined {
  const name = node.name === 'String' ? node.parent?.getChild('PropertyName') : null
  return name ? VALUES_OF[state.sliceDoc(name.from + 1, name.to - 1)] : undefined
}

function isWithin({ from, to }: SyntaxNode, pos: number): boolean {
  return pos > from && pos < to
}

/** Uses the colour variables of the store, which have enough contrast in the light and the dark scheme. */
const theme = EditorView.theme({
  '&': { backgroundColor: 'var(--store-surface)', color: 'var(--mantine-color-text)', fontSize: '0.875rem' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mantine-font-family-monospace)', lineHeight: '1.6' },
  '.cm-content': { caretColor: 'var(--mantine-color-text)', padding: '12px 0' },
  '.cm-cursor': { borderLeftColor: 'var(--mantine-color-text)' },
  '.cm-gutters': {
    backgroundColor: 'transparent',
    color: 'var(--mantine-color-dimmed)',
    border: 'none',
  },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--mantine-primary-color-light)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground, & ::selection': {
    backgroundColor: 'var(--editor-selection) !important',
  },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--editor-selection)', outline: '1px solid currentColor' },
  '&.cm-focused .cm-nonmatchingBracket': { backgroundColor: 'var(--store-bad-soft)' },
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    backgroundColor: 'var(--store-bad-soft)',
    textDecoration: 'underline wavy var(--mantine-color-error)',
    textUnderlineOffset: '3px',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--store-surface)',
    color: 'var(--mantine-color-text)',
    border: '1px solid var(--store-line)',
    borderRadius: '8px',
    boxShadow: 'var(--store-shadow-raised)',
    overflow: 'hidden',
  },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--mantine-primary-color-filled)',
    color: '#fff',
  },
  '.cm-completionDetail': { fontStyle: 'normal', opacity: 1 },
  '.cm-diagnostic': { padding: '6px 10px' },
  '.cm-diagnostic-error': { borderLeft: '4px solid var(--mantine-color-error)' },
})

const COLOURS: Record<string, string> = {
  PropertyName: 'var(--mantine-color-anchor)',
  String: 'var(--store-good)',
  Number: 'var(--store-points)',
  True: 'var(--store-points)',
  False: 'var(--store-points)',
  Null: 'var(--store-points)',
}

const MARKS = new Map(
  Object.entries(COLOURS).map(([node, colour]) => [
    node,
    Decoration.mark({ attributes: { style: `color: ${colour}` } }),
  ]),
)

/** Syntax highlighting of the visible text. */
const highlighting = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet
    constructor(view: EditorView) {
      this.decorations = highlight(view)
    }
    update({ view, docChanged, viewportChanged, startState, state }: ViewUpdate): void {
      const isParsedFurther = syntaxTree(startState) !== syntaxTree(state)
      if (docChanged || viewportChanged || isParsedFurther) this.decorations = highlight(view)
    }
  },
  { decorations: ({ decorations }) => decorations },
)

function highlight({ state, visibleRanges }: EditorView): DecorationSet {
  const marks: Range<Decoration>[] = []
  for (const { from, to } of visibleRanges) {
    syntaxTree(state).iterate({
      from,
      to,
      enter: (node) => {
        const mark = MARKS.get(node.name)
        if (mark && node.to > node.from) marks.push(mark.range(node.from, node.to))
      },
    })
  }
  return Decoration.set(marks, true)
}

const appearance: Extension = [theme, highlighting]

/** How long after Escape the Tab key leaves the editor, unless another key is pressed. */
const TAB_FOCUS_MS = 30_000

/** CodeMirror's default is two seconds, and not at all if Escape closed the completions. */
function leaveWithTab(view: EditorView): boolean {
  view.setTabFocusMode(TAB_FOCUS_MS)
  closeCompletion(view)
  simplifySelection(view)
  return true
}

/** A JSON editor for rules. Tab indents; after Escape it leaves the editor. */
export const editorExtensions: Extension = [
  // Before the keys of the completions, which also have the highest precedence.
  Prec.highest(keymap.of([{ key: 'Escape', run: leaveWithTab }])),
  lineNumbers(),
  lintGutter(),
  history(),
  jsonLanguage,
  bracketMatching(),
  closeBrackets(),
  indentOnInput(),
  autocompletion({ override: [completeRules], icons: false }),
  EditorView.lineWrapping,
  keymap.of([
    ...closeBracketsKeymap,
    ...completionKeymap,
    { key: 'Tab', run: acceptCompletion },
    ...defaultKeymap,
    ...historyKeymap,
    ...lintKeymap,
    indentWithTab,
  ]),
  appearance,
]
