import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { jsonLanguage } from '@codemirror/lang-json'
import { bracketMatching, indentOnInput } from '@codemirror/language'
import { lintGutter, lintKeymap } from '@codemirror/lint'
import type { Extension } from '@codemirror/state'
import { EditorView, keymap, lineNumbers } from '@codemirror/view'
import { editorLook } from './editor-look.ts'
import { completeRules } from './rule-completions.ts'

/** A JSON editor for rules. Tab indents; after Escape it leaves the editor, by CodeMirror itself. */
export const editorExtensions: Extension = [
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
  editorLook,
]
