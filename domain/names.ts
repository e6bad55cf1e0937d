/**
 * What shows nothing, or turns the direction of what follows: a name with it looks like another one. Joiners and selectors of variants
 * belong to scripts and emoji, but not at the beginning of a word.
 */
const INVISIBLE =
  /\p{Bidi_Control}|(?!\u200c|\u200d|\ufe0e|\ufe0f)\p{Default_Ignorable_Code_Point}|(?:^|\s)(?:\u200c|\u200d|\ufe0e|\ufe0f)/u

/** Whether a text has characters that nobody sees (RFC 8264, section 9.13: they are not for names). */
export function hasInvisibleCharacters(text: string): boolean {
  return INVISIBLE.test(text)
}

/** The same for names that people cannot tell apart: by compatibility (NFKC), case, and what shows nothing. */
export function nameKey(name: string): string {
  const folded = name.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC')
  return folded.replace(/\p{Default_Ignorable_Code_Point}/gu, '')
}
