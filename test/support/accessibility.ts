import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/**
 * What axe has against a page as it is now, that is serious or worse. It gets into the page by the debugger, to which the
 * policy of the page does not apply.
 */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(AXE)
  const { violations } = (await page.evaluate(FIND_VIOLATIONS)) as Pick<AxeResults, 'violations'>
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  const findings = serious.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join('\n  ')}`)
  expect(findings).toEqual([])
}

/** What is right with a page is not worked out, or handed over, in full. */
const FIND_VIOLATIONS = "axe.run({ resultTypes: ['violations'] }).then(({ violations }) => ({ violations }))"

/** The page fits into its window, and so do the words on its buttons and cards. */
export async function expectFits(page: Page): Promise<void> {
  await expectNoSidewaysScroll(page)
  await expectWholeWords(page)
}

/**
 * Whatever is written on a button, a link or a card can be read whole: Mantine cuts off what does not fit, without a sign,
 * and a price that is cut off is another price. What ends in an ellipsis says that it goes on, and what is for screen
 * readers alone is not seen.
 */
async function expectWholeWords(page: Page): Promise<void> {
  expect(await page.evaluate(CUT_WORDS)).toEqual([])
}

const CUT_WORDS = `[...document.querySelectorAll(':is(button, a) *, article')]
  .filter((element) => element.textContent.trim() !== '')
  .filter((element) => {
    const { overflowX, textOverflow, clip, clipPath } = getComputedStyle(element)
    const isSeen = clip === 'auto' && clipPath === 'none'
    return isSeen && overflowX !== 'visible' && textOverflow !== 'ellipsis' && element.scrollWidth > element.clientWidth
  })
  .map((element) => element.textContent)`

/** Nothing sticks out at the side, whatever the width. */
async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const [content, window] = (await page.evaluate(
    '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
  )) as [number, number]
  expect(content).toBeLessThanOrEqual(window)
}

/** The focus is on what says this. When it is lost, it is on the whole page, which says everything. */
export async function expectFocusOn(page: Page, words: string | RegExp): Promise<void> {
  const focused = 'document.activeElement === document.body ? "nothing" : document.activeElement.innerText'
  await expect.poll(() => page.evaluate(focused)).toMatch(words)
}

/** What somebody does who sets letters of twice the size in their browser; to zoom is something else. */
export async function doubleTheLetters(page: Page): Promise<void> {
  const browser = await page.context().newCDPSession(page)
  await browser.send('Page.setFontSizes', { fontSizes: { standard: 32, fixed: 26 } })
}
