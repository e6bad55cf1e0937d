import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'

/** How somebody uses a page, whose parts are found by their labels whatever the means. */
export type Hands = {
  press: (what: Locator) => Promise<void>
  /** In place of what is written there. */
  write: (where: Locator, text: string) => Promise<void>
}

export const mouse: Hands = {
  press: (what) => what.click(),
  write: (where, text) => where.fill(text),
}

/** Nothing but keys. Whatever is pressed shows that it has the focus, and what comes of it does not lose it. */
export const keyboard: Hands = {
  async press(what) {
    await tabOnto(what)
    expect(await what.evaluate(inThePage('(what) => getComputedStyle(what).outlineStyle'))).toBe('solid')
    await what.page().keyboard.press('Enter')
  },
  async write(where, text) {
    await tabOnto(where)
    const { keyboard } = where.page()
    await keyboard.press('Control+a')
    await keyboard.type(text)
    // The way out of an editor in which Tab indents.
    await keyboard.press('Escape')
  },
}

/** The longest page, that of a campaign, has some seventy stops: a date and time alone is seven. */
const MAX_PRESSES = 80

/** Presses Tab, or Shift+Tab if it is further up, until something has the focus, from where it is: nothing may have lost it. */
export async function tabOnto(what: Locator): Promise<void> {
  await what.waitFor()
  await expect.poll(() => what.page().evaluate('document.activeElement.tagName')).not.toBe('BODY')
  const { keyboard } = what.page()
  const passed: string[] = []
  for (let presses = 0; presses < MAX_PRESSES; presses++) {
    const way = await wayTo(what)
    if (way === 'here') return
    passed.push(await focusedOn(what.page()))
    await keyboard.press(way === 'back' ? 'Shift+Tab' : 'Tab')
  }
  expect.fail(`the focus did not come to ${what}, but to ${passed.join(', ')}`)
}

async function wayTo(what: Locator): Promise<'here' | 'back' | 'on'> {
  return await what.evaluate(
    inThePage(`(what) => {
    const focused = document.activeElement
    if (what === focused) return 'here'
    return what.compareDocumentPosition(focused) === Node.DOCUMENT_POSITION_FOLLOWING ? 'back' : 'on'
  }`),
  )
}

async function focusedOn(page: Page): Promise<string> {
  const name = 'document.activeElement.getAttribute("aria-label") ?? document.activeElement.innerText.slice(0, 40)'
  return JSON.stringify(await page.evaluate(name))
}

/** A function of an element, given as text: of the types of a page a test knows nothing. */
export function inThePage<Result>(source: string): (element: unknown) => Result {
  return new Function('element', `return (${source})(element)`) as (element: unknown) => Result
}
