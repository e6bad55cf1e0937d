/** Words of the shop's own for products and users, as somebody types them: between spaces or commas. The limits are those of the API. */

/** Also of groups of campaigns. */
export const LABEL = /^[a-z0-9][a-z0-9-]{0,39}$/
const MAX_LABELS = 20

export function labelsOf(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '')
}

export function typedLabels(labels: readonly string[]): string {
  return labels.join(' ')
}

/** What is wrong with labels that were typed; undefined if nothing is. */
export function labelsError(text: string): string | undefined {
  const labels = labelsOf(text)
  const wrong = labels.find((label) => !LABEL.test(label))
  if (wrong !== undefined)
    return `“${wrong}” cannot be used: up to 40 small letters, digits and hyphens, beginning with a letter or digit.`
  const twice = labels.find((label, index) => labels.indexOf(label) < index)
  if (twice !== undefined) return `“${twice}” is there twice.`
  return labels.length > MAX_LABELS ? `There may be at most ${MAX_LABELS}.` : undefined
}
