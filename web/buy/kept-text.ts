/** What the browser would not keep, because it was told so or has no room: this tab remembers it as long as it is open. */
const remembered = new Map<string, string | undefined>()

/** A text that all tabs of a browser share, and that outlasts them. */
export function readText(key: string): string | undefined {
  if (remembered.has(key)) return remembered.get(key)
  try {
    return localStorage.getItem(key) ?? undefined
  } catch {
    return undefined
  }
}

/** @param text undefined for none */
export function writeText(key: string, text: string | undefined): void {
  try {
    if (text === undefined) localStorage.removeItem(key)
    else localStorage.setItem(key, text)
    remembered.delete(key)
  } catch {
    remembered.set(key, text)
  }
}
