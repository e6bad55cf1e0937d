// Characters as a pattern of JSON Schema has them between brackets: by their numbers and not by their properties, and none beyond U+FFFF,
// so that every dialect of regular expressions reads them in the same way.

const CONTROLS = '\\u0000-\\u001f\\u007f-\\u009f'
const BREAKS = '\\u2028\\u2029'
const SPACES = ' \\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000'
/** Joiners and selectors of variants belong to scripts and emoji, but not at the beginning of a word. */
const JOINERS = '\\u200c\\u200d\\ufe0e\\ufe0f'
/**
 * What else shows nothing, or turns the direction of what follows (Default_Ignorable_Code_Point and Bidi_Control): a name with it looks
 * like another one (RFC 8264, section 9.13). And the blank pattern of Braille, marks of annotations, and what is no character for ever.
 */
const INVISIBLE = [
  '\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b\\u200e\\u200f\\u202a-\\u202e\\u2060-\\u206f',
  '\\u2800\\u3164\\ufdd0-\\ufdef\\ufe00-\\ufe0d\\ufeff\\uffa0\\ufff0-\\ufffb\\ufffe\\uffff',
].join('')

const NO_WORD = CONTROLS + BREAKS + SPACES + INVISIBLE
const WORD = `[^${NO_WORD}${JOINERS}][^${NO_WORD}]*`

/** Ids of products, and names of users and clients. */
export const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/** One line of text, not of spaces alone. As a pattern of JSON Schema, like `LINES`. */
export const LINE = `^[${SPACES}]*${WORD}(?:[${SPACES}]+${WORD})*[${SPACES}]*$`

const GAP = `[${SPACES}${BREAKS}\\n\\t]`

/** Text of any number of lines; it may be empty. */
export const LINES = `^${GAP}*(?:${WORD}${GAP}+)*(?:${WORD})?$`

/** Beyond that: also the filler of Khitan, controls of hieroglyphs, and the head of a note that is not shown. */
const NEVER_SHOWN = new RegExp(
  `[${JOINERS}\\u{13430}-\\u{1343f}\\u{16fe4}\\u{1bca0}-\\u{1bca3}\\u{1d159}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}\\p{Noncharacter_Code_Point}]`,
  'u',
)

/** What a pattern in every dialect cannot say: what of the kind there is beyond U+FFFF, and joiners where they show nothing. */
export function hasInvisible(text: string): boolean {
  const rest = text.replace(PLACED_JOINERS, (joiner, before?: string, after?: string) => {
    if (before === undefined && after === undefined) return ''
    return isVirama(before) || (joiner === '\u200d' && isVirama(after)) ? '' : joiner
  })
  return NEVER_SHOWN.test(rest)
}

/** Letters of the scripts that join their letters. */
const SCRIPTS = 'Arab Syrc Mand Nkoo Mong Phag Mani Phlp Rohg Sogd Chrs Ougr Adlm'.split(' ')
const CURSIVE = `[\\p{L}&&[${SCRIPTS.map((script) => `\\p{Script=${script}}`).join('')}]]`

/**
 * Where joiners belong (RFC 5892, appendix A.1 and A.2): a non-joiner between letters that would be joined, either beside a virama, which
 * is the callback's to find. There, Bengali has the joiner in front, too. And as emoji have them: joiners between pictures, selectors
 * after a picture or in a keycap. Of cursive letters that do not join the next one nothing is said: people write a non-joiner there, too.
 */
const PLACED_JOINERS = new RegExp(
  [
    `(?<=${CURSIVE}\\p{M}*)\\u200c(?=\\p{M}*${CURSIVE})`,
    '(?<=\\p{Extended_Pictographic}[\\p{Emoji_Modifier}\\ufe0f]?)\\u200d(?=\\p{Extended_Pictographic})',
    '(?<=\\p{Extended_Pictographic})[\\ufe0e\\ufe0f]|(?<=[0-9#*])\\ufe0f(?=\\u20e3)',
    '(?<=(.)|^)[\\u200c\\u200d](?=(.)|$)',
  ].join('|'),
  'gsv',
)

/** Of Canonical_Combining_Class 9: in canonical order between a mark of class 8 and one of class 10. Regular expressions do not know it. */
function isVirama(mark: string | undefined): boolean {
  return (
    mark !== undefined &&
    !'\u05b0\u3099'.includes(mark) &&
    `\u05b0${mark}\u3099`.normalize('NFD') === `\u3099${mark}\u05b0`
  )
}

/** The same for names that people cannot tell apart: by compatibility (NFKC), case, what shows nothing, and how many spaces there are. */
export function nameKey(name: string): string {
  // Without what stood between them, characters may compose.
  const shown = name
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .normalize('NFKC')
    .replace(/\s+/g, ' ')
    .trim()
  // One way and back is not enough for letters such as the capital sharp s, of which the small one has two capitals.
  return shown.toLowerCase().toUpperCase().toLowerCase().normalize('NFKC')
}
