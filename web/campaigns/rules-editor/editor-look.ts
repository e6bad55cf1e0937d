import { syntaxTree } from '@codemirror/language'
import type { Extension, Range } from '@codemirror/state'
import { Decoration, type DecorationSet, EditorView, ViewPlugin, type ViewUpdate } from '@codemirror/view'

/** The look of the store, by its variables: they hold their contrast in both schemes, so that there is one look for both. */
const surfaces = EditorView.theme({
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

/** Colours the words that are in sight, by what they are. */
const colours = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet
    constructor(view: EditorView) {
      this.decorations = coloured(view)
    }
    update({ view, docChanged, viewportChanged, startState, state }: ViewUpdate): void {
      const isParsedFurther = syntaxTree(startState) !== syntaxTree(state)
      if (docChanged || viewportChanged || isParsedFurther) this.decorations = coloured(view)
    }
  },
  { decorations: ({ decorations }) => decorations },
)

function coloured({ state, visibleRanges }: EditorView): DecorationSet {
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

export const editorLook: Extension = [surfaces, colours]
